"""The state of a training: everything that it has beside its documents and its data, to be written down and read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array
from app.nn.training.early_stopping import Watch

if TYPE_CHECKING:
    from app.nn.training.trainer import Trainer


@dataclass(frozen=True)
class TrainingState:
    """Everything a training has beside its documents and data: arrays by name, and `values` for JSON.

    Arrays: `parameters/<layer>/<name>`, `optimizer/<slot>` (flat vectors in the order of the parameters),
    `epoch/sums/<n>` and `epoch/loss` (of the epoch begun), `best/<n>/<layer>/<name>` where early stopping keeps the
    best. `values` may hold NaN and infinities in its history where a training diverged.
    """

    arrays: Mapping[str, Array]
    values: Mapping[str, Any]


def write_state(trainer: "Trainer") -> TrainingState:
    """Return the state of a trainer, as copies."""
    arrays = {name: array.copy() for name, array in _arrays(trainer).items()}
    arrays["epoch/loss"] = np.array([trainer.loss_total, trainer.loss_count])
    arrays |= {f"epoch/sums/{n}": sums.copy() for n, sums in enumerate(trainer.sums) if sums is not None}
    for position, best in enumerate(trainer.best):
        for layer, own in (best or {}).items():
            arrays |= {f"best/{position}/{layer}/{name}": array.copy() for name, array in own.items()}
    values = {
        "version": 1,
        "step": trainer.steps,
        "epoch": trainer.epoch,
        "batch": trainer.batch,
        "reason": trainer.reason,
        "history": {key: list(numbers) for key, numbers in trainer.history.items()},
        "watches": [asdict(watch) for watch in trainer.watches],
    }
    return TrainingState(arrays, values)


def restore_state(trainer: "Trainer", state: TrainingState) -> None:
    """Put a state into a trainer made from the same documents and data; raises `NetworkError` if it is another's."""
    arrays, values = state.arrays, state.values
    try:
        for name, array in _arrays(trainer).items():
            if arrays[name].shape != array.shape or arrays[name].dtype != array.dtype:
                raise ValueError(f"{name} is {arrays[name].dtype} {arrays[name].shape}")
            np.copyto(array, arrays[name])
        trainer.loss_total, trainer.loss_count = float(arrays["epoch/loss"][0]), int(arrays["epoch/loss"][1])
        for position in range(len(trainer.sums)):
            sums = arrays.get(f"epoch/sums/{position}")
            trainer.sums[position] = None if sums is None else sums.copy()
        for position in range(len(trainer.best)):
            if any(name.startswith(f"best/{position}/") for name in arrays):
                trainer.best[position] = {
                    layer: {name: arrays[f"best/{position}/{layer}/{name}"].copy() for name in own}
                    for layer, own in trainer.vector.arrays.items()
                }
        trainer.steps, trainer.epoch, trainer.batch = values["step"], values["epoch"], values["batch"]
        trainer.reason = values["reason"]
        trainer.history = {key: list(numbers) for key, numbers in values["history"].items()}
        watches = [Watch(**watch) for watch in values["watches"]]
        if len(watches) != len(trainer.watches):
            raise ValueError(f"it has {len(watches)} callbacks, not {len(trainer.watches)}")
        trainer.watches = watches
    except (KeyError, TypeError, ValueError) as error:
        detail = f"the state does not belong to this training: {error}"
        raise NetworkError([Problem("/state", detail, "the state of a training with the same document")]) from error
    if trainer.reason == "epochs" and trainer.epoch < trainer.training.epochs:
        trainer.reason = None  # more epochs are asked for than were done


def _arrays(trainer: "Trainer") -> dict[str, Array]:
    """Return the arrays that every state has: parameters and what the optimiser remembers."""
    arrays = {
        f"parameters/{layer}/{name}": array
        for layer, own in trainer.vector.arrays.items()
        for name, array in own.items()
    }
    return arrays | {f"optimizer/{name}": slot for name, slot in trainer.slots.items()}
