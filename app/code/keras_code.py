"""The network in Keras 3: its functional API, every layer by name, and the setting of its weights."""

from collections.abc import Mapping

from app.code.keras_functions import call, reference
from app.code.keras_images import IMAGE_KINDS
from app.code.keras_resizing import RESIZING_KINDS
from app.code.keras_writer import KerasWriter, WriteLayer
from app.code.question import Question, arguments, layer_of
from app.nn.layers import Layer
from app.nn.layers.activation import Activation, Softmax
from app.nn.layers.dense import Dense
from app.nn.layers.embedding import Embedding
from app.nn.layers.merging import Add, Concatenate, Multiply
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.layers.reshaping import Dropout, Flatten, Reshape
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer


def write_keras(question: Question) -> str:
    """Return the program."""
    return KerasWriter(question, KINDS).write()


def _dense(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Dense)
    activation = layer.activation
    writer.use(activation)
    settings = str(layer.units)
    bias = arguments(layer, ["use_bias"])
    if activation.name == "glu":  # halves an axis, which a Dense layer of Keras does not expect of its activation
        variable = writer.variables[placed.name]
        return [*writer.made(placed, settings + bias), f"{variable} = {call(activation, variable)}"]
    if activation.name != "linear":
        settings += f", activation={reference(activation)}"
    return writer.made(placed, settings + bias)


def _activation(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    activation = layer_of(placed, Activation).activation
    writer.use(activation)
    if activation.name == "glu":
        return [f"{writer.variables[placed.name]} = {call(activation, writer.sources(placed)[0])}"]
    return writer.made(placed, reference(activation))


def _softmax(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["axis"]))


def _dropout(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, repr(layer_of(placed, Dropout).rate))


def _flatten(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, "")


def _reshape(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, str(tuple(placed.output_shape)))


def _batch_normalization(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["axis", "momentum", "epsilon", "center", "scale"]))


def _layer_normalization(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, LayerNormalization)
    shape = placed.input_shapes[0]
    places = sorted(resolve_axis(axis, shape) for axis in layer.axis)
    last = tuple(range(-len(places), 0))
    axis = "" if len(last) == 1 else f", axis={last}"
    settings = axis + arguments(layer, ["epsilon", "center", "scale"])
    if places == [len(shape) + place for place in last]:
        return writer.made(placed, settings)
    # Not every backend normalises other axes than the last.
    there = tuple(place + 1 for place in places)
    variable = writer.variables[placed.name]
    return [
        f"{variable} = keras.ops.moveaxis({writer.sources(placed)[0]}, {there}, {last})",
        *writer.made(placed, settings, source=variable),
        f"{variable} = keras.ops.moveaxis({variable}, {last}, {there})",
    ]


def _merge(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, "")


def _concatenate(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["axis"]))


def _embedding(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Embedding)
    return writer.made(placed, f"{layer.input_dim}, {layer.output_dim}")


KINDS: Mapping[type[Layer], WriteLayer] = {
    **IMAGE_KINDS,
    **RESIZING_KINDS,
    Dense: _dense,
    Activation: _activation,
    Softmax: _softmax,
    Dropout: _dropout,
    Flatten: _flatten,
    Reshape: _reshape,
    BatchNormalization: _batch_normalization,
    LayerNormalization: _layer_normalization,
    Add: _merge,
    Multiply: _merge,
    Concatenate: _concatenate,
    Embedding: _embedding,
}
"""How each kind of layer is written."""
