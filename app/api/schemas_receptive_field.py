"""The wire shapes of receptive fields: `POST /receptive_field`."""

from pydantic import Field

from app.api.schemas import Answer, Count, NetworkReference, Node, Request


class ReceptiveFieldRequest(Request):
    """Which node to look back from."""

    network: NetworkReference
    node: Node


class FieldOfLayer(Answer):
    """The part of a layer that the node depends on: from `start` up to, not including, `stop` along each axis."""

    name: str
    start: list[Count]
    stop: list[Count]


class ReceptiveFieldAnswer(Answer):
    """The layers that the node depends on, from the input on; those without influence are left out."""

    layers: list[FieldOfLayer] = Field(description="Without the node's own layer.")
