"""Layers of images and sequences in PyTorch, which has the channels before the pixels."""

from collections.abc import Mapping, Sequence

from app.code.pytorch_writer import PyTorchWriter, WriteLayer
from app.code.question import layer_of
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.layers.convolution import Conv1D, Conv2D
from app.nn.layers.depthwise import DepthwiseConv2D, SeparableConv2D
from app.nn.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from app.nn.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
from app.nn.layers.transposed import Conv2DTranspose
from app.nn.layers.windows import WindowAxis
from app.nn.network import PlacedLayer


def channels_first(source: str) -> str:
    """Return the expression of a tensor with its channels in axis 1."""
    return f"{source}.movedim(-1, 1)"


def channels_last(source: str) -> str:
    """Return the expression of a tensor with its channels behind."""
    return f"{source}.movedim(1, -1)"


def sizes(values: Sequence[int]) -> str:
    """Return sizes along axes as PyTorch takes them: one number where all are equal."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def framed(source: str, axes: Sequence[WindowAxis], value: str = "") -> str:
    """Return the expression of a tensor, channels first, with the padding that its windows need."""
    if all(axis.inside for axis in axes):
        return source
    sides = tuple(side for axis in reversed(axes) for side in (axis.before, axis.after))
    return f"F.pad({source}, {sides}{value and f', value={value}'})"


def window_settings(axes: Sequence[WindowAxis]) -> str:
    """Return stride and dilation of a convolution as arguments, where they are not 1."""
    strides, dilation = [axis.stride for axis in axes], [axis.dilation for axis in axes]
    settings = f", stride={sizes(strides)}" if max(strides) > 1 else ""
    return settings + (f", dilation={sizes(dilation)}" if max(dilation) > 1 else "")


def activated(writer: PyTorchWriter, placed: PlacedLayer, activation: BoundActivation, sums: str) -> list[str]:
    """Return the steps to the values of a layer from its sums, which have the channels in axis 1."""
    if activation.name == "linear":
        return [channels_last(sums)]
    return [channels_last(sums), writer.called(activation, writer.variables[placed.name])]


def _depthwise(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, DepthwiseConv2D | SeparableConv2D)
    (source,), (shape,) = writer.sources(placed), placed.input_shapes
    axes = layer.windows(shape)
    maps = shape[-1] * layer.depth_multiplier
    settings = f"{shape[-1]}, {maps}, {sizes(layer.kernel_size)}{window_settings(axes)}, groups={shape[-1]}"
    if isinstance(layer, DepthwiseConv2D):
        module = writer.module(placed, f"nn.Conv2d({settings}{'' if layer.use_bias else ', bias=False'})")
    else:
        pointwise = f"nn.Conv2d({maps}, {layer.filters}, 1{'' if layer.use_bias else ', bias=False'})"
        module = writer.module(placed, f"nn.Sequential(nn.Conv2d({settings}, bias=False), {pointwise})")
    return activated(writer, placed, layer.activation, f"{module}({framed(channels_first(source), axes)})")


def _transposed(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Conv2DTranspose)
    (source,), (shape,) = writer.sources(placed), placed.input_shapes
    axes = layer.windows(shape)
    settings = f"{shape[-1]}, {layer.filters}, {sizes(layer.kernel_size)}{window_settings(axes)}"
    module = writer.module(placed, f"nn.ConvTranspose2d({settings}{'' if layer.use_bias else ', bias=False'})")
    # All that the windows reach, cut to the size that Keras gives it; what they do not reach holds the bias.
    sides = [(-axis.before, axis.length + axis.before - axis.reach) for axis in axes]
    if all(side == (0, 0) for side in sides):
        return activated(writer, placed, layer.activation, f"{module}({channels_first(source)})")
    more = [max(0, behind) for _, behind in sides]
    size = tuple(axis.reach + extra for axis, extra in zip(axes, more, strict=True))
    sums = f"{module}({channels_first(source)}{f', output_size={size}' if any(more) else ''})"
    rows, columns = (f"{axis.before}:{axis.before + axis.length}" for axis in axes)
    return activated(writer, placed, layer.activation, f"{sums}[:, :, {rows}, {columns}]")


def _convolution(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, Conv1D | Conv2D)
    (source,), (shape,) = writer.sources(placed), placed.input_shapes
    axes = layer.windows(shape)[-layer.dimensions :]
    settings = f"{shape[-1]}, {layer.filters}, {sizes(layer.kernel_size)}{window_settings(axes)}"
    settings += f", groups={layer.groups}" if layer.groups > 1 else ""
    settings += "" if layer.use_bias else ", bias=False"
    module = writer.module(placed, f"nn.Conv{layer.dimensions}d({settings})")
    sums = f"{module}({framed(channels_first(source), axes)})"
    return activated(writer, placed, layer.activation, sums)


def _pooling(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, MaxPooling1D | MaxPooling2D | AveragePooling1D | AveragePooling2D)
    axes = layer.windows(placed.input_shapes[0])[-layer.dimensions :]
    source = channels_first(writer.sources(placed)[0])
    strides = [axis.stride for axis in axes]
    settings = sizes(layer.pool_size) + (f", stride={sizes(strides)}" if tuple(strides) != layer.pool_size else "")
    if isinstance(layer, MaxPooling1D | MaxPooling2D):
        pool = f"F.max_pool{layer.dimensions}d"
        padded = framed(source, axes, 'float("-inf")')
        return [channels_last(f"{pool}({padded}, {settings})")]
    pool = f"F.avg_pool{layer.dimensions}d"
    pooled = f"{pool}({framed(source, axes)}, {settings})"
    if all(axis.inside for axis in axes):
        return [channels_last(pooled)]
    # PyTorch counts what hangs over the edge, if it was put there: the share of it that is input undoes that.
    share = f"{pool}({framed(f'torch.ones_like({source})', axes)}, {settings})"
    return [channels_last(f"({pooled} / {share})")]


def _global_pooling(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    kinds = GlobalAveragePooling1D | GlobalAveragePooling2D | GlobalMaxPooling1D | GlobalMaxPooling2D
    assert isinstance(layer, kinds)
    function = "amax" if layer.operation == "maximum" else "mean"
    over = "1" if layer.dimensions == 1 else "(1, 2)"
    keep = ", keepdim=True" if layer.keepdims else ""
    return [f"{writer.sources(placed)[0]}.{function}({over}{keep})"]


IMAGE_KINDS: Mapping[type[Layer], WriteLayer] = {
    Conv1D: _convolution,
    Conv2D: _convolution,
    DepthwiseConv2D: _depthwise,
    SeparableConv2D: _depthwise,
    Conv2DTranspose: _transposed,
    MaxPooling1D: _pooling,
    MaxPooling2D: _pooling,
    AveragePooling1D: _pooling,
    AveragePooling2D: _pooling,
    GlobalAveragePooling1D: _global_pooling,
    GlobalAveragePooling2D: _global_pooling,
    GlobalMaxPooling1D: _global_pooling,
    GlobalMaxPooling2D: _global_pooling,
}
"""How each kind of layer is written."""
