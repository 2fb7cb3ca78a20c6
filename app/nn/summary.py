"""What a network is made of, layer by layer, as Keras prints it, and what it costs.

Convention for cost: one multiply-add is one product of two values, mostly followed by an addition, for one
example. Dense counts inputs × units (a bias is an addition only), convolutions the weights of every filter at every
position, BatchNormalization one a value, LayerNormalization two, Multiply one for every factor after the first.
Activations, additions, maxima and copies count nothing.
"""

from dataclasses import asdict, dataclass
from typing import Any

from app.nn.folding import Run, find_runs
from app.nn.network import INPUT, Network
from app.nn.reading import Shape


@dataclass(frozen=True)
class LayerSummary:
    """One line of a summary; counts are numbers of values, `output_shape` has no batch."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    output_shape: Shape
    parameters: int
    trainable: int
    non_trainable: int
    multiply_adds: int


@dataclass(frozen=True)
class Repeat:
    """Lines that say the same `times` over, `layers` of them each time, from line `first` on; counts of all of them."""

    first: int
    layers: int
    times: int
    parameters: int
    trainable: int
    non_trainable: int
    multiply_adds: int


@dataclass(frozen=True)
class Summary:
    """All lines, beginning with the input, and their totals; `repeats` says which lines can be folded into few."""

    layers: tuple[LayerSummary, ...]
    total_parameters: int
    trainable_parameters: int
    non_trainable_parameters: int
    multiply_adds: int
    parameter_bytes: int
    repeats: tuple[Repeat, ...] = ()
    name: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `POST /summary`."""
        result = asdict(self)
        del result["name"]
        return result

    def __str__(self) -> str:
        """Print the table that `model.summary()` prints in Keras, with a column for multiply-adds.

        Layers that repeat stand there once, each count with how often it is there: 999 × 4,160.
        """
        return self.as_text()

    def as_text(self, *, folded: bool = True) -> str:
        """Return the table with repeated layers folded into one line each, or with all of them."""
        header = ("Layer (type)", "Output Shape", "Param #", "Multiply-adds", "Connected to")
        rows = self._rows(self.repeats if folded else ())
        widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
        right = (False, False, True, True, False)

        def line(cells: tuple[str, ...]) -> str:
            padded = [f"{cell:>{w}}" if r else f"{cell:<{w}}" for cell, w, r in zip(cells, widths, right, strict=True)]
            return "  ".join(padded).rstrip()

        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        width = self.parameter_bytes // self.total_parameters if self.total_parameters else 0

        def total(what: str, count: int) -> str:
            return f"{what}: {count:,} ({format_bytes(count * width)})"

        return "\n".join(
            [
                f'Model: "{self.name or "network"}"',
                rule,
                line(header),
                rule,
                *map(line, rows),
                rule,
                total("Total params", self.total_parameters),
                total("Trainable params", self.trainable_parameters),
                total("Non-trainable params", self.non_trainable_parameters),
                f"Multiply-adds: {self.multiply_adds:,}",
            ]
        )

    def _rows(self, repeats: tuple[Repeat, ...]) -> list[tuple[str, ...]]:
        """Return the cells of every line, those that repeat once."""
        rows: list[tuple[str, ...]] = []
        starts = {repeat.first: repeat for repeat in repeats}
        line = 0
        while line < len(self.layers):
            repeat = starts.get(line, Repeat(line, 1, 1, 0, 0, 0, 0))
            times = f"{repeat.times:,} × " if repeat.times > 1 else ""
            for place in range(line, line + repeat.layers):
                one = self.layers[place]
                last = self.layers[place + repeat.layers * (repeat.times - 1)]
                names = one.name if one is last else f"{one.name} … {last.name}"
                rows.append(
                    (
                        f"{names} ({times}{'InputLayer' if one.kind == 'Input' else one.kind})",
                        f"({', '.join(['None', *map(str, one.output_shape)])})",
                        f"{times if one.parameters else ''}{one.parameters:,}",
                        f"{times if one.multiply_adds else ''}{one.multiply_adds:,}",
                        ", ".join(one.inputs) + (" …" if one is not last else "") or "-",
                    )
                )
            line += repeat.layers * repeat.times
        return rows


def format_bytes(count: int) -> str:
    """Write a number of bytes with the unit that keeps it short, in steps of 1,024: `4.00 KB`."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.2f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def summarize(network: Network) -> Summary:
    """Summarise a network without drawing a parameter."""
    lines = [LayerSummary(INPUT, "Input", (), network.input.shape, 0, 0, 0, 0)]
    for placed in network.layers:
        trainable = sum(spec.count for spec in placed.parameter_specs.values() if spec.trainable)
        count = placed.parameter_count
        lines.append(
            LayerSummary(
                placed.name,
                placed.layer.kind,
                placed.inputs,
                placed.output_shape,
                count,
                trainable,
                count - trainable,
                placed.multiply_adds,
            )
        )
    total = sum(one.parameters for one in lines)
    trainable = sum(one.trainable for one in lines)
    return Summary(
        layers=tuple(lines),
        total_parameters=total,
        trainable_parameters=trainable,
        non_trainable_parameters=total - trainable,
        multiply_adds=sum(one.multiply_adds for one in lines),
        parameter_bytes=total * network.dtype.itemsize,
        repeats=tuple(_repeat(run, lines) for run in find_runs(network)),
        name=network.name,
    )


def _repeat(run: Run, lines: list[LayerSummary]) -> Repeat:
    """Add up what repeats; the input is the first of the lines."""
    repeated = lines[run.first + 1 : run.stop + 1]
    return Repeat(
        run.first + 1,
        run.layers,
        run.times,
        sum(one.parameters for one in repeated),
        sum(one.trainable for one in repeated),
        sum(one.non_trainable for one in repeated),
        sum(one.multiply_adds for one in repeated),
    )
