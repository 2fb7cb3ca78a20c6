"""Shapes of one example (the batch is never counted), and boxes: parts of a tensor."""

from app.nn.activations import BoundActivation
from app.nn.reading import Shape


class ShapeError(ValueError):
    """A layer cannot take the inputs that it is given; the text says what it expected."""


Box = tuple[tuple[int, int], ...]
"""A part of a tensor without its batch: start and stop along each axis."""


def whole(shape: Shape) -> Box:
    """Return the box that holds all nodes of a tensor."""
    return tuple((0, length) for length in shape)


def before_activation(activation: BoundActivation, box: Box, shape: Shape) -> Box:
    """Return the part of the pre-activation, which has `shape`, that a part of the output depends on."""
    if activation.activation.elementwise:
        return box
    axis = int(activation.parameters["axis"]) + len(shape)
    return (*box[:axis], (0, shape[axis]), *box[axis + 1 :])


def activated_shape(activation: BoundActivation, shape: Shape) -> Shape:
    """Return the shape that `activation` makes of `shape`; raise `ShapeError` where it cannot be applied."""
    try:
        return activation.output_shape(shape)
    except ValueError as error:
        raise ShapeError(str(error)) from None


def resolve_axis(axis: int, shape: Shape) -> int:
    """Turn an axis counted as Keras does (batch = 0) into one of `shape`, which has no batch; else `ShapeError`."""
    position = axis - 1 if axis > 0 else axis + len(shape)
    if not 0 <= position < len(shape):
        raise ShapeError(f"axis {axis} is not one of the {len(shape)} axes after the batch")
    return position
