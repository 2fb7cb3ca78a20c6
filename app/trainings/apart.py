"""Any step of a training, taken apart later (`app.nn.training.apart` says into what).

Training is the same bit for bit however often it is done: a trainer goes on from the nearest state that was kept, up to
the step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.datasets import Folders
from app.errors import TooLarge
from app.jobs.payload import read_arrays, unpack_network
from app.nn.errors import NetworkError, Problem
from app.nn.network import Network
from app.nn.training import Trainer
from app.nn.training.apart import read_weight, take_apart
from app.settings import Settings
from app.trainings.checkpoints import Checkpoints
from app.trainings.examples import load_data
from app.trainings.plan import Plan
from app.trainings.work import unpack_plan

MOST_SECONDS = 60.0
SECONDS_PER_STEP = 2e-4
SECONDS_PER_PRODUCT = 4e-9
SECONDS_PER_VALUE = 2e-8


@dataclass(frozen=True)
class Kept:
    """What a training's folder holds: the network and the plan that it was begun with, and its states."""

    network: Network
    plan: Plan
    checkpoints: Checkpoints

    def distance(self, step: int) -> int:
        """Return how many updates a step is behind the nearest state that was kept."""
        return step - 1 - max((kept for kept in self.checkpoints.steps() if kept < step), default=0)

    def seconds(self, step: int) -> float:
        """Estimate how long it takes to come to a step; raises `TooLarge` if that is very long."""
        network, batch = self.network, min(self.plan.training.batch_size, self.plan.source.count)
        each = SECONDS_PER_STEP + batch * (
            network.multiply_adds * SECONDS_PER_PRODUCT + network.value_count * SECONDS_PER_VALUE
        )
        seconds = (self.distance(step) + 3) * each
        if seconds > MOST_SECONDS:
            near = ", ".join(f"{kept + 1:,}" for kept in self.checkpoints.steps()[-8:])
            detail = (
                f"to come to step {step:,}, {self.distance(step):,} steps would have to be done again, which takes too "
                f"long; states were kept before the steps {near}"
            )
            raise TooLarge(Problem("/step", detail, "a step soon after one of them", str(step)))
        return seconds


def read_kept(arguments: Mapping[str, Any], directory: Path, settings: Settings) -> Kept:
    """Read what a training's folder holds; raises `OSError` and `NetworkError`."""
    arrays = read_arrays(directory)
    network = unpack_network(arguments["network"], arrays, settings)
    return Kept(network, unpack_plan(arguments, network, arrays), Checkpoints(directory))


def take_step_apart(kept: Kept, step: int, example: int, weight: object, folders: Folders) -> dict[str, Any]:
    """Return a step (counted from 1) in its parts, for the `example` at that place of its batch and one weight.

    Raises `NetworkError` for a step after the end, an example that the batch has not, a weight that there is not.
    """
    # What is only measured changes no step, but where it decides when to stop.
    plan = kept.plan if kept.plan.training.callbacks else replace(kept.plan, validation=None)
    data = load_data(plan, kept.network, folders, plan.arrays)
    state = kept.checkpoints.read_before(step - 1)
    trainer = Trainer(data.network, plan.training, data.inputs, data.targets, data.validation, state)
    chosen = None
    if weight is not None:
        try:
            chosen = read_weight(trainer, weight)
        except NetworkError as error:
            raise error.within("/weight") from None
    while trainer.steps < step - 1 and not trainer.finished:
        trainer.step()
    if trainer.finished:
        detail = f"the training ended after {trainer.steps:,} steps ({trainer.reason}); there is no step {step:,}"
        raise NetworkError([Problem("/step", detail, f"1 to {trainer.steps}", str(step))])
    return take_apart(trainer, example, chosen).to_document()
