"""Reading a network document: its fields, and its layers with `repeat` written out.

This is the part of building a network that needs no shapes; `network.py` does the rest. Every mistake is kept, so that
one answer names them all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from app.nn.arguments import read_arguments
from app.nn.errors import LimitError, Problem
from app.nn.initializers import is_seed
from app.nn.input_spec import MAXIMUM_NAME, InputSpec, read_input_spec
from app.nn.layers import LAYERS, Layer
from app.nn.limits import Limits
from app.nn.reading import (
    LARGEST_INTEGER,
    MAXIMUM_PROBLEMS,
    describe,
    is_integer,
    quote,
    read_fields,
)

NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_.-]*$"
NAME = re.compile(NAME_PATTERN)
LAYER_FIELDS = ("kind", "name", "inputs", "parameters", "repeat")
DOCUMENT_FIELDS = ("name", "title", "description", "dtype", "seed", "input", "layers", "training")
WEIGHTS = "weights"
"""What a document is marked with that does not hold its parameters; no such document is read."""
WEIGHTS_ELSEWHERE = (
    "the parameters of this network stand in a file that was opened with it, and not in this document: ask for it by "
    "its id, or open document and parameters together (vitrine serve --network … --parameters …)"
)
MAXIMUM_TEXT = 10_000
MAXIMUM_NESTING = 32
MAXIMUM_INPUTS = 1000


@dataclass(frozen=True)
class LayerEntry:
    """A layer as the document has it: `inputs` are names or `None` (the layer before), `given` its parameters' JSON.

    `name` is empty for a layer without one, until it gets its default name.
    """

    name: str
    layer: Layer | None
    kind: str
    inputs: tuple[str, ...] | None
    given: Mapping[str, Any]
    pointer: str


@dataclass(frozen=True)
class Document:
    """A network document after reading; `layers` are expanded and named."""

    name: str | None
    dtype: np.dtype[Any]
    seed: int
    input: InputSpec
    layers: tuple[LayerEntry, ...]


@lru_cache(maxsize=256)
def snake_case(kind: str) -> str:
    """Turn a class name into a layer's default name, as Keras does: `BatchNormalization` → `batch_normalization`."""
    spaced = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


def is_block(entry: object) -> bool:
    """Tell whether an entry of `layers` is a repeated block rather than a layer."""
    return isinstance(entry, dict) and "repeat" in entry and "layers" in entry


def count_layers(document: object, nesting: int = 0) -> int:
    """Count the layers of a document after expansion, without reading it closely (0 for what is no document)."""
    layers = document.get("layers") if isinstance(document, dict) else None
    if not isinstance(layers, list) or nesting > MAXIMUM_NESTING:
        return 0
    total = 0
    for entry in layers:
        rounds = entry.get("repeat", 1) if isinstance(entry, dict) else 1
        rounds = rounds if is_integer(rounds, minimum=1) else 1
        total += rounds * (count_layers(entry, nesting + 1) if is_block(entry) else 1)
    return total


class DocumentReader:
    """Reads one document and collects its `problems`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.problems: list[Problem] = []

    def read(self, value: object) -> Document:
        """Read the document; raises `LimitError` at once for more layers than allowed, and collects all else."""
        count = count_layers(value)
        if count > self.limits.layers:
            limit = self.limits.layers
            detail = f"the network has {count:,} layers; at most {limit:,} are allowed"
            raise LimitError([Problem("/layers", detail, f"at most {limit}", str(count))])
        if isinstance(value, dict) and WEIGHTS in value:
            self._problem(f"/{WEIGHTS}", WEIGHTS_ELSEWHERE, "the id of the network, or a document with its parameters")
            value = {name: field for name, field in value.items() if name != WEIGHTS}
        document, found = read_fields(value, DOCUMENT_FIELDS, "the document")
        self.problems += found
        if not isinstance(value, dict):
            return Document(None, np.dtype(np.float64), 0, InputSpec((1,)), ())
        for name, longest in (("name", MAXIMUM_NAME), ("title", MAXIMUM_NAME), ("description", MAXIMUM_TEXT)):
            self._text(document, name, longest)
        if not isinstance(document.get("training", {}), dict):
            self._expected("/training", "training", "an object", document["training"])
        dtype = document.get("dtype", "float64")
        if dtype not in ("float32", "float64"):
            self._expected("/dtype", "dtype", '"float64" or "float32"', dtype)
            dtype = "float64"
        seed = document.get("seed", 0)
        if not is_seed(seed):
            self._expected("/seed", "seed", f"an integer from 0 to {LARGEST_INTEGER}", seed)
            seed = 0
        spec, found = read_input_spec(document.get("input"), np.dtype(dtype), self.limits)
        self.problems += [problem.within("/input") for problem in found]
        layers = document.get("layers")
        if not isinstance(layers, list) or not layers:
            self._expected("/layers", "layers", "a list with at least one layer", layers)
            layers = []
        entries = self._name(self._entries(layers, "/layers", 0))
        title = document.get("name")
        return Document(title if isinstance(title, str) else None, np.dtype(dtype), seed, spec, entries)

    def _problem(self, pointer: str, detail: str, expected: str | None = None, received: object = None) -> None:
        self.problems.append(Problem(pointer, detail, expected, None if received is None else str(received)))

    def _expected(self, pointer: str, what: str, expected: str, received: object) -> None:
        self._problem(pointer, f"{what} is {describe(received)}; expected {expected}", expected, describe(received))

    def _text(self, document: Mapping[str, Any], name: str, longest: int) -> None:
        value = document.get(name)
        if name in document and (not isinstance(value, str) or not 0 < len(value) <= longest):
            self._expected(f"/{name}", name, f"a text of 1 to {longest} characters", value)

    def _entries(self, layers: list[Any], pointer: str, nesting: int) -> list[LayerEntry]:
        if nesting > MAXIMUM_NESTING:
            self._problem(pointer, f"repeats are nested more than {MAXIMUM_NESTING} deep", f"at most {MAXIMUM_NESTING}")
            return []
        entries: list[LayerEntry] = []
        for position, value in enumerate(layers):
            if len(self.problems) >= MAXIMUM_PROBLEMS:
                break
            place = f"{pointer}/{position}"
            if not isinstance(value, dict):
                self._expected(place, f"layers/{position}", "an object that describes a layer", value)
                continue
            rounds = value.get("repeat", 1)
            if not is_integer(rounds, minimum=1):
                self._expected(f"{place}/repeat", "repeat", "a positive integer", rounds)
                rounds = 1
            if is_block(value):
                _, found = read_fields(value, ("repeat", "layers"), "a repeated block")
                self.problems += [problem.within(place) for problem in found]
                inner = value["layers"]
                if not isinstance(inner, list) or not inner:
                    self._expected(f"{place}/layers", "layers", "a list with at least one layer", inner)
                    continue
                block = self._entries(inner, f"{place}/layers", nesting + 1)
            else:
                entry = self._layer(value, position, place)
                if entry is None:
                    continue
                block = [entry]
            if "repeat" not in value:
                entries += block
                continue
            for one in block:
                if one.given:
                    self._problem(
                        f"{one.pointer}/parameters",
                        "a repeated layer cannot be given parameters: every round draws its own",
                        "no parameters",
                    )
            entries += self._repeated(block, rounds)
        return entries

    @staticmethod
    def _repeated(block: list[LayerEntry], rounds: int) -> list[LayerEntry]:
        """Write a block out: names get the round as a suffix, and so do references to names of the block."""
        if not block:
            return []
        own = {entry.name for entry in block if entry.name}
        written = []
        for number in range(1, rounds + 1):
            for entry in block:
                name = entry.name and f"{entry.name}_{number}"
                inputs = entry.inputs and tuple(f"{one}_{number}" if one in own else one for one in entry.inputs)
                written.append(replace(entry, name=name, inputs=inputs))
        return written

    def _layer(self, value: Mapping[str, Any], position: int, pointer: str) -> LayerEntry | None:
        name = value.get("name", "")
        what = f"layers/{position}" + (f' "{name[:60]}"' if isinstance(name, str) and name else "")
        if "name" in value and not (
            isinstance(name, str) and len(name) <= MAXIMUM_NAME and NAME.match(name) and not name.endswith("\n")
        ):
            self._expected(
                f"{pointer}/name", "a layer's name", "a letter or _ and then letters, digits, _ . or -", name
            )
            name = ""
        elif name == "input":
            self._problem(
                f"{pointer}/name",
                '"input" is the name of the network\'s input; a layer needs another',
                "another name",
                "input",
            )
        kind = value.get("kind")
        inputs = self._references(value, pointer, what)
        given = value.get("parameters", {})
        if not isinstance(given, dict):
            self._expected(
                f"{pointer}/parameters",
                f"{what}: parameters",
                "an object with an array for each parameter",
                given,
            )
            given = {}
        if not isinstance(kind, str) or kind not in LAYERS:
            kinds = ", ".join(LAYERS)
            detail = (
                f"{what}: there is no layer kind {quote(kind)}; there are {kinds}"
                if "kind" in value
                else f"{what} has no kind; there are {kinds}"
            )
            self._problem(f"{pointer}/kind", detail, f"one of {kinds}", describe(kind))
            return LayerEntry(name, None, "Layer", inputs, given, pointer)
        arguments, found = read_arguments(LAYERS[kind], value, LAYER_FIELDS, what)
        self.problems += [problem.within(pointer) for problem in found]
        layer = None if found else LAYERS[kind](**arguments)
        return LayerEntry(name, layer, kind, inputs, given, pointer)

    def _references(self, value: Mapping[str, Any], pointer: str, what: str) -> tuple[str, ...] | None:
        if "inputs" not in value:
            return None
        inputs = value["inputs"]
        if (
            isinstance(inputs, list)
            and 0 < len(inputs) <= MAXIMUM_INPUTS
            and all(isinstance(one, str) for one in inputs)
        ):
            return tuple(inputs)
        expected = f"a list with the names of 1 to {MAXIMUM_INPUTS} earlier layers"
        self._expected(f"{pointer}/inputs", f"{what}: inputs", expected, inputs)
        return None

    def _name(self, entries: list[LayerEntry]) -> tuple[LayerEntry, ...]:
        """Give unnamed layers their default names, and find names that stand twice."""
        counts: dict[str, int] = {}
        seen: dict[str, str] = {}
        named = []
        for entry in entries:
            counts[entry.kind] = counts.get(entry.kind, 0) + 1
            name = entry.name or f"{snake_case(entry.kind)}_{counts[entry.kind]}"
            if name in seen:
                other = f"of the layer at {seen[name]}" + (
                    "" if entry.name else f"; this layer is unnamed and its default name is {name}"
                )
                self._problem(f"{entry.pointer}/name", f'"{name}" is also the name {other}', "a name of its own", name)
            seen.setdefault(name, entry.pointer)
            named.append(entry if entry.name else replace(entry, name=name))
        return tuple(named)
