"""Layers of images and sequences in Keras: the same classes with the same arguments."""

from collections.abc import Mapping

from app.code.keras_functions import call, reference
from app.code.keras_writer import KerasWriter, WriteLayer
from app.code.question import arguments, layer_of
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
from app.nn.network import PlacedLayer


def one_or_all(sizes: tuple[int, ...]) -> str:
    """Return sizes along axes as Keras takes them: one number where all are equal."""
    return str(sizes[0]) if len(set(sizes)) == 1 else str(sizes)


def _convolution(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, Conv1D | Conv2D)
    settings = f"{layer.filters}, {one_or_all(layer.kernel_size)}"
    rest = arguments(layer, ["strides", "padding", "dilation_rate", "groups", "use_bias"])
    return activated(writer, placed, layer.activation, settings + rest)


def activated(writer: KerasWriter, placed: PlacedLayer, activation: BoundActivation, settings: str) -> list[str]:
    """Return the lines that make a layer with an activation; `settings` are its other arguments."""
    writer.use(activation)
    if activation.name == "glu":  # halves an axis, which a layer of Keras does not expect of its activation
        variable = writer.variables[placed.name]
        return [*writer.made(placed, settings), f"{variable} = {call(activation, variable)}"]
    if activation.name != "linear":
        settings += f", activation={reference(activation)}"
    return writer.made(placed, settings)


def _depthwise(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, DepthwiseConv2D)
    rest = arguments(layer, ["strides", "padding", "depth_multiplier", "dilation_rate", "use_bias"])
    return activated(writer, placed, layer.activation, one_or_all(layer.kernel_size) + rest)


def _separable(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, SeparableConv2D)
    rest = arguments(layer, ["strides", "padding", "depth_multiplier", "dilation_rate", "use_bias"])
    return activated(writer, placed, layer.activation, f"{layer.filters}, {one_or_all(layer.kernel_size)}{rest}")


def _transposed(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Conv2DTranspose)
    rest = arguments(layer, ["strides", "padding", "output_padding", "dilation_rate", "use_bias"])
    return activated(writer, placed, layer.activation, f"{layer.filters}, {one_or_all(layer.kernel_size)}{rest}")


def _pooling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, MaxPooling1D | MaxPooling2D | AveragePooling1D | AveragePooling2D)
    return writer.made(placed, one_or_all(layer.pool_size) + arguments(layer, ["strides", "padding"]))


def _global_pooling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["keepdims"]))


IMAGE_KINDS: Mapping[type[Layer], WriteLayer] = {
    Conv1D: _convolution,
    Conv2D: _convolution,
    DepthwiseConv2D: _depthwise,
    SeparableConv2D: _separable,
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
