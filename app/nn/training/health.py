"""Where numbers stop being finite: the layer, the weight and the step of the first NaN or infinity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.nn.layers import LayerValues
from app.nn.reading import Array, Shape

if TYPE_CHECKING:
    from app.nn.training.batches import Batch
    from app.nn.training.trainer import Trainer


@dataclass(frozen=True)
class Health:
    """The first number that is not finite, in the order in which a step computes.

    `where` is "parameter" (an earlier update made it so), "forward", "loss" or "gradient". `index` is the node's in its
    layer's output (or the parameter value's), `example` the position in the data. `detail` says it in a sentence.
    """

    step: int
    epoch: int
    where: str
    layer: str | None
    parameter: str | None
    index: Shape | None
    example: int | None
    value: str
    detail: str

    def to_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "step": self.step,
            "epoch": self.epoch,
            "where": self.where,
            "layer": self.layer,
            "parameter": self.parameter,
            "index": None if self.index is None else list(self.index),
            "example": self.example,
            "value": self.value,
            "detail": self.detail,
        }


def first_not_finite(array: Array) -> Shape | None:
    """Return the index of the first number in C order that is NaN or infinite."""
    if array.dtype.kind != "f":
        return None
    finite = np.isfinite(array)
    if finite.all():
        return None
    return tuple(int(one) for one in np.unravel_index(int(np.argmin(finite)), array.shape))


def _word(value: float) -> str:
    return "NaN" if np.isnan(value) else "infinity" if value > 0 else "−infinity"


def diagnose(trainer: "Trainer", batch: "Batch", loss: float) -> Health | None:
    """Find where a step whose loss or gradient is not finite went wrong, by doing its forward pass again.

    `None` if everything is finite after all: the square of a large gradient alone can overflow.
    """
    step = trainer.steps + 1

    def found(where: str, value: float, text: str, **place: Any) -> Health:
        names = dict.fromkeys(("layer", "parameter", "index", "example"))
        return Health(step, trainer.epoch, where, **{**names, **place}, value=_word(value), detail=text)

    place = first_not_finite(trainer.vector.values)
    if place is not None:
        layer, parameter, index = trainer.vector.locate(place[0])
        value = float(trainer.vector.values[place])
        text = (
            f"{layer}/{parameter}{list(index)} became {_word(value)} in the update of step {step - 1}: "
            "the steps are too large; try a smaller learning rate, or clip gradients"
        )
        return found("parameter", value, text, layer=layer, parameter=parameter, index=index)
    passes = trainer.plain_passes()
    for number, (start, stop) in enumerate(trainer.passes.blocks(batch.size)):
        held = passes.forward(batch.inputs[start:stop], trainer.steps, number)
        names = [placed.name for placed in trainer.source.layers]
        for name, values in zip(names, held[1:], strict=True):
            bad = _first_bad(values)
            if bad is not None:
                before, value = bad
                example = batch.positions()[start + before[0]]
                text = (
                    f"{name}{list(before[1:])} is {_word(value)} for example {example} at step {step}, "
                    "though everything before it is finite: its numbers grew too large"
                )
                return found("forward", value, text, layer=name, index=before[1:], example=example)
    if not np.isfinite(loss):
        text = f"the loss is {_word(loss)} at step {step}, though the output is finite: it is too large for the loss"
        return found("loss", loss, text)
    place = first_not_finite(trainer.passes.gradient)
    if place is None:
        return None
    layer, parameter, index = trainer.vector.locate(place[0])
    value = float(trainer.passes.gradient[place])
    text = (
        f"the gradient of {layer}/{parameter}{list(index)} is {_word(value)} at step {step}, though the loss is finite"
    )
    return found("gradient", value, text, layer=layer, parameter=parameter, index=index)


def _first_bad(values: LayerValues) -> tuple[Shape, float] | None:
    """Return the place (batch first) and the number that is not finite, before the activation or after it."""
    for array in (values.pre_activation, values.output):
        place = None if array is None else first_not_finite(array)
        if array is not None and place is not None:
            return place, float(array[place])
    return None
