"""Stopping early: Keras' EarlyStopping, with its arguments and its way of counting."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from app.nn.argument_types import Boolean, Integer, Nullable, Number
from app.nn.argument_types import Choice as Word
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.metrics import METRIC
from app.nn.training.rules import Text


@dataclass(frozen=True)
class Watch:
    """What early stopping remembers: the best value so far, the epoch of it, and how many epochs it has waited."""

    best: float | None = None
    best_epoch: int | None = None
    waited: int = 0


@dataclass(frozen=True, kw_only=True)
class Callback(Record):
    """Something that acts at the end of an epoch."""


@dataclass(frozen=True, kw_only=True)
class EarlyStopping(Callback):
    """Stop when a monitored number has not become better for `patience` epochs."""

    name: ClassVar[str] = "early_stopping"
    aliases = ("EarlyStopping",)
    description = "Stops when a number of the history has not become better for a while."

    monitor: str = argument(Text(), "The key of the history that is watched.", "val_loss")
    min_delta: float = argument(Number(0.0), "A change smaller than this is no improvement.", 0.0)
    patience: int = argument(Integer(), "How many epochs without improvement are waited for.", 0)
    mode: str = argument(
        Word(("auto", "min", "max")), "Whether less or more is better; auto knows the metrics.", "auto"
    )
    baseline: float | None = argument(Nullable(Number()), "A value that must be reached to stop waiting.", None)
    restore_best_weights: bool = argument(Boolean(), "Whether the parameters of the best epoch are kept.", False)
    start_from_epoch: int = argument(Integer(), "The epoch from which on it watches, counted from 0.", 0)

    def rising(self) -> bool:
        """Tell whether more is better."""
        if self.mode != "auto":
            return self.mode == "max"
        record = METRIC.find(self.monitor.removeprefix("val_"))
        return record is not None and bool(getattr(record, "rising"))  # noqa: B009 - a Record of metrics

    def _better(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        return value - self.min_delta > than if self.rising() else value + self.min_delta < than

    def after(self, epoch: int, logs: Mapping[str, float], watch: Watch) -> tuple[Watch, bool, bool]:
        """Look at an epoch's numbers; return (what is remembered, whether it is the best yet, whether to stop)."""
        value = logs.get(self.monitor)
        if value is None or epoch < self.start_from_epoch:
            return watch, False, False
        first = watch.best_epoch is None
        watch = replace(watch, waited=watch.waited + 1, best_epoch=epoch if first else watch.best_epoch)
        if self._better(value, watch.best):
            reached = self.baseline is None or self._better(value, self.baseline)
            return replace(watch, best=value, best_epoch=epoch, waited=0 if reached else watch.waited), True, False
        return watch, first, watch.waited >= self.patience and epoch > 0


CALLBACKS: Mapping[str, type[Callback]] = registry(EarlyStopping)
"""All callbacks by their canonical names."""

CALLBACK = Choice("callback", CALLBACKS)
