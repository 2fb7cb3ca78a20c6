"""The wire shapes of networks: stored, edited and counted."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema

from app.api.schemas import COMPONENT, EDIT_SCHEMA, STORED_OR_GIVEN, Answer, Count, NetworkReference, Request
from app.nn.editing import OPERATIONS_SCHEMA


class SummaryRequest(Request):
    """Which network to describe."""

    takes_tensors = True

    network: NetworkReference


NETWORK_TO_STORE_SCHEMA: dict[str, Any] = {
    "title": "NetworkToStore",
    "description": "A network document, or another network to copy, with edits or another title.",
    "anyOf": [
        {"$ref": f"{COMPONENT}NetworkDocument"},
        {
            "type": "object",
            "title": "Copy of a network",
            "properties": {
                "base": {"anyOf": STORED_OR_GIVEN},
                "edits": {"type": "array", "items": EDIT_SCHEMA},
                "title": {"type": "string", "minLength": 1, "description": "The title of the copy."},
            },
            "required": ["base"],
            "additionalProperties": False,
        },
    ],
}


def _replace_schema(schema: Mapping[str, Any]) -> Callable[[dict[str, Any]], None]:
    """Return what documents a model whose contents the core reads by another schema."""

    def replace(found: dict[str, Any]) -> None:
        found.clear()
        found.update(schema)

    return replace


class NetworksQuery(BaseModel):
    """Which stored networks to list. Examples come first, in an order of their own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    q: str = Field("", max_length=200, description="Words that title, name or description must hold, all of them.")
    sort: Literal["title", "-title", "created", "-created", "changed", "-changed"] = Field(
        "-changed", description="The order of those that are no examples; `-` is descending."
    )
    limit: int = Field(100, ge=1, le=1000, description="How many to send.")
    offset: int = Field(0, ge=0, le=1_000_000, description="How many to leave out at the beginning.")
    deleted: bool = Field(False, description="List what was deleted and can be restored instead.")


class NetworkToStore(RootModel[Any]):
    """A network document, or another network to copy."""

    model_config = ConfigDict(json_schema_extra=_replace_schema(NETWORK_TO_STORE_SCHEMA))


class NetworkToReplace(RootModel[Any]):
    """A network document."""

    model_config = ConfigDict(json_schema_extra=_replace_schema({"allOf": [{"$ref": f"{COMPONENT}NetworkDocument"}]}))


class StoredDocument(RootModel[Any]):
    """A network document."""

    model_config = ConfigDict(json_schema_extra={"allOf": [{"$ref": f"{COMPONENT}NetworkDocument"}]})


class NetworkInfo(Answer):
    """A stored network in a list."""

    id: str
    name: str | None
    title: str | None
    description: str | None
    read_only: bool = Field(description="Whether it is an example, which stays as it is.")
    input_shape: list[Count]
    layers: Count
    parameters: Count
    multiply_adds: Count
    version: int | None = Field(description="Its `ETag` without the quotes; null for an example.")
    created: str | None = Field(description="A time as in RFC 3339, in UTC; null for an example.")
    changed: str | None
    deleted: str | None = Field(description="null unless it was deleted, and can be restored.")


class EditRequest(Request):
    """Which network to edit, and what to do to it, in order."""

    network: NetworkReference
    operations: Annotated[Any, WithJsonSchema(dict(OPERATIONS_SCHEMA))]


class EditAnswer(Answer):
    """The edited network as a complete document, which was built and checked."""

    document: StoredDocument
    renamed: dict[str, str] = Field(description="Names of layers that have another name now, by their former ones.")
    added: list[str] = Field(description="Names of new layers.")
    removed: list[str] = Field(description="Names of layers that are gone.")
    notes: list[str] = Field(description="What was done beyond the words of the operations, in sentences.")


class SummaryLayer(Answer):
    """One layer, counted."""

    name: str
    kind: str
    inputs: list[str]
    output_shape: list[Count]
    parameters: Count
    trainable: Count
    non_trainable: Count
    multiply_adds: Count


class SummaryRepeat(Answer):
    """Layers that say the same several times over, one block after the other; the counts are those of all of them."""

    first: Count = Field(description="The place of the first among `layers`.")
    layers: Count = Field(description="How many layers a block has.")
    times: Count = Field(description="How many blocks there are.")
    parameters: Count
    trainable: Count
    non_trainable: Count
    multiply_adds: Count


class SummaryAnswer(Answer):
    """A network, counted; `layers` begins with the input."""

    layers: list[SummaryLayer]
    total_parameters: Count
    trainable_parameters: Count
    non_trainable_parameters: Count
    multiply_adds: Count
    parameter_bytes: Count
    repeats: list[SummaryRepeat] = Field(
        description="Which of the layers can be folded into few lines: runs of blocks with the same kinds, arguments "
        "and shapes."
    )
