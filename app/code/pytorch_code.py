"""The network in PyTorch: a module whose forward pass returns every layer, and the copying of its parameters."""

from collections.abc import Mapping

from app.code.literals import number
from app.code.pytorch_images import IMAGE_KINDS
from app.code.pytorch_resizing import RESIZING_KINDS
from app.code.pytorch_writer import PyTorchWriter, WriteLayer
from app.code.question import Question, layer_of
from app.nn.layers import Layer
from app.nn.layers.activation import Activation, Softmax
from app.nn.layers.dense import Dense
from app.nn.layers.embedding import Embedding
from app.nn.layers.merging import Add, Concatenate, Multiply
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.layers.reshaping import Dropout, Flatten, Reshape
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer


def write_pytorch(question: Question) -> str:
    """Return the program."""
    return PyTorchWriter(question, KINDS).write()


def _dense(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Dense)
    bias = "" if layer.use_bias else ", bias=False"
    module = writer.module(placed, f"nn.Linear({placed.input_shapes[0][-1]}, {layer.units}{bias})")
    return [writer.called(layer.activation, f"{module}({writer.sources(placed)[0]})")]


def _activation(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    activation = placed.layer.bound_activation
    assert activation is not None
    return [writer.called(activation, writer.sources(placed)[0])]


def _dropout(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    rate = number(layer_of(placed, Dropout).rate)
    return [f"{writer.module(placed, f'nn.Dropout({rate})')}({writer.sources(placed)[0]})"]


def _flatten(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.sources(placed)[0]}.flatten(1)"]


def _reshape(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    source = writer.sources(placed)[0]
    return [f"{source}.reshape(len({source}), {', '.join(map(str, placed.output_shape))})"]


def _batch_normalization(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, BatchNormalization)
    (source,), shape = writer.sources(placed), placed.input_shapes[0]
    feature = resolve_axis(layer.axis[0], shape)
    settings = f"eps={number(layer.epsilon)}, momentum=1 - {number(layer.momentum)}"
    if not (layer.scale or layer.center):
        settings += ", affine=False"
    dimensions = {1: 1, 2: 1, 3: 2, 4: 3}.get(len(shape), 1)
    module = writer.module(placed, f"nn.BatchNorm{dimensions}d({shape[feature]}, {settings})")
    # PyTorch keeps the features in axis 1.
    first = source if feature == 0 else f"{source}.movedim({feature + 1}, 1)"
    if len(shape) > 4:
        rest = tuple(length for axis, length in enumerate(shape) if axis != feature)
        steps = [f"{module}({first}.flatten(2)).unflatten(2, {rest})"]
    else:
        steps = [f"{module}({first})"]
    return steps if feature == 0 else [*steps, f"{writer.variables[placed.name]}.movedim(1, {feature + 1})"]


def _layer_normalization(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, LayerNormalization)
    (source,), shape = writer.sources(placed), placed.input_shapes[0]
    places = sorted(resolve_axis(axis, shape) for axis in layer.axis)
    lengths = [shape[place] for place in places]
    settings = f"eps={number(layer.epsilon)}"
    if not (layer.scale or layer.center):
        settings += ", elementwise_affine=False"
    module = writer.module(placed, f"nn.LayerNorm({lengths}, {settings})")
    last = tuple(range(-len(places), 0))
    if places == [len(shape) + place for place in last]:
        return [f"{module}({source})"]
    # PyTorch normalises the last axes only.
    there = tuple(place + 1 for place in places)
    variable = writer.variables[placed.name]
    return [f"{source}.movedim({there}, {last})", f"{module}({variable}).movedim({last}, {there})"]


def _add(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [" + ".join(writer.sources(placed))]


def _multiply(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [" * ".join(writer.sources(placed))]


def _concatenate(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [f"torch.cat([{', '.join(writer.sources(placed))}], dim={layer_of(placed, Concatenate).axis[0]})"]


def _embedding(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Embedding)
    module = writer.module(placed, f"nn.Embedding({layer.input_dim}, {layer.output_dim})")
    return [f"{module}({writer.sources(placed)[0]})"]


KINDS: Mapping[type[Layer], WriteLayer] = {
    **IMAGE_KINDS,
    **RESIZING_KINDS,
    Dense: _dense,
    Activation: _activation,
    Softmax: _activation,
    Dropout: _dropout,
    Flatten: _flatten,
    Reshape: _reshape,
    BatchNormalization: _batch_normalization,
    LayerNormalization: _layer_normalization,
    Add: _add,
    Multiply: _multiply,
    Concatenate: _concatenate,
    Embedding: _embedding,
}
"""How each kind of layer is written: the expression of its values, or of several steps to them."""
