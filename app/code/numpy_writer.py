"""The frame of a NumPy program: its functions, its parameters, a block for each layer, and what is printed."""

from collections.abc import Callable, Mapping

from app.code.literals import number, numbers
from app.code.names import quoted
from app.code.numpy_functions import FUNCTIONS, NEEDS
from app.code.numpy_image_functions import IMAGE_FUNCTIONS, IMAGE_NEEDS
from app.code.question import Question, Writer
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.layers.activation import Activation
from app.nn.layers.reshaping import Dropout, Flatten, Reshape
from app.nn.network import INPUT, PlacedLayer

HEADING = '''"""A neural network in NumPy, layer by layer. Prints the name and the values of every layer."""'''
MAY_SHARE_MEMORY = (Flatten, Reshape, Dropout, Activation)  # SpatialDropout2D is a Dropout
"""Kinds whose output may be the very array that they read."""


class NumPyWriter(Writer):
    """Writes a network in NumPy; `kinds` says how each kind of layer is written.

    A kind's function returns the lines that compute it; `functions` gathers the names of functions that they call.
    """

    def __init__(self, question: Question, kinds: Mapping[type[Layer], "WriteLayer"]) -> None:
        super().__init__(question, ["np", "math", *FUNCTIONS, *IMAGE_FUNCTIONS])
        self.kinds = kinds
        self.functions: set[str] = set()

    def write(self) -> str:
        """Return all of it: the functions come first, but which are used is known last."""
        body = self.input_block()
        for placed in self.network.layers:
            body += ["", *self.layer_block(placed)]
        functions = [text for name, text in {**FUNCTIONS, **IMAGE_FUNCTIONS}.items() if name in self.functions]
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
        lines = self.kinds[type(placed.layer)](self, placed)
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

    def use(self, function: str) -> str:
        """Note that a function, and those that it calls, are used; return its name."""
        self.functions |= {function, *NEEDS.get(function, ()), *IMAGE_NEEDS.get(function, ())}
        return function

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
        self.use(name)
        settings = "".join(f", {key}={number(value)}" for key, value in parameters.items())
        return f"{name}({argument}{settings})"


WriteLayer = Callable[[NumPyWriter, PlacedLayer], list[str]]
"""Writes the lines that compute a layer."""
