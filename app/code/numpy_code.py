"""The network in NumPy: a script that one can read from top to bottom, one block a layer."""

from collections.abc import Callable, Mapping

from app.code.literals import number, numbers
from app.code.names import quoted
from app.code.numpy_functions import FUNCTIONS, NEEDS
from app.code.question import Question, Writer, axes, layer_of
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.layers.activation import Activation, Softmax
from app.nn.layers.base import resolve_axis
from app.nn.layers.dense import Dense
from app.nn.layers.embedding import Embedding
from app.nn.layers.merging import Add, Concatenate, Multiply
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.layers.reshaping import Dropout, Flatten, Reshape
from app.nn.network import INPUT, PlacedLayer
from app.nn.reading import Shape

HEADING = '''"""A neural network in NumPy, layer by layer. Prints the name and the values of every layer."""'''
MAY_SHARE_MEMORY = (Flatten, Reshape, Dropout, Activation)
"""Kinds whose output may be the very array that they read."""


def write_numpy(question: Question) -> str:
    """Return the program."""
    return _NumPyWriter(question).write()


def vector_over(parameter: str, axis: int, shape: Shape) -> str:
    """Return a vector of one value a feature, shaped to broadcast along `axis` (as Keras counts) of `shape`."""
    behind = len(shape) - 1 - resolve_axis(axis, shape)
    return parameter if behind == 0 else f"{parameter}.reshape(-1{', 1' * behind})"


class _NumPyWriter(Writer):
    def __init__(self, question: Question) -> None:
        super().__init__(question, ["np", "math", *FUNCTIONS])
        self.functions: set[str] = set()

    def write(self) -> str:
        """Return all of it: the functions come first, but which are used is known last."""
        body = self.input_block()
        for placed in self.network.layers:
            body += ["", *self.layer_block(placed)]
        functions = [text for name, text in FUNCTIONS.items() if name in self.functions]
        imports = ["import numpy as np"]
        if any("math." in text for text in functions):
            imports = ["import math", "", *imports]
        lines = [HEADING, "", *imports, *self.heading(), ""]
        for text in functions:
            lines += ["", text]
        if functions:
            lines.append("")
        if self.question.needs_file:
            lines += [*self.loading(), ""]
        return "\n".join([*lines, *body, ""])

    def array(self, text: str) -> str:
        """Return the expression of an array of the network's dtype."""
        return f"np.array({text}, dtype=np.float32)" if self.float32 else f"np.array({text})"

    def input_block(self) -> list[str]:
        """Return the lines that hold the input."""
        text = numbers(self.question.inputs, before=len("x = np.array(, dtype=np.float32)"))
        integers = self.network.input.dtype == "int"
        lines = [self.input_comment(), f"x = np.array({text})" if integers else f"x = {self.array(text)}"]
        return [*lines, *self.pin_lines(INPUT), self.print_line(INPUT)]

    def layer_block(self, placed: PlacedLayer) -> list[str]:
        """Return the lines that compute and print a layer."""
        lines = KINDS[type(placed.layer)](self, placed)
        if self.question.pinned(placed.name) and isinstance(placed.layer, MAY_SHARE_MEMORY):
            lines.append(f"{self.variables[placed.name]} = {self.variables[placed.name]}.copy()")
        return [self.layer_comment(placed), *lines, *self.pin_lines(placed.name), self.print_line(placed.name)]

    def pin_lines(self, layer: str) -> list[str]:
        """Return the assignments that pin nodes, in every example."""
        return [
            f"{self.variables[layer]}[:, {', '.join(map(str, index))}] = {value}  # pinned"
            for index, value in self.pins(layer)
        ]

    def print_line(self, layer: str) -> str:
        """Return the line that prints a layer."""
        return f"print({quoted(layer)}, {self.shown(self.variables[layer])}.tolist())"

    def parameter(self, placed: PlacedLayer, name: str, lines: list[str]) -> str:
        """Return a variable that holds a parameter; the line that fills it is added to `lines`."""
        variable = self.identifiers.make(f"{self.variables[placed.name]}_{name}")
        if self.question.needs_file:
            lines.append(f"{variable} = {self.stored(placed, name)}")
        else:
            lines.append(f"{variable} = {self.array(self.literal(placed, name, before=len(variable) + 13))}")
        return variable

    def called(self, activation: BoundActivation, argument: str) -> str:
        """Return the call of an activation; notes that its function is used."""
        parameters = dict(activation.parameters)
        name = activation.name
        if name == "linear":
            return argument
        if parameters.get("negative_slope") == 0.0:
            name, parameters = "relu", {}  # where minus infinity is 0, not 0 times infinity
        if name == "gelu":
            name = "gelu_approximate" if parameters.pop("approximate") else "gelu"
        self.functions |= {name, *NEEDS.get(name, ())}
        settings = "".join(f", {key}={number(value)}" for key, value in parameters.items())
        return f"{name}({argument}{settings})"


def _dense(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
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


def _activation(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    activation = placed.layer.bound_activation
    assert activation is not None
    return [f"{writer.variables[placed.name]} = {writer.called(activation, writer.sources(placed)[0])}"]


def _dropout(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {writer.sources(placed)[0]}  # nodes are dropped while training only"]


def _reshape(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    source = writer.sources(placed)[0]
    shape = "-1" if isinstance(placed.layer, Flatten) else ", ".join(map(str, placed.output_shape))
    return [f"{writer.variables[placed.name]} = {source}.reshape(len({source}), {shape})"]


def _batch_normalization(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
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


def _layer_normalization(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
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


def _add(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {' + '.join(writer.sources(placed))}"]


def _multiply(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.variables[placed.name]} = {' * '.join(writer.sources(placed))}"]


def _concatenate(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    axis = layer_of(placed, Concatenate).axis[0]
    sources = ", ".join(writer.sources(placed))
    return [f"{writer.variables[placed.name]} = np.concatenate([{sources}], axis={axis})"]


def _embedding(writer: _NumPyWriter, placed: PlacedLayer) -> list[str]:
    lines: list[str] = []
    table = writer.parameter(placed, "embeddings", lines)
    return [*lines, f"{writer.variables[placed.name]} = {table}[{writer.sources(placed)[0]}]"]


KINDS: Mapping[type[Layer], Callable[[_NumPyWriter, PlacedLayer], list[str]]] = {
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
