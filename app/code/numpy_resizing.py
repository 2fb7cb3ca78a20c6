"""Layers that resize, shift and scale images, in NumPy."""

from collections.abc import Mapping
from typing import Any

from app.code.literals import number
from app.code.numpy_writer import NumPyWriter, WriteLayer
from app.code.question import layer_of
from app.nn.layers import Layer
from app.nn.layers.group_normalization import GroupNormalization
from app.nn.layers.reshaping import SpatialDropout2D
from app.nn.layers.resizing import Cropping2D, UpSampling2D, ZeroPadding2D
from app.nn.layers.scaling import Normalization, PReLU, Rescaling
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer
from app.nn.reading import Shape


def numbers_text(value: Any) -> str:
    """Return a number, or a list of them."""
    return f"[{', '.join(map(number, value))}]" if isinstance(value, tuple) else number(value)


def _zero_padding(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    rows, columns = layer_of(placed, ZeroPadding2D).padding
    source = writer.sources(placed)[0]
    return [f"{writer.variables[placed.name]} = {writer.use('frame')}({source}, {rows}, {columns})"]


def _cropping(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    (top, _), (left, _) = layer_of(placed, Cropping2D).cropping
    height, width, _ = placed.output_shape
    source = writer.sources(placed)[0]
    return [f"{writer.variables[placed.name]} = {source}[:, {top}:{top + height}, {left}:{left + width}].copy()"]


def _up_sampling(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, UpSampling2D)
    variable, source = writer.variables[placed.name], writer.sources(placed)[0]
    if layer.interpolation == "nearest":
        return [f"{variable} = {source}.repeat({layer.size[0]}, axis=1).repeat({layer.size[1]}, axis=2)"]
    writer.use("interpolate")
    inner = f"interpolate({source}, 1, {layer.size[0]})"
    return [f"{variable} = interpolate({inner}, 2, {layer.size[1]})"]


def _group_normalization(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, GroupNormalization)
    lines: list[str] = []
    shape = placed.input_shapes[0]
    axis = resolve_axis(layer.axis[0], shape)
    groups = shape[axis] if layer.groups == -1 else layer.groups
    split = (*shape[:axis], groups, shape[axis] // groups, *shape[axis + 1 :])
    over = tuple(one for one in range(1, len(split) + 1) if one != axis + 1)
    names = {name: writer.parameter(placed, name, lines) for name in placed.parameter_specs}
    variable, (source,) = writer.variables[placed.name], writer.sources(placed)
    made = {word: writer.identifiers.make(f"{variable}_{word}") for word in ("groups", "variance")}
    behind = ", 1" * (len(shape) - 1 - axis)
    lines += [
        f"{made['groups']} = {source}.reshape(len({source}), {', '.join(map(str, split))})",
        f"{made['groups']} = {made['groups']} - np.mean({made['groups']}, axis={over}, keepdims=True)",
        f"{made['variance']} = np.mean({made['groups']} ** 2, axis={over}, keepdims=True)",
        f"{variable} = {made['groups']} * (1.0 / np.sqrt({made['variance']} + {number(layer.epsilon)}))",
        f"{variable} = {variable}.reshape({source}.shape)",
    ]
    for name, sign in (("gamma", "*"), ("beta", "+")):
        if name in names:
            spread = f"{names[name]}.reshape(-1{behind})" if behind else names[name]
            lines.append(f"{variable} = {variable} {sign} {spread}")
    return lines


def _rescaling(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Rescaling)
    source = writer.sources(placed)[0]
    scale, offset = (writer.array(numbers_text(one)) for one in (layer.scale, layer.offset))
    return [f"{writer.variables[placed.name]} = {source} * {scale} + {offset}"]


def along_axis(value: Any, axis: tuple[int, ...] | None, shape: Shape) -> str:
    """Return numbers along an axis, as nested lists that broadcast over `shape`."""
    text = numbers_text(value)
    if not isinstance(value, tuple) or axis is None:
        return text
    behind = len(shape) - 1 - resolve_axis(axis[0], shape)
    return f"[{', '.join('[' * behind + number(one) + ']' * behind for one in value)}]"


def _normalization(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Normalization)
    variable, source, shape = writer.variables[placed.name], writer.sources(placed)[0], placed.input_shapes[0]
    mean, deviation = (writer.identifiers.make(f"{variable}_{word}") for word in ("mean", "deviation"))
    variance = writer.array(along_axis(layer.variance, layer.axis, shape))
    return [
        f"{mean} = {writer.array(along_axis(layer.mean, layer.axis, shape))}",
        f"{deviation} = np.maximum(np.sqrt({variance}), 1e-7)",
        f"{variable} = {source} * {deviation} + {mean}"
        if layer.invert
        else f"{variable} = ({source} - {mean}) / {deviation}",
    ]


def _prelu(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    lines: list[str] = []
    alpha = writer.parameter(placed, "alpha", lines)
    source = writer.sources(placed)[0]
    return [
        *lines,
        f"{writer.variables[placed.name]} = np.maximum({source}, 0.0) + {alpha} * np.minimum({source}, 0.0)",
    ]


def _spatial_dropout(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {writer.sources(placed)[0]}  # maps are dropped while training only"]


RESIZING_KINDS: Mapping[type[Layer], WriteLayer] = {
    ZeroPadding2D: _zero_padding,
    Cropping2D: _cropping,
    UpSampling2D: _up_sampling,
    GroupNormalization: _group_normalization,
    Rescaling: _rescaling,
    Normalization: _normalization,
    PReLU: _prelu,
    SpatialDropout2D: _spatial_dropout,
}
"""How each kind of layer is written."""
