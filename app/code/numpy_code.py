"""The network in NumPy: a script that one can read from top to bottom, one block a layer."""

from collections.abc import Mapping

from app.code.literals import number
from app.code.numpy_images import IMAGE_KINDS
from app.code.numpy_resizing import RESIZING_KINDS
from app.code.numpy_writer import NumPyWriter, WriteLayer
from app.code.question import Question, axes, layer_of
from app.nn.layers import Layer
from app.nn.layers.activation import Activation, Softmax
from app.nn.layers.dense import Dense
from app.nn.layers.embedding import Embedding
from app.nn.layers.merging import Add, Concatenate, Multiply
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.layers.reshaping import Dropout, Flatten, Reshape
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer
from app.nn.reading import Shape


def write_numpy(question: Question) -> str:
    """Return the program."""
    return NumPyWriter(question, KINDS).write()


def vector_over(parameter: str, axis: int, shape: Shape) -> str:
    """Return a vector of one value a feature, shaped to broadcast along `axis` (as Keras counts) of `shape`."""
    behind = len(shape) - 1 - resolve_axis(axis, shape)
    return parameter if behind == 0 else f"{parameter}.reshape(-1{', 1' * behind})"


def _dense(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Dense)
    lines: list[str] = []
    variable, (source,) = writer.variables[placed.name], writer.sources(placed)
    kernel = writer.parameter(placed, "kernel", lines)
    # For matrices both are the same product; dot is what Vitrine calls, and adds up in the same order.
    sums = f"np.dot({source}, {kernel})" if len(placed.input_shapes[0]) == 1 else f"{source} @ {kernel}"
    if layer.use_bias:
        sums += f" + {writer.parameter(placed, 'bias', lines)}"
    if layer.activation.name == "linear":
        return [*lines, f"{variable} = {sums}"]
    weighted = writer.identifiers.make(f"{variable}_sums")
    return [*lines, f"{weighted} = {sums}", f"{variable} = {writer.called(layer.activation, weighted)}"]


def _activation(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    activation = placed.layer.bound_activation
    assert activation is not None
    return [f"{writer.variables[placed.name]} = {writer.called(activation, writer.sources(placed)[0])}"]


def _dropout(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {writer.sources(placed)[0]}  # nodes are dropped while training only"]


def _reshape(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    source = writer.sources(placed)[0]
    shape = "-1" if isinstance(placed.layer, Flatten) else ", ".join(map(str, placed.output_shape))
    return [f"{writer.variables[placed.name]} = {source}.reshape(len({source}), {shape})"]


def _batch_normalization(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, BatchNormalization)
    lines: list[str] = []
    names = {name: writer.parameter(placed, name, lines) for name in placed.parameter_specs}
    shape = placed.input_shapes[0]
    spread = {name: vector_over(variable, layer.axis[0], shape) for name, variable in names.items()}
    variable, (source,) = writer.variables[placed.name], writer.sources(placed)
    weight = writer.identifiers.make(f"{variable}_weight")
    lines.append(f"{weight} = 1.0 / np.sqrt({names['moving_variance']} + {number(layer.epsilon)})")
    if layer.scale:
        lines.append(f"{weight} = {weight} * {names['gamma']}")
    lines.append(f"{variable} = ({source} - {spread['moving_mean']}) * {vector_over(weight, layer.axis[0], shape)}")
    if layer.center:
        lines.append(f"{variable} = {variable} + {spread['beta']}")
    return lines


def _layer_normalization(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, LayerNormalization)
    lines: list[str] = []
    shape = placed.input_shapes[0]
    places = sorted(resolve_axis(axis, shape) for axis in layer.axis)
    over = axes([place - len(shape) for place in places])
    spread = {}
    for name in placed.parameter_specs:
        variable = writer.parameter(placed, name, lines)
        if places != list(range(places[0], len(shape))):  # else its axes are the last ones, and fit as they are
            kept = [length if place in places else 1 for place, length in enumerate(shape)]
            variable = f"{variable}.reshape({', '.join(map(str, kept))})"
        spread[name] = variable
    variable, (source,) = writer.variables[placed.name], writer.sources(placed)
    centered, variance = (writer.identifiers.make(f"{variable}_{word}") for word in ("centered", "variance"))
    lines += [
        f"{centered} = {source} - np.mean({source}, axis={over}, keepdims=True)",
        f"{variance} = np.mean({centered} ** 2, axis={over}, keepdims=True)",
        f"{variable} = {centered} * (1.0 / np.sqrt({variance} + {number(layer.epsilon)}))",
    ]
    if layer.scale:
        lines.append(f"{variable} = {variable} * {spread['gamma']}")
    if layer.center:
        lines.append(f"{variable} = {variable} + {spread['beta']}")
    return lines


def _add(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {' + '.join(writer.sources(placed))}"]


def _multiply(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {' * '.join(writer.sources(placed))}"]


def _concatenate(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    axis = layer_of(placed, Concatenate).axis[0]
    sources = ", ".join(writer.sources(placed))
    return [f"{writer.variables[placed.name]} = np.concatenate([{sources}], axis={axis})"]


def _embedding(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    lines: list[str] = []
    table = writer.parameter(placed, "embeddings", lines)
    return [*lines, f"{writer.variables[placed.name]} = {table}[{writer.sources(placed)[0]}]"]


KINDS: Mapping[type[Layer], WriteLayer] = {
    **IMAGE_KINDS,
    **RESIZING_KINDS,
    Dense: _dense,
    Activation: _activation,
    Softmax: _activation,
    Dropout: _dropout,
    Flatten: _reshape,
    Reshape: _reshape,
    BatchNormalization: _batch_normalization,
    LayerNormalization: _layer_normalization,
    Add: _add,
    Multiply: _multiply,
    Concatenate: _concatenate,
    Embedding: _embedding,
}
"""How each kind of layer is written."""
