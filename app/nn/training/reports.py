"""What a training tells about itself, step by step and epoch by epoch."""

from collections.abc import Mapping
from typing import NamedTuple

from app.nn.training.health import Health

History = dict[str, list[float]]


class EpochReport(NamedTuple):
    """The end of an epoch: its number from 0, its line of the history, and why training ends, if it does.

    `reason` is `None`, `"epochs"` (all were done), `"early_stopping"` or `"not_finite"`.
    """

    epoch: int
    logs: Mapping[str, float]
    reason: str | None


class StepReport(NamedTuple):
    """One update: `step` counts updates from 1, `epoch` and `batch` from 0, of `batches` an epoch.

    `loss` is that of the batch before the update, penalties included. Where `health` is given the numbers were not
    finite; with `terminate_on_nan` no update was made then.
    """

    step: int
    epoch: int
    batch: int
    batches: int
    examples: int
    loss: float
    learning_rate: float
    gradient_norm: float
    epoch_report: EpochReport | None = None
    health: Health | None = None
