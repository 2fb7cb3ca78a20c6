"""The frame of a Keras program: its layers by name, the setting of their weights, and what is printed."""

from collections.abc import Callable, Mapping

from app.code.keras_functions import FUNCTIONS
from app.code.literals import numbers
from app.code.names import quoted
from app.code.question import Question, Writer
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.network import INPUT, PlacedLayer

HEADING = '''"""A neural network in Keras 3. Prints the name and the values of every layer."""'''

LONGEST_LINE = 100

FLOAT64 = """\
keras.config.set_floatx("float64")
if keras.backend.backend() != "tensorflow":
    # By this table, Keras computes float64 in float32 on all other backends.
    from keras.src.backend.common import dtypes

    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
"""

PIN = """\
def pin(x, index, value):
    # The node at this index gets the value, in every example.
    here = np.zeros((1, *x.shape[1:]), dtype=bool)
    here[(0, *index)] = True
    return keras.ops.where(here, keras.ops.full_like(x, value), x)
"""


class KerasWriter(Writer):
    """Writes a network in Keras; `kinds` says how each kind of layer is written."""

    def __init__(self, question: Question, kinds: Mapping[type[Layer], "WriteLayer"]) -> None:
        own = ["keras", "np", "dtypes", "pin", "example", "layers", "model", "name", "values", "input"]
        super().__init__(question, [*own, *FUNCTIONS])
        self.kinds = kinds
        self.functions: set[str] = set()

    def write(self) -> str:
        """Return all of it."""
        integers = self.network.input.dtype == "int"
        shape = tuple(self.network.input.shape)
        dtype = ', dtype="int64"' if integers else ""
        body = [f'x = keras.Input({shape}, name="input"{dtype})']
        inputs = "x"
        if self.question.pinned(INPUT):
            inputs = self.identifiers.make("inputs")
            body = [f'{inputs} = keras.Input({shape}, name="input"{dtype})', f"x = {inputs}", *self.pin_lines(INPUT)]
        for placed in self.network.layers:
            body += [
                self.layer_comment(placed),
                *self.kinds[type(placed.layer)](self, placed),
                *self.pin_lines(placed.name),
            ]
        names = [f"    {quoted(layer)}: {variable},\n" for layer, variable in self.variables.items()]
        body += ["", f"layers = {{\n{''.join(names)}}}", f"model = keras.Model({inputs}, list(layers.values()))", ""]
        body += self.weight_lines()
        text = numbers(self.question.inputs, before=len('example = np.array(, dtype="float64")'))
        number_type = '"int64"' if integers else f'"{self.network.dtype.name}"'
        shown = self.shown("keras.ops.convert_to_numpy(values)")
        body += [
            self.input_comment(),
            f"example = np.array({text}, dtype={number_type})",
            "for name, values in zip(layers, model(example, training=False)):",
            f"    print(name, {shown}.tolist())",
        ]
        precision = ['keras.config.set_floatx("float32")', ""] if self.float32 else [FLOAT64]
        lines = [HEADING, "", "import keras", "import numpy as np", *self.heading(), "", *precision]
        functions = [text for name, text in FUNCTIONS.items() if name in self.functions]
        if self.question.overrides:
            functions.append(PIN)
        for text in functions:
            lines += ["", text]
        if functions:
            lines.append("")
        return "\n".join([*lines, *body, ""])

    def weight_lines(self) -> list[str]:
        """Return the lines that set every layer's weights, in the order in which Keras keeps them."""
        lines = self.loading()
        for placed in self.network.layers:
            if not placed.parameter_specs:
                continue
            values = [
                self.stored(placed, name)
                if self.question.needs_file
                else f"np.array({self.literal(placed, name, 8, 11)})"
                for name in placed.parameter_specs
            ]
            layer = f'model.get_layer("{self.variables[placed.name]}").set_weights('
            line = f"{layer}[{', '.join(values)}])"
            if len(line) <= LONGEST_LINE and "\n" not in line:
                lines.append(line)
            else:
                rows = "".join(f"        {value},\n" for value in values)
                lines.append(f"{layer}\n    [\n{rows}    ]\n)")
        return [*lines, ""]

    def pin_lines(self, layer: str) -> list[str]:
        """Return the lines that pin nodes."""
        variable = self.variables[layer]
        return [f"{variable} = pin({variable}, {index}, {value})" for index, value in self.pins(layer)]

    def made(self, placed: PlacedLayer, settings: str, source: str | None = None) -> list[str]:
        """Return the line that calls a Keras layer of the same kind.

        It is called like the variable: not every backend takes a name with a dot in it.
        """
        sources = self.sources(placed)
        source = source or (sources[0] if len(sources) == 1 else f"[{', '.join(sources)}]")
        settings = settings.removeprefix(", ")
        separator = ", " if settings else ""
        name = self.variables[placed.name]
        settings += f'{separator}name="{name}"'
        line = f"{name} = keras.layers.{placed.layer.kind}({settings})({source})"
        if len(line) > LONGEST_LINE:
            line = f"{name} = keras.layers.{placed.layer.kind}(\n    {settings}\n)({source})"
        return [line]

    def use(self, activation: BoundActivation) -> None:
        """Note that the function of an activation is used."""
        self.functions.add(activation.name)


WriteLayer = Callable[[KerasWriter, PlacedLayer], list[str]]
"""Writes the lines that make a layer."""
