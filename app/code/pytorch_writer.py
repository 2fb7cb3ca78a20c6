"""The frame of a PyTorch program: a module whose forward pass returns every layer, and the copying of parameters."""

from collections.abc import Callable, Mapping

from app.code.literals import numbers
from app.code.names import quoted
from app.code.pytorch_functions import FUNCTIONS, call
from app.code.pytorch_layouts import tensor_of
from app.code.pytorch_names import MODULE_NAMES
from app.code.question import Question, Writer
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.layers.dense import Dense
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.network import INPUT, PlacedLayer

HEADING = '''"""A neural network in PyTorch. Prints the name and the values of every layer."""'''


class PyTorchWriter(Writer):
    """Writes a network in PyTorch; `kinds` says how each kind of layer is written."""

    def __init__(self, question: Question, kinds: Mapping[type[Layer], "WriteLayer"]) -> None:
        own = ["torch", "nn", "np", "F", "Network", "network", "self", "layers", "name", "values"]
        super().__init__(question, [*own, *MODULE_NAMES, *FUNCTIONS])
        self.modules: list[str] = []
        self.kinds = kinds
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
            if any("Conv" in placed.layer.kind for placed in self.network.layers):
                lines.append("# Convolutions keep theirs as (filters, channels, rows, columns).")
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
                tensor, turned = tensor_of(placed.layer.kind, name)
                tensor = f"network.{self.variables[placed.name]}{tensor}"
                value = (
                    f"torch.from_numpy({self.stored(placed, name)})"
                    if self.question.needs_file
                    else f"torch.tensor({self.literal(placed, name, 4, len(tensor) + 23)})"
                )
                lines.append(f"{tensor}.copy_({value}{turned})")
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
        return [f"{self.variables[placed.name]} = {step}" for step in self.kinds[type(placed.layer)](self, placed)]

    def module(self, placed: PlacedLayer, expression: str) -> str:
        """Give a layer a module; return the expression that calls it."""
        name = f"self.{self.variables[placed.name]}"
        self.modules.append(f"{name} = {expression}")
        return name

    def called(self, activation: BoundActivation, argument: str) -> str:
        """Return the call of an activation; notes that its function is used."""
        self.functions.add(activation.name)
        return call(activation, argument)


WriteLayer = Callable[[PyTorchWriter, PlacedLayer], list[str]]
"""Returns the expression of a layer's values, or of several steps to them."""
