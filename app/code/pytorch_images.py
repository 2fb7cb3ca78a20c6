"""Layers of images and sequences in PyTorch, which has the channels before the pixels."""

from collections.abc import Mapping, Sequence

from app.code.pytorch_writer import PyTorchWriter, WriteLayer
from app.nn.layers import Layer
from app.nn.layers.convolution import Conv1D, Conv2D
from app.nn.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from app.nn.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
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
    if layer.activation.name == "linear":
        return [channels_last(sums)]
    return [channels_last(sums), writer.called(layer.activation, writer.variables[placed.name])]


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
