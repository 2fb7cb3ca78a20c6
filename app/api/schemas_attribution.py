"""The wire shapes of attribution."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.schemas import Answer, Count, Node, NodeAnswer, NodeRequest, Number, Values

Lengths = Annotated[int, Field(ge=1)] | list[Annotated[int, Field(ge=1)]] | None


class AttributionRequest(NodeRequest):
    """Which node, and how to find what in the input its value comes from."""

    target: Node
    method: Literal["gradient", "gradient_times_input", "occlusion"] = "gradient"
    window: Lengths = Field(
        None, description="For occlusion: how long the cover is, one number or one an axis; by default a fifth."
    )
    stride: Lengths = Field(None, description="For occlusion: by how much it moves; by default half of the window.")
    value: float | None = Field(None, description="For occlusion: what the cover is made of; by default 0.")


class OcclusionWindows(Answer):
    """What each window did."""

    window: list[Count] = Field(description="How long it is along each axis.")
    starts: list[list[Count]] = Field(description="Where windows begin, for each axis.")
    values: Values = Field(description="By how much the node's value falls, for each window.")


class AttributionAnswer(Answer):
    """How much each place of the input has to do with a node's value."""

    method: Literal["gradient", "gradient_times_input", "occlusion"]
    target: NodeAnswer
    value: Number = Field(description="The node's.")
    shape: list[Count] = Field(
        description="Of `values`: the input's; for occlusion that of the axes along which the window moves."
    )
    values: Values = Field(
        description="The derivative by each value of the input; derivative × value; or by how much the node's value "
        "falls where the input is covered, the mean over all windows there."
    )
    minimum: Number = Field(description="Of the finite values.")
    maximum: Number
    windows: OcclusionWindows | None = Field(None, description="Present for occlusion.")
