"""Batches: which examples a step takes, in an order drawn for each epoch, changed by augmentation."""

from typing import NamedTuple

import numpy as np

from app.nn.losses import Loss
from app.nn.reading import Array
from app.nn.training.settings import Training
from app.nn.training.targets import Examples


class Batch(NamedTuple):
    """What a step takes, or a block of it: `size` examples are in the whole batch, which the loss is the mean over.

    `chosen` says which of the data they are; `prepared` are the targets as the loss takes them.
    """

    size: int
    chosen: Array | slice
    inputs: Array
    targets: Array
    prepared: Array
    weights: Array | None

    def positions(self) -> list[int]:
        """Return the examples' positions in the data."""
        if isinstance(self.chosen, slice):
            return list(range(self.chosen.start, self.chosen.stop))
        positions: list[int] = self.chosen.tolist()
        return positions

    def block(self, start: int, stop: int) -> "Batch":
        """Return some of the examples, without copies."""
        chosen = (
            slice(self.chosen.start + start, self.chosen.start + stop)
            if isinstance(self.chosen, slice)
            else (self.chosen[start:stop])
        )
        part = slice(start, stop)
        weights = None if self.weights is None else self.weights[part]
        return Batch(self.size, chosen, self.inputs[part], self.targets[part], self.prepared[part], weights)


class Batches:
    """The batches of a training: `loss` is the one that a step computes, which prepares the targets once for all."""

    def __init__(self, examples: Examples, training: Training, loss: Loss) -> None:
        self.examples = examples
        self.training = training
        self.count = training.steps_per_epoch(len(examples))
        self._prepared = loss.prepare(examples.targets)
        self._order: tuple[int, Array | None] = (-1, None)

    def order(self, epoch: int) -> Array | None:
        """Return the order of the examples in an epoch; `None` for the order in which they stand."""
        if self._order[0] != epoch and self.training.shuffle:
            random = np.random.default_rng(np.random.SeedSequence([self.training.seed, 1, epoch]))
            self._order = (epoch, random.permutation(len(self.examples)))
        return self._order[1]

    def batch(self, epoch: int, number: int, step: int) -> Batch:
        """Return a batch of an epoch, augmented as it is at `step` (updates made before)."""
        examples, size = self.examples, self.training.batch_size
        start = number * size
        stop = min(start + size, len(examples.inputs))
        order = self.order(epoch)
        chosen = slice(start, stop) if order is None else order[start:stop]
        inputs = examples.inputs[chosen]
        for position, augmentation in enumerate(self.training.augmentation):
            seeds = np.random.SeedSequence([self.training.seed, 3, step, position])
            inputs = augmentation.apply(inputs, np.random.default_rng(seeds))
        targets = examples.targets[chosen]
        prepared = targets if self._prepared is examples.targets else self._prepared[chosen]
        weights = None if examples.weights is None else examples.weights[chosen]
        return Batch(stop - start, chosen, inputs, targets, prepared, weights)
