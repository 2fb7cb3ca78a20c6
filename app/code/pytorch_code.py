"""The network in PyTorch: a module whose forward pass returns every layer, and the copying of its parameters."""

from collections.abc import Callable, Mapping

from app.code.literals import number, numbers
from app.code.names import quoted
from app.code.pytorch_functions import FUNCTIONS, call
from app.code.pytorch_names import MODULE_NAMES
from app.code.question import Question, Writer, layer_of
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

HEADING = '''"""A neural network in PyTorch. Prints the name and the values of every layer."""'''

TENSORS: Mapping[str, str] = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
    "embeddings": "weight",
}
"""What PyTorch calls a parameter."""


def write_pytorch(question: Question) -> str:
    """Return the program."""
    return _PyTorchWriter(question).write()


class _PyTorchWriter(Writer):
    def __init__(self, question: Question) -> None:
        own = ["torch", "nn", "np", "F", "Network", "network", "self", "layers", "name", "values"]
        super().__init__(question, [*own, *MODULE_NAMES, *FUNCTIONS])
        self.modules: list[str] = []
        self.functions: set[str] = set()

    def write(self) -> str:
        """Return all of it."""
        forward = [*self.pin_lines(INPUT), 'layers = {"input": x}']
        for placed in self.network.layers:
            variable = self.variables[placed.name]
            activation = placed.layer.bound_activation
            forward.append(self.layer_comment(placed))
            if activation and activation.name == "softplus":
                forward.append("# With its usual threshold, 20, softplus leaves out exp(-20) of 20.")
            forward += [*self.layer_lines(placed), *self.pin_lines(placed.name)]
            forward.append(f"layers[{quoted(placed.name)}] = {variable}")
        copies = self.copy_lines()
        dtype = self.network.dtype.name
        lines = [HEADING, ""]
        if self.question.needs_file:
            lines.append("import numpy as np")
        lines += ["import torch", "from torch import nn"]
        if any("F." in line for line in forward):
            lines.append("from torch.nn import functional as F")
        lines += [*self.heading(), "", f"torch.set_default_dtype(torch.{dtype})", ""]
        for name, text in FUNCTIONS.items():
            if name in self.functions:
                lines += ["", text]
        lines += ["", "class Network(nn.Module):"]
        if self.modules:
            lines += ["    def __init__(self):", "        super().__init__()"]
            if any(isinstance(placed.layer, BatchNormalization | LayerNormalization) for placed in self.network.layers):
                lines += [
                    "        # Keras' epsilon, 0.001, is not PyTorch's, and its momentum is the share of the old value."
                ]
            lines += [*(f"        {line}" for line in self.modules), ""]
        lines += ["    def forward(self, x):", '        """Return the values of every layer by its name."""']
        lines += [*(f"        {line}" for line in forward), "        return layers", "", ""]
        lines += ["network = Network()", "network.eval()", ""]
        lines += self.loading()
        if copies:
            if any(type(placed.layer) is Dense for placed in self.network.layers):
                lines.append("# nn.Linear keeps its weight as (outputs, inputs): the transpose of the kernel.")
            lines += ["with torch.no_grad():", *(f"    {line}" for line in copies), ""]
        text = numbers(self.question.inputs, before=len("x = torch.tensor()"))
        lines += [self.input_comment(), f"x = torch.tensor({text})", "with torch.no_grad():"]
        lines += [
            "    for name, values in network(x).items():",
            f"        print(name, {self.shown('values')}.tolist())",
        ]
        return "\n".join([*lines, ""])

    def copy_lines(self) -> list[str]:
        """Return the lines that copy every parameter to its place."""
        lines = []
        for placed in self.network.layers:
            for name in placed.parameter_specs:
                tensor = f"network.{self.variables[placed.name]}.{TENSORS[name]}"
                value = (
                    f"torch.from_numpy({self.stored(placed, name)})"
                    if self.question.needs_file
                    else f"torch.tensor({self.literal(placed, name, 4, len(tensor) + 23)})"
                )
                lines.append(f"{tensor}.copy_({value}{'.T' if name == 'kernel' else ''})")
        return lines

    def pin_lines(self, layer: str) -> list[str]:
        """Return the lines that pin nodes, in a copy: the tensor may share its memory with another layer's."""
        pins = self.pins(layer)
        variable = self.variables[layer]
        lines = [f"{variable} = {variable}.clone()"] if pins else []
        return [
            *lines,
            *(f"{variable}[:, {', '.join(map(str, index))}] = {value}  # pinned" for index, value in pins),
        ]

    def layer_lines(self, placed: PlacedLayer) -> list[str]:
        """Return the lines that compute a layer."""
        return [f"{self.variables[placed.name]} = {step}" for step in KINDS[type(placed.layer)](self, placed)]

    def module(self, placed: PlacedLayer, expression: str) -> str:
        """Give a layer a module; return the expression that calls it."""
        name = f"self.{self.variables[placed.name]}"
        self.modules.append(f"{name} = {expression}")
        return name

    def called(self, activation: BoundActivation, argument: str) -> str:
        """Return the call of an activation; notes that its function is used."""
        self.functions.add(activation.name)
        return call(activation, argument)


def _dense(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Dense)
    bias = "" if layer.use_bias else ", bias=False"
    module = writer.module(placed, f"nn.Linear({placed.input_shapes[0][-1]}, {layer.units}{bias})")
    return [writer.called(layer.activation, f"{module}({writer.sources(placed)[0]})")]


def _activation(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    activation = placed.layer.bound_activation
    assert activation is not None
    return [writer.called(activation, writer.sources(placed)[0])]


def _dropout(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    rate = number(layer_of(placed, Dropout).rate)
    return [f"{writer.module(placed, f'nn.Dropout({rate})')}({writer.sources(placed)[0]})"]


def _flatten(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [f"{writer.sources(placed)[0]}.flatten(1)"]


def _reshape(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    source = writer.sources(placed)[0]
    return [f"{source}.reshape(len({source}), {', '.join(map(str, placed.output_shape))})"]


def _batch_normalization(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
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


def _layer_normalization(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
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


def _add(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [" + ".join(writer.sources(placed))]


def _multiply(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [" * ".join(writer.sources(placed))]


def _concatenate(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    return [f"torch.cat([{', '.join(writer.sources(placed))}], dim={layer_of(placed, Concatenate).axis[0]})"]


def _embedding(writer: _PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Embedding)
    module = writer.module(placed, f"nn.Embedding({layer.input_dim}, {layer.output_dim})")
    return [f"{module}({writer.sources(placed)[0]})"]


KINDS: Mapping[type[Layer], Callable[[_PyTorchWriter, PlacedLayer], list[str]]] = {
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
