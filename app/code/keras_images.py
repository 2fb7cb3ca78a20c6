"""Layers of images and sequences in Keras: the same classes with the same arguments."""

from collections.abc import Mapping

from app.code.keras_functions import call, reference
from app.code.keras_writer import KerasWriter, WriteLayer
from app.code.question import arguments
from app.nn.layers import Layer
from app.nn.layers.convolution import Conv1D, Conv2D
from app.nn.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from app.nn.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
from app.nn.network import PlacedLayer


def one_or_all(sizes: tuple[int, ...]) -> str:
    """Return sizes along axes as Keras takes them: one number where all are equal."""
    return str(sizes[0]) if len(set(sizes)) == 1 else str(sizes)


def _convolution(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, Conv1D | Conv2D)
    settings = f"{layer.filters}, {one_or_all(layer.kernel_size)}"
    rest = arguments(layer, ["strides", "padding", "dilation_rate", "groups", "use_bias"])
    activation = layer.activation
    writer.use(activation)
    if activation.name == "glu":  # halves an axis, which a layer of Keras does not expect of its activation
        variable = writer.variables[placed.name]
        return [*writer.made(placed, settings + rest), f"{variable} = {call(activation, variable)}"]
    if activation.name != "linear":
        rest += f", activation={reference(activation)}"
    return writer.made(placed, settings + rest)


def _pooling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, MaxPooling1D | MaxPooling2D | AveragePooling1D | AveragePooling2D)
    return writer.made(placed, one_or_all(layer.pool_size) + arguments(layer, ["strides", "padding"]))


def _global_pooling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["keepdims"]))


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
