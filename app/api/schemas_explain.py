"""The wire shapes of explanations."""

from typing import Any

from pydantic import ConfigDict, Field

from app.api.schemas import NUMBER_SCHEMA, Answer, Count, Index, Node, NodeAnswer, NodeRequest, Number, without_defaults


class ExplainRequest(NodeRequest):
    """Which node to take apart."""

    node: Node
    top: int = Field(100, ge=0, le=1_000_000, description="How many terms to send, the largest first.")


def _with_details(schema: dict[str, Any]) -> None:
    """Allow further numbers beside the fields that every explanation has."""
    without_defaults(schema)
    schema["additionalProperties"] = NUMBER_SCHEMA
    schema["properties"] |= dict.fromkeys(("mean", "variance", "gamma", "beta"), NUMBER_SCHEMA)


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
