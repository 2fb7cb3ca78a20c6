"""One of several records chosen by name: how losses, metrics, optimisers and their kin stand in a training's document.

A record is a frozen dataclass whose fields are declared with `arguments.argument`, as layers are: one line is the
check, the default and the JSON Schema of an argument. A document writes `"adam"`, or `{"name": "adam", "beta_1": 0.8}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from app.nn.arguments import arguments_schema, declared_arguments, read_arguments
from app.nn.errors import Problem
from app.nn.reading import describe, quote


@dataclass(frozen=True, kw_only=True)
class Record:
    """What can be chosen by name: `name` is Keras' in snake case; `aliases` are other names that Keras takes."""

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    description: ClassVar[str]

    def to_document(self) -> str | dict[str, Any]:
        """Return the name alone when every argument has its default, else an object with what differs."""
        changed = {
            one.name: one.metadata["type"].to_document(getattr(self, one.name))
            for one in declared_arguments(type(self))
            if getattr(self, one.name) != one.default
        }
        return {"name": self.name, **changed} if changed else self.name


R = TypeVar("R", bound=Record)


def registry(*records: type[R]) -> Mapping[str, type[R]]:
    """Make the read-only list of all records of a sort by their canonical names."""
    return MappingProxyType({record.name: record for record in records})


@dataclass(frozen=True)
class Choice:
    """An argument that is one of `records`; `what` is the sort of thing, such as "loss"."""

    what: str
    records: Mapping[str, type[Record]]

    def find(self, name: object) -> type[Record] | None:
        """Return the record with this name or alias."""
        if not isinstance(name, str):
            return None
        return self.records.get(name) or next((one for one in self.records.values() if name in one.aliases), None)

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a name, or an object with `name` and arguments."""
        values: dict[str, Any] = dict(value) if isinstance(value, dict) else {"name": value}
        record = self.find(values.get("name"))
        if record is None:
            names = ", ".join(self.records)
            place = "/name" if isinstance(value, dict) else ""
            name = values.get("name")
            detail = f"no {self.what} is called {quote(name)}; there are {names}"
            return None, [Problem(place, detail, f"one of {names}", describe(name))]
        arguments, problems = read_arguments(record, values, ("name",), record.name)
        if problems:
            return None, problems
        made = record(**arguments)
        problems = list(check(made))
        return (None, problems) if problems else (made, [])

    def schema(self) -> dict[str, Any]:
        """Describe both forms, each record with its arguments."""
        names = [name for record in self.records.values() for name in (record.name, *record.aliases)]
        objects = []
        for record in self.records.values():
            schema = arguments_schema(record)
            schema["properties"] = {"name": {"enum": [record.name, *record.aliases]}, **schema["properties"]}
            schema["required"] = ["name", *schema["required"]]
            objects.append(schema | {"description": record.description})
        return {"anyOf": [{"enum": names}, *objects]}

    def to_document(self, value: Record) -> Any:
        """Return the shorter of the two forms that says everything."""
        return value.to_document()


def check(record: Record) -> tuple[Problem, ...]:
    """Return what is wrong with arguments that are each right by themselves (a record may define `check`)."""
    found: tuple[Problem, ...] = getattr(record, "check", tuple)()
    return found


def describe_record(record: type[Record]) -> dict[str, Any]:
    """Describe a record for a form: its name, other names, a sentence, and its arguments as JSON Schema."""
    return {
        "name": record.name,
        "aliases": list(record.aliases),
        "description": record.description,
        "arguments": arguments_schema(record),
    }
