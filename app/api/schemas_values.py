"""The wire shapes of values, derivatives, parameters and edges."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from app.api.schemas import (
    COMPONENT,
    INPUTS_SCHEMA,
    INTEGERS,
    Answer,
    Count,
    Index,
    NetworkReference,
    Node,
    NodeRequest,
    Number,
    Request,
    TraceRequest,
    Values,
)


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


class GradientsRequest(NodeRequest):
    """Which node to differentiate, and by what: by default all layers and their parameters."""

    target: Node
    layers: list[str] | None = Field(
        None, fail_fast=True, description='Which layers to answer with, by name; "input" is one.'
    )
    parameters: bool = Field(True, description="Whether to send the derivatives by parameters: they are as many.")


Slice = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"anyOf": [{"type": "null"}, {**INTEGERS, "minItems": 2, "maxItems": 2}]}},
                {"type": "null"},
            ]
        }
    ),
    Field(description="One entry an axis: `[start, stop]`, or `null` for all of it."),
]


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
