"""The wire shapes of finding nodes: `POST /find`."""

from typing import Literal

from pydantic import Field

from app.api.schemas import Answer, Count, Index, NodeRequest, Number

MOST_MATCHES = 1_000


class FindRequest(NodeRequest):
    """What to look for among all values, and which of the places found to send."""

    what: Literal["largest", "smallest", "non_finite", "dead"] = Field(
        description="The `largest` or `smallest` finite values, in order; or layers in the order of the network: those "
        "that hold NaN or an infinity (`non_finite`), those whose values after an activation are all zero (`dead`)."
    )
    skip: int = Field(0, ge=0, le=100_000, description="How many places to pass over: 1 gives the second.")
    limit: int = Field(1, ge=1, le=MOST_MATCHES, description="How many places to send at most.")


class Match(Answer):
    """A place that was found."""

    layer: str
    index: Index = Field(description="Of the node; of a layer's first node that is so.")
    value: Number
    nodes: Count | None = Field(description="How many nodes of the layer are so; null where a single node is meant.")


class FindAnswer(Answer):
    """Places in the order that was asked for."""

    count: Count = Field(description="How many places there are in all: finite values, or layers.")
    matches: list[Match]
