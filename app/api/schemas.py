"""The wire shapes: what requests hold, and what answers look like.

Request models check the outer shape; what is inside a network document, inputs, overrides or a node is read by
the core, which knows the network. Answer models are documentation: routes send what the core computed, and a test
holds real answers against these schemas.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema

from app.nn.editing import OPERATIONS_SCHEMA

COMPONENT = "#/components/schemas/"

_INTEGERS = {"type": "array", "items": {"type": "integer", "minimum": 0}}
_NODE = {
    "type": "object",
    "properties": {
        "layer": {"type": "string", "description": 'A layer\'s name, or "input".'},
        "index": {**_INTEGERS, "description": "Where in the layer's output, one integer an axis, from 0."},
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
_EDIT = {
    "type": "object",
    "properties": {
        "layer": {"type": "string"},
        "parameter": {"type": "string"},
        "index": _INTEGERS,
        "value": {"type": "number"},
    },
    "required": ["layer", "parameter", "index", "value"],
    "additionalProperties": False,
}
_STORED_OR_GIVEN = [
    {"type": "string", "title": "Id of a stored network"},
    {"$ref": f"{COMPONENT}NetworkDocument"},
]
NETWORK_REFERENCE_SCHEMA: dict[str, Any] = {
    "title": "Network",
    "description": "A network document, the id of a stored network, or one of them with single parameters edited.",
    "anyOf": [
        *_STORED_OR_GIVEN,
        {
            "type": "object",
            "title": "Edited network",
            "properties": {"base": {"anyOf": _STORED_OR_GIVEN}, "edits": {"type": "array", "items": _EDIT}},
            "required": ["base"],
            "additionalProperties": False,
        },
    ],
}
NETWORK_TO_STORE_SCHEMA: dict[str, Any] = {
    "title": "NetworkToStore",
    "description": "A network document, or another network to copy, with edits or another title.",
    "anyOf": [
        {"$ref": f"{COMPONENT}NetworkDocument"},
        {
            "type": "object",
            "title": "Copy of a network",
            "properties": {
                "base": {"anyOf": _STORED_OR_GIVEN},
                "edits": {"type": "array", "items": _EDIT},
                "title": {"type": "string", "minLength": 1, "description": "The title of the copy."},
            },
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
_NESTED_NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array", "items": {}}]}
INPUTS_SCHEMA: dict[str, Any] = {"anyOf": [*_NESTED_NUMBERS["anyOf"], _DATASET_EXAMPLES]}

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
    Field(description="Nodes pinned to a value before the next layer reads them, in every example."),
]
Node = Annotated[Any, WithJsonSchema(_NODE)]
Slice = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [{"type": "null"}, {**_INTEGERS, "minItems": 2, "maxItems": 2}]}},
                {"type": "null"},
            ]
        }
    ),
    Field(description="One entry an axis: `[start, stop]`, or `null` for all of it."),
]
Example = Annotated[int, Field(ge=0, description="Which example of a batch, from 0.")]


class Request(BaseModel):
    """What every request body has in common: nothing is converted, and no field is ignored.

    Lists fail fast: to name every wrong item of millions would take all memory.
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    takes_tensors: ClassVar[bool] = False
    """Whether the request may come as safetensors."""


class SummaryRequest(Request):
    """Which network to describe."""

    takes_tensors = True

    network: NetworkReference


class TraceRequest(Request):
    """A network, its inputs, and what is pinned."""

    takes_tensors = True

    network: NetworkReference
    inputs: Inputs
    overrides: Overrides = []


class NodeRequest(TraceRequest):
    """Which example of a batch is meant."""

    example: Example = 0


class ForwardRequest(TraceRequest):
    """What to compute, and which layers to send (all of them by default)."""

    layers: list[str] | None = Field(
        None, fail_fast=True, description='Which layers to answer with, by name; "input" is one.'
    )
    precision: Literal["float32"] | None = Field(
        None,
        description="To have the values of a float64 network as float32, half as large; what float32 cannot hold "
        "becomes an infinity. Statistics are of the exact values.",
    )
    values: list[str] | None = Field(
        None,
        fail_fast=True,
        description="Whose values to send, by name; of the other layers only the statistics (all of them by default).",
    )
    pre_activations: bool = Field(True, description="Whether to send the values before the activation too.")


class ExplainRequest(NodeRequest):
    """Which node to take apart."""

    node: Node
    top: int = Field(100, ge=0, le=1_000_000, description="How many terms to send, the largest first.")


class GradientsRequest(NodeRequest):
    """Which node to differentiate, and by what: by default all layers and their parameters."""

    target: Node
    layers: list[str] | None = Field(
        None, fail_fast=True, description='Which layers to answer with, by name; "input" is one.'
    )
    parameters: bool = Field(True, description="Whether to send the derivatives by parameters: they are as many.")


class ParametersRequest(Request):
    """Which parameter to send: all of it, a slice, or the `top` strongest entries."""

    takes_tensors = True

    network: NetworkReference
    layer: str
    parameter: str
    slice: Slice = None
    inputs: Annotated[Any, WithJsonSchema({**INPUTS_SCHEMA, "title": "Inputs"})] = Field(
        None, description="With `top`: one example; entries are then ordered by |weight × value|."
    )
    top: int | None = Field(None, ge=1, le=1_000_000, description="How many entries, the strongest first.")


class EdgesRequest(NodeRequest):
    """Which edges to send: the `top` strongest into each layer."""

    layers: list[str] | None = Field(
        None, fail_fast=True, description="The layers that the edges lead into; all by default."
    )
    top: int = Field(2000, ge=1, le=1_000_000, description="How many edges a layer, the strongest first.")


class CodeRequest(TraceRequest):
    """What to write, and for which library."""

    takes_tensors = False

    target: Literal["numpy", "keras", "pytorch", "curl"]
    base_url: str | None = Field(
        None,
        description="For curl: where the server is, such as `https://vitrine.example`; by default, where it was asked.",
    )


class ParameterFileRequest(Request):
    """Which network's parameters to send, and in which format; the programs of `/code` read npz."""

    takes_tensors = True

    network: NetworkReference
    format: Literal["npz", "safetensors"] = "npz"


class EditRequest(Request):
    """Which network to edit, and what to do to it, in order."""

    network: NetworkReference
    operations: Annotated[Any, WithJsonSchema(dict(OPERATIONS_SCHEMA))]


class EvaluateRequest(Request):
    """Where to evaluate an activation, and with which parameters."""

    inputs: Annotated[Any, WithJsonSchema({**_NESTED_NUMBERS, "title": "Inputs"})] = Field(
        description="A number, or nested lists of numbers."
    )
    parameters: Annotated[
        Any,
        WithJsonSchema(
            {"type": "object", "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "boolean"}]}}
        ),
    ] = Field({}, description="The activation's own parameters; its defaults for those left out.")


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


class CurveQuery(BaseModel):
    """Where to draw an activation. Any other name in the query is one of the activation's parameters."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    start: float = Field(-10.0, description="Where x begins.")
    stop: float = Field(10.0, description="Where x ends, above `start`.")
    num: int = Field(201, ge=2, le=10_000, description="How many points, evenly spaced, both ends included.")


NonFinite = Literal["NaN", "Infinity", "-Infinity"]
Number = Annotated[
    float | NonFinite,
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
]
_NUMBER_SCHEMA = {"$ref": f"{COMPONENT}Number"}
Values = Annotated[
    Any,
    WithJsonSchema({"anyOf": [_NUMBER_SCHEMA, {"type": "array", "items": {"$ref": f"{COMPONENT}Values"}}]}),
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
        "anyOf": [_NUMBER_SCHEMA, {"type": "array", "items": {"$ref": f"{COMPONENT}Values"}}],
    },
}
Count = Annotated[int, Field(ge=0)]
Index = list[Count]


def _without_defaults(schema: dict[str, Any]) -> None:
    """Drop defaults: a field that an answer may leave out has none, it is not there."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


def _with_details(schema: dict[str, Any]) -> None:
    """Allow further numbers beside the fields that every explanation has."""
    _without_defaults(schema)
    schema["additionalProperties"] = _NUMBER_SCHEMA
    schema["properties"] |= dict.fromkeys(("mean", "variance", "gamma", "beta"), _NUMBER_SCHEMA)


class Answer(BaseModel):
    """What every answer has in common: exactly the fields that are documented."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_without_defaults)


class HealthAnswer(Answer):
    """That the server is there, and which version it is."""

    status: Literal["ok"]
    version: str


class ActivationParameter(Answer):
    """A parameter of an activation function."""

    name: str
    type: Literal["number", "integer", "boolean"]
    default: float | int | bool
    minimum: float | None
    maximum: float | None
    description: str


class ActivationAnswer(Answer):
    """An activation function; formulas are LaTeX in x."""

    name: str
    aliases: list[str]
    title: str
    formula: str
    derivative_formula: str
    parameters: list[ActivationParameter]
    range: str
    monotonic: bool
    elementwise: bool = Field(description="Whether each output depends on one input; otherwise it works on an axis.")
    description: str
    source: str


class CurveAnswer(Answer):
    """Points of a function, and its derivative there."""

    x: list[Number]
    y: list[Number]
    dy: list[Number]


class EvaluateAnswer(Answer):
    """A function's values; derivatives along an axis are the diagonal of the Jacobian, `null` where there is none."""

    outputs: Values
    derivatives: Annotated[Any, WithJsonSchema({"anyOf": [{"$ref": f"{COMPONENT}Values"}, {"type": "null"}]})] = Field(
        description="In the shape of the outputs."
    )


class LayerKind(Answer):
    """A kind of layer with its arguments."""

    kind: str
    description: str
    operation: str
    arguments: dict[str, Any] = Field(description="JSON Schema of the arguments.")


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


class StatisticsAnswer(Answer):
    """A distribution of values. `min`, `max`, `mean`, `std` are over the finite values; the counts are over all."""

    min: Number
    max: Number
    mean: Number
    std: Number = Field(description="Of the population.")
    argmax: Index | None = Field(description="Index into the array that is sent; null if no value is finite.")
    zeros: Count
    positive: Count
    negative: Count
    nan: Count
    inf: Count
    first_non_finite: Index | None


class TracedLayer(Answer):
    """One layer with the value of every node."""

    name: str
    kind: str
    activation: str | None
    shape: list[Count] = Field(description="Of one example's output.")
    pre_activation: Values = Field(None, description="Present where the layer has an activation.")
    output: Values = Field(None, description="Left out where the request asks for other layers' `values` alone.")
    statistics: StatisticsAnswer = Field(description="Of `output`.")


class ForwardAnswer(Answer):
    """Every value of a network; `layers` begins with the input."""

    network: str | None = Field(description="The network's name.")
    dtype: Literal["float64", "float32"]
    layers: list[TracedLayer]
    output: Values = Field(description="The last layer's output, whichever layers were asked for.")


class NodeAnswer(Answer):
    """A node."""

    layer: str
    index: Index


class Term(Answer):
    """What one node contributed to another."""

    source: NodeAnswer
    value: Number
    weight: Number | None
    product: Number | None
    winner: bool = Field(False, description="Present, and true, at the term that a maximum took.")


class OtherTerms(Answer):
    """The terms that were not sent."""

    count: Count
    sum: Number


class ActivationTerm(Answer):
    """One node of the axis that an activation works along."""

    index: Index
    pre_activation: Number
    exponential: Number | None = Field(description="For softmax and log_softmax.")


class ExplainedWindow(Answer):
    """Where the window of a convolution or pooling stands: one entry for rows and one for columns, or one for steps."""

    layer: str = Field(description="The layer, or input, that the window lies on.")
    start: list[int] = Field(description="Its first row and column; negative where it hangs over the edge.")
    size: list[Count] = Field(description="How many cells it has.")
    strides: list[Count] = Field(description="How far apart the windows of neighbouring nodes are.")
    dilation: list[Count] = Field(description="How far apart its cells are.")
    padding: list[tuple[Count, Count]] = Field(
        description="How many of its rows (columns) lie in front of the input, and behind it; they have no terms."
    )


class ChannelSum(Answer):
    """What one channel of the input adds to a node: the sum of all its products, of those that were not sent too."""

    channel: Count
    sum: Number


class ExplainAnswer(Answer):
    """A node's exact arithmetic: Σ product + others.sum + bias = pre_activation, within rounding.

    A layer kind may add further numbers that its arithmetic needs.
    """

    model_config = ConfigDict(json_schema_extra=_with_details)

    layer: str
    index: Index
    kind: str
    operation: str
    terms: list[Term]
    others: OtherTerms
    bias: Number | None
    pre_activation: Number | None
    activation: str | dict[str, Any] | None = Field(description="A name, or an object with the parameters too.")
    value: Number
    recomputed: Number = Field(description="The value done again in float64 from all terms.")
    difference: Number = Field(description="Its distance from the value in the trace, before pinning.")
    exact: bool = Field(description="Whether the difference is within rounding.")
    pinned: bool
    activation_terms: list[ActivationTerm] = Field([], description="Present for an activation along an axis.")
    denominator: Number | None = Field(None, description="Present for an activation along an axis.")
    shift: Number | None = Field(None, description="What was taken from each pre-activation before exponentials.")
    window: ExplainedWindow | None = Field(None, description="Present for convolutions and poolings.")
    channels: list[ChannelSum] = Field([], description="Present for convolutions: they and the bias add up to it.")


class LayerGradients(Answer):
    """The target's derivative by one layer's nodes and parameters."""

    name: str
    output: Annotated[Any, WithJsonSchema({"anyOf": [{"$ref": f"{COMPONENT}Values"}, {"type": "null"}]})] = Field(
        description="null for an input of integers."
    )
    pre_activation: Values = Field(None, description="Present where the layer has an activation.")
    parameters: dict[str, Values] = Field(description="By parameter name.")


class GradientsAnswer(Answer):
    """The target's derivative by every node and parameter, from the input on."""

    layers: list[LayerGradients]


class ParameterEntry(Answer):
    """One value of a parameter; `product` is null without inputs."""

    index: Index
    weight: Number
    product: Number | None


class ParametersAnswer(Answer):
    """A parameter, or part of it; `shape` is that of the whole parameter."""

    shape: list[Count]
    values: Values = Field(None, description="Without `top`: the values of the slice.")
    entries: list[ParameterEntry] = Field([], description="With `top`: the strongest entries.")


class EdgeColumns(Answer):
    """Edges, a column a property; nodes are flat indices in C order."""

    source: list[Count] = Field(description="Which of `sources` an edge comes from.")
    source_node: list[Count]
    node: list[Count]
    weight: list[Number | None] = Field(description="null where the operation has no weights.")
    product: list[Number | None]


class LayerEdges(Answer):
    """The strongest edges into one layer; `count` is how many there are in all."""

    name: str
    sources: list[str]
    count: Count
    edges: EdgeColumns


class EdgesAnswer(Answer):
    """The strongest edges into each layer."""

    layers: list[LayerEdges]


class ParametersFile(Answer):
    """The file beside a program; `/parameters/file` has it."""

    needed: bool = Field(description="Whether the program reads it; otherwise the numbers are in the code.")
    filename: str
    bytes: Count = Field(description="Of the parameters in it; the file is a little larger.")


class CodeAnswer(Answer):
    """A program, or a shell command; running it prints the name and the values of every layer."""

    target: Literal["numpy", "keras", "pytorch", "curl"]
    language: Literal["python", "shell"]
    filename: str
    code: str
    parameters_file: ParametersFile
    notes: list[str] = Field(description="What to know before running it.")


class StoredDocument(RootModel[Any]):
    """A network document."""

    model_config = ConfigDict(json_schema_extra={"allOf": [{"$ref": f"{COMPONENT}NetworkDocument"}]})


class EditAnswer(Answer):
    """The edited network as a complete document, which was built and checked."""

    document: StoredDocument
    renamed: dict[str, str] = Field(description="Names of layers that have another name now, by their former ones.")
    added: list[str] = Field(description="Names of new layers.")
    removed: list[str] = Field(description="Names of layers that are gone.")
    notes: list[str] = Field(description="What was done beyond the words of the operations, in sentences.")


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


class ProblemEntry(BaseModel):
    """One mistake and its place."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

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
