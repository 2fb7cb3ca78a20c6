"""The wire shapes: what all requests and answers have in common.

Request models check the outer shape; what is inside a network document, inputs, overrides or a node is read by
the core, which knows the network. Answer models are documentation: routes send what the core computed, and a test
holds real answers against these schemas.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

COMPONENT = "#/components/schemas/"
INTEGERS = {"type": "array", "items": {"type": "integer", "minimum": 0}}
_NODE = {
    "type": "object",
    "properties": {
        "layer": {"type": "string", "description": 'A layer\'s name, or "input".'},
        "index": {**INTEGERS, "description": "Where in the layer's output, one integer an axis, from 0."},
    },
    "required": ["layer", "index"],
    "additionalProperties": False,
}
_OVERRIDE = {
    "type": "object",
    "properties": {**_NODE["properties"], "value": {"type": "number"}},  # type: ignore[dict-item]
    "required": ["layer", "index", "value"],
    "additionalProperties": False,
}
EDIT_SCHEMA = {
    "type": "object",
    "properties": {
        "layer": {"type": "string"},
        "parameter": {"type": "string"},
        "index": INTEGERS,
        "value": {"type": "number"},
    },
    "required": ["layer", "parameter", "index", "value"],
    "additionalProperties": False,
}
STORED_OR_GIVEN = [
    {"type": "string", "title": "Id of a stored network"},
    {"$ref": f"{COMPONENT}NetworkDocument"},
]
NETWORK_REFERENCE_SCHEMA: dict[str, Any] = {
    "title": "Network",
    "description": "A network document, the id of a stored network, or one of them with single parameters edited.",
    "anyOf": [
        *STORED_OR_GIVEN,
        {
            "type": "object",
            "title": "Edited network",
            "properties": {"base": {"anyOf": STORED_OR_GIVEN}, "edits": {"type": "array", "items": EDIT_SCHEMA}},
            "required": ["base"],
            "additionalProperties": False,
        },
    ],
}
_DATASET_EXAMPLES: dict[str, Any] = {
    "type": "object",
    "title": "Examples of a data set",
    "properties": {
        "dataset": {
            "type": "object",
            "description": "`index` is one example; `start` and `count` are a batch. Other fields are the data set's "
            "options, such as `noise` and `seed`.",
            "properties": {
                "name": {"type": "string"},
                "split": {"type": "string", "default": "test"},
                "index": {"type": "integer", "minimum": 0},
                "start": {"type": "integer", "minimum": 0, "default": 0},
                "count": {"type": "integer", "minimum": 1},
            },
            "required": ["name"],
        }
    },
    "required": ["dataset"],
    "additionalProperties": False,
}
NESTED_NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array", "items": {}}]}
INPUTS_SCHEMA: dict[str, Any] = {"anyOf": [*NESTED_NUMBERS["anyOf"], _DATASET_EXAMPLES]}
NetworkReference = Annotated[Any, WithJsonSchema({"allOf": [{"$ref": f"{COMPONENT}NetworkReference"}]})]
Inputs = Annotated[
    Any,
    WithJsonSchema({**INPUTS_SCHEMA, "title": "Inputs"}),
    Field(
        description="One example (the input's shape; a bare number for shape [1]), a batch of them (one dimension "
        "more), or examples of a data set. Arrays in the answer have a batch dimension exactly when the inputs do."
    ),
]
Overrides = Annotated[
    Any,
    WithJsonSchema({"anyOf": [{"type": "array", "items": _OVERRIDE}, {"type": "null"}], "title": "Overrides"}),
    Field(description="Nodes pinned to a value before the next layer reads them, in every example; by default none."),
]
Node = Annotated[Any, WithJsonSchema(_NODE)]
Example = Annotated[int, Field(ge=0, description="Which example of a batch, from 0.")]


class Request(BaseModel):
    """What every request body has in common: nothing is converted, and no field is ignored.

    Lists fail fast: to name every wrong item of millions would take all memory.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    takes_tensors: ClassVar[bool] = False
    """Whether the request may come as safetensors."""


class TraceRequest(Request):
    """A network, its inputs, and what is pinned."""

    takes_tensors = True

    network: NetworkReference
    inputs: Inputs
    overrides: Overrides = None  # not a list: Pydantic would copy it for every request


class NodeRequest(TraceRequest):
    """Which example of a batch is meant."""

    example: Example = 0


NonFinite = Literal["NaN", "Infinity", "-Infinity"]
Number = Annotated[
    float | NonFinite,
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
]
NUMBER_SCHEMA = {"$ref": f"{COMPONENT}Number"}
Values = Annotated[
    Any,
    WithJsonSchema({"anyOf": [NUMBER_SCHEMA, {"type": "array", "items": {"$ref": f"{COMPONENT}Values"}}]}),
    Field(description="A number, or nested lists of numbers."),
]
NUMBER_SCHEMAS: dict[str, Any] = {
    "Number": {
        "title": "Number",
        "description": "A number, never rounded. What is not finite is a string, never null.",
        "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}],
    },
    "Values": {
        "title": "Values",
        "description": "A number, or nested lists of numbers.",
        "anyOf": [NUMBER_SCHEMA, {"type": "array", "items": {"$ref": f"{COMPONENT}Values"}}],
    },
}
Count = Annotated[int, Field(ge=0)]
Index = list[Count]


def without_defaults(schema: dict[str, Any]) -> None:
    """Drop defaults: a field that an answer may leave out has none, it is not there."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Answer(BaseModel):
    """What every answer has in common: exactly the fields that are documented."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_defaults)


class HealthAnswer(Answer):
    """That the server is there, and which version it is."""

    status: Literal["ok"]
    version: str


class LayerKind(Answer):
    """A kind of layer with its arguments."""

    kind: str
    description: str
    operation: str
    arguments: dict[str, Any] = Field(description="JSON Schema of the arguments.")


class NodeAnswer(Answer):
    """A node."""

    layer: str
    index: Index


class ProblemEntry(BaseModel):
    """One mistake and its place."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    detail: str
    pointer: str = Field("", description="JSON pointer into the request body; into the query, /name.")
    expected: str = ""
    received: str = ""


class ProblemAnswer(ProblemEntry):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    errors: list[ProblemEntry] = Field([], description="Every mistake that was found.")
