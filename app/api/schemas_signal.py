"""The wire shapes of the signal through the depth."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, WithJsonSchema

from app.api.random_inputs import RANDOM_SCHEMA
from app.api.schemas import INPUTS_SCHEMA, Answer, Count, Index, Node, Number, Request, TraceRequest

MOST_VARIANTS = 12

InputsOrRandom = Annotated[
    Any,
    WithJsonSchema({"anyOf": [*INPUTS_SCHEMA["anyOf"], RANDOM_SCHEMA], "title": "Inputs"}),
    Field(description="One example, a batch of them, examples of a data set, or random ones."),
]
_NAMED = {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}], "default": None}
Named = Annotated[Any, WithJsonSchema(_NAMED)]
OptionalNode = Annotated[
    Any, WithJsonSchema({"anyOf": [Node.__metadata__[0].json_schema, {"type": "null"}], "default": None})
]


class SignalRequest(TraceRequest):
    """A network, its inputs, and the node whose gradients are meant."""

    takes_random_inputs: ClassVar[bool] = True

    inputs: InputsOrRandom
    target: OptionalNode = None
    pre_activations: bool = Field(False, description="Whether to describe what stands before the activations, too.")
    job: bool = Field(False, description="Whether to do it as a job: 202 with its links instead of the answer.")


class Variant(Request):
    """What to change: anything left out stays as it is."""

    label: str | None = Field(None, max_length=100, description="What to call it; by default after what is changed.")
    activation: Named = Field(
        None,
        description="In every layer but the last whose activation is neither linear nor along an axis.",
    )
    initializer: Named = Field(
        None, description="For the weights of every layer; parameters that stand in the document are drawn anew, too."
    )
    seed: int | None = Field(None, ge=0, lt=2**63, description="What to draw all weights anew from.")


def _default_variants() -> list[Variant]:
    pairs = (
        (None, None),
        ("tanh", "glorot_uniform"),
        ("relu", "he_normal"),
        ("relu", "glorot_uniform"),
        ("selu", "lecun_normal"),
        ("tanh", "orthogonal"),
        ("sigmoid", "glorot_uniform"),
    )
    return [Variant(activation=activation, initializer=initializer) for activation, initializer in pairs]


class CompareRequest(SignalRequest):
    """The same, and what to change in turn."""

    variants: list[Variant] = Field(
        default_factory=_default_variants,
        min_length=1,
        max_length=MOST_VARIANTS,
        description="By default the network as it is, tanh with glorot_uniform, relu with he_normal and with "
        "glorot_uniform, selu with lecun_normal, tanh with orthogonal and sigmoid with glorot_uniform.",
    )


Column = Annotated[
    list[Number | None], Field(description="One entry a layer; null for a layer of which it cannot be said.")
]


class Columns(Answer):
    """Distributions, in columns with one entry a layer. All but the shares are over what is finite."""

    percentiles: list[Column] = Field(description="A column for each of the answer's `percentiles`.")
    mean: Column
    size: Column = Field(description="The root of the mean square.")
    zeros: Column = Field(description="The share of numbers that are exactly 0.")
    non_finite: Column = Field(description="The share of NaN and infinities.")


class ValueColumns(Columns):
    """What values are like."""

    saturated: Column = Field(
        description="The share of nodes that stand within a hundredth of a flat side of their activation "
        "(|z| > 2.65 for tanh); null for activations without one."
    )
    dead: Column = Field(
        description="The share of nodes whose rectifying activation (such as relu) is idle in all examples; null for "
        "other activations."
    )
    spread: Column = Field(
        description="The standard deviation over the examples (root mean square over the nodes): what tells the "
        "examples apart; null for one example."
    )


class GradientColumns(Columns):
    """What gradients are like; null for layers on which the target does not depend."""

    norm: Column = Field(description="The Euclidean norm of an example's gradient, the mean over the examples.")


class SignalLayers(Answer):
    """The layers that the columns are about, `input` first."""

    name: list[str]
    kind: list[str]
    activation: list[str | None]
    nodes: list[Count]


class SignalFinding(Answer):
    """Something that is seen, in words."""

    kind: Literal[
        "non_finite",
        "dead_layer",
        "zero",
        "vanishing",
        "exploding",
        "blocked",
        "saturated",
        "dying",
        "alike",
        "healthy",
    ]
    of: Literal["values", "gradients"]
    severity: Literal["problem", "note", "good"]
    layer: str = Field(description="Where it begins, in the direction of the signal: gradients go backwards.")
    last: str = Field(description="Up to where.")
    count: Count = Field(description="How many layers are so.")
    text: str
    factor: Number | None = Field(description="By what each layer multiplies the signal, where that is meant.")


class SignalTarget(Answer):
    """The node whose derivatives the gradients are."""

    layer: str
    index: Index


class SignalAnswer(Answer):
    """The signal through the depth."""

    network: str | None
    dtype: Literal["float32", "float64"]
    examples: Count
    target: SignalTarget
    percentiles: list[Count] = Field(
        description="Which percentiles the columns hold: 0, 1, 5, 25, 50, 75, 95, 99, 100."
    )
    layers: SignalLayers
    values: ValueColumns
    pre_activations: Columns | None = Field(description="null unless asked for.")
    gradients: GradientColumns
    findings: list[SignalFinding] = Field(description="The gravest first; one of kind `healthy` if there is none.")


class VariantAnswer(Answer):
    """The signal of one variant."""

    label: str
    activation: Any = Field(description="As a network document writes it; null if it was not changed.")
    initializer: Any
    seed: Count
    changed_activations: Count = Field(description="In how many layers.")
    changed_initializers: Count
    signal: SignalAnswer


class CompareAnswer(Answer):
    """One answer for each variant, in their order."""

    variants: list[VariantAnswer]
