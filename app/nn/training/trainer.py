"""The training loop: batches, epochs, updates, history; a state that can be written down and gone on from.

    trainer = Trainer(network, training, inputs, targets, validation=(more_inputs, more_targets))
    while not trainer.finished:
        report = trainer.step()          # one batch; at the last of an epoch also the validation
    trained = trainer.network()

Nothing here reads a clock or draws from a generator that has a history: what is drawn depends on (seed, epoch) for the
order of the examples, and on (seed, layer, step) for layers and augmentation. So the same documents and data give the
same run bit for bit, a step can be done again at any time, and a state needs no generator in it.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.forward import silently
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.training.batches import Batch, Batches
from app.nn.training.early_stopping import EarlyStopping, Watch
from app.nn.training.evaluation import evaluate_examples
from app.nn.training.health import diagnose
from app.nn.training.plan import Passes
from app.nn.training.reports import EpochReport, History, StepReport
from app.nn.training.settings import Training
from app.nn.training.state import TrainingState, restore_state, write_state
from app.nn.training.targets import Examples, read_examples
from app.nn.training.vector import ParameterVector, Penalty


class Trainer:
    """One training of one network: owns the parameters that change, and does a batch at a time.

    `validation` is measured after each epoch; else the share that `training.validation_split` sets aside. Raises
    `NetworkError` for data that does not fit the network or the loss. Not to be called by several threads; with
    `threads` = 2 it uses a second one itself, for batches that are computed in blocks. That changes no bit of the
    results, and pays where BLAS has one thread and a second processor is idle.
    """

    def __init__(
        self,
        network: Network,
        training: Training,
        inputs: Array,
        targets: Array,
        validation: tuple[Array, Array] | None = None,
        state: TrainingState | None = None,
        threads: int = 1,
    ) -> None:
        self.training = training
        self.source = network
        examples = read_examples(network, training.loss, inputs, targets, training.class_weight)
        self.validation = _read_validation(network, training, validation)
        if validation is None and training.validation_split:
            kept = len(examples) - training.validation_count(len(examples))
            if not kept or kept == len(examples):
                share = f"a validation_split of {training.validation_split:g} of {len(examples)} examples"
                detail = f"{share} leaves one side empty"
                raise NetworkError([Problem("/validation_split", detail, "some examples on both sides")])
            self.validation = replace(examples.part(kept, len(examples)), weights=None)
            examples = examples.part(0, kept)
        training.check_monitors(validated=self.validation is not None)
        self.examples = examples
        self.vector = ParameterVector(network, training.freeze)
        self._pool = ThreadPoolExecutor(1, "lane") if threads > 1 else None
        self._beside: Passes | None = None
        self._frozen_layers = [one.layer for one in training.freeze if one.parameter is None and one.node is None]
        self.passes = self._make_passes()
        self.penalty = Penalty(self.vector, training.regularizers) if training.regularizers else None
        self.data = Batches(examples, training, self.passes.loss)
        optimizer = training.optimizer
        self._clips = optimizer.clips
        self.slots = {name: np.full_like(self.vector.values, optimizer.first_slot(name)) for name in optimizer.slots}
        self._slots = tuple(self.slots.values())
        self._work = np.empty_like(self.vector.values)
        self._output = network.output.layer.bound_activation if self.passes.fused else None
        self._live = replace(network, given=self.vector.arrays, edits=())
        self.batches = self.data.count
        self.steps = 0
        self.epoch = 0
        self.batch = 0
        self.history: History = {}
        self.reason: str | None = None
        # of each callback: what it remembers, and the parameters that it keeps
        self.watches = [Watch() for _ in training.callbacks]
        self.best: list[dict[str, dict[str, Array]] | None] = [None for _ in training.callbacks]
        # of the epoch begun: losses of its examples, and sums of each metric
        self.loss_total, self.loss_count = 0.0, 0
        self.sums: list[Array | None] = [None for _ in training.metrics]
        if state is not None:
            restore_state(self, state)

    # What a step is made of.

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to do; `reason` says why."""
        return self.reason is not None

    @property
    def in_blocks(self) -> bool:
        """Whether batches are computed in blocks, which two threads can share."""
        size = min(self.training.batch_size, len(self.examples))
        return self.passes.block_size(size) < size

    def order(self, epoch: int) -> Array | None:
        """Return the order of the examples in an epoch; `None` for the order in which they stand."""
        return self.data.order(epoch)

    def next_batch(self) -> Batch:
        """Return what the next step takes, augmented."""
        return self.data.batch(self.epoch, self.batch, self.steps)

    def _make_passes(self, *, together: bool = True) -> Passes:
        loss, seed = self.training.loss, self.training.seed
        return Passes(self.source, self.vector, loss, self._frozen_layers, seed, together=together)

    def plain_passes(self) -> Passes:
        """Return passes that keep every layer's values apart: to look at, where steps only need to be fast."""
        return self._make_passes(together=False)

    def step(self) -> StepReport:
        """Train on the next batch; after the last of an epoch, validate and write the history."""
        return silently(self._step)

    def _step(self) -> StepReport:
        assert not self.finished, "the training is over"
        batch = self.next_batch()
        loss = self._pass(batch)
        gradient = self.passes.gradient
        square = float(gradient.dot(gradient))
        if self.penalty is not None:
            loss += self.penalty.value(self.vector.values)
            gradient += self.penalty.gradient(self.vector.values)
            square = float(gradient.dot(gradient))
        health = None
        if not (math.isfinite(loss) and math.isfinite(square)):
            health = diagnose(self, batch, loss)
        if health is not None and self.training.terminate_on_nan:
            self.reason = "not_finite"
            rate = self.training.optimizer.learning_rate.rate(self.steps)
        else:
            rate = self.update()
        report = StepReport(
            self.steps, self.epoch, self.batch, self.batches, batch.size, loss, rate, math.sqrt(square), None, health
        )
        self.loss_total += loss * batch.size
        self.loss_count += batch.size
        self.batch += 1
        if self.batch == self.batches or self.finished:
            return report._replace(epoch_report=self._end_of_epoch())
        return report

    def _pass(self, batch: Batch) -> float:
        """Compute the loss of a batch, and its gradient into `passes.gradient`; move and measure what is to be."""
        loss, done = self.differentiate(batch, moving=True)
        if self.training.metrics:
            for block, predictions in done:
                self._measure(predictions if self._output is None else self._output(predictions), block.targets)
        return loss

    def differentiate(self, batch: Batch, *, moving: bool = False) -> tuple[float, list[tuple[Batch, Array]]]:
        """Compute the gradient of a batch into `passes.gradient`; return (its loss, blocks with their predictions).

        The blocks go in two lanes, whose gradients are added at the end: side by side where there are two threads, one
        after the other where there is one, with the same result bit for bit.
        """
        if self.passes.block_size(batch.size) >= batch.size:
            loss, predictions = self._block(self.passes, batch, 0, first=True, moving=moving)
            return loss, [(batch, predictions)]
        blocks = [(number, batch.block(*place)) for number, place in enumerate(self.passes.blocks(batch.size))]
        half = (len(blocks) + 1) // 2
        if self._beside is None:
            self._beside = self._make_passes()
        if self._pool is None:
            one, other = self._lane(self.passes, blocks[:half]), self._lane(self._beside, blocks[half:])
        else:
            later = self._pool.submit(silently, self._lane, self._beside, blocks[half:])
            one = self._lane(self.passes, blocks[:half])
            other = later.result()
        self.passes.gradient += self._beside.gradient
        return one[0] + other[0], one[1] + other[1]

    def _lane(self, passes: Passes, blocks: Sequence[tuple[int, Batch]]) -> tuple[float, list[tuple[Batch, Array]]]:
        loss, done = 0.0, []
        for position, (number, block) in enumerate(blocks):
            added, predictions = self._block(passes, block, number, first=position == 0, moving=False)
            loss += added
            done.append((block, predictions))
        return loss, done

    def _block(self, passes: Passes, block: Batch, number: int, *, first: bool, moving: bool) -> tuple[float, Array]:
        """Go forward and back with a block; return (what it adds to the batch's loss, its predictions)."""
        held = passes.forward(block.inputs, self.steps, number)
        predictions = held[-1].output
        values, by_output, share = self.block_terms(passes, predictions, block)
        passes.backward(held, by_output, first=first)
        if moving:
            passes.move(held)
        return float(np.add.reduce(values, axis=None)) * share, predictions

    def block_terms(self, passes: Passes, predictions: Array, block: Batch) -> tuple[Array, Array, float]:
        """Return (weighted losses of a block, the derivative of the batch's loss by its predictions, 1/terms)."""
        values, by_output = passes.loss.evaluate(predictions, block.prepared)
        if block.weights is not None:
            values *= _column(block.weights, values)
            by_output *= _column(block.weights, by_output)
        share = 1.0 / (values.size // len(values) * block.size)  # the mean over examples and positions
        by_output *= share
        return values, by_output, share

    def _measure(self, outputs: Array, targets: Array) -> None:
        for position, (_, metric) in enumerate(self.training.metrics):
            sums, before = metric.sums(outputs, targets), self.sums[position]
            self.sums[position] = sums if before is None else metric.merge(before, sums)

    def update(self) -> float:
        """Clip the gradient, decay the weights, update; return the learning rate used."""
        gradient, values, optimizer = self.passes.gradient, self.vector.values, self.training.optimizer
        frozen = self.vector.frozen
        if frozen is not None:
            gradient[frozen] = 0.0
            kept = values[frozen]
        if self._clips:
            optimizer.clip(gradient, [part.place for part in self.vector.parts])
        rate = optimizer.apply(values, gradient, self._slots, self.steps, self._work)
        if frozen is not None:
            values[frozen] = kept
        self.steps += 1
        return rate

    # Epochs.

    def logs(self) -> dict[str, float]:
        """Return loss and metrics over the examples of the epoch seen so far."""
        logs = {"loss": self.loss_total / self.loss_count if self.loss_count else math.nan}
        for (key, metric), sums in zip(self.training.metrics, self.sums, strict=True):
            result = math.nan if sums is None else metric.result(sums)
            assert isinstance(result, float), "only numbers are measured in training"
            logs[key] = result
        return logs

    def _end_of_epoch(self) -> EpochReport:
        logs = self.logs()
        if self.validation is not None and self.reason is None:
            measured = self.evaluate(self.validation)
            logs |= {f"val_{key}": value for key, value in measured.items()}
        elif self.validation is not None:
            logs |= {f"val_{key}": math.nan for key in logs}
        for key, value in logs.items():
            self.history.setdefault(key, []).append(value)
        reason = self.reason
        for position, callback in enumerate(self.training.callbacks):
            if isinstance(callback, EarlyStopping):
                watch, best, stop = callback.after(self.epoch, logs, self.watches[position])
                self.watches[position] = watch
                if best and callback.restore_best_weights:
                    self.best[position] = self.vector.copies()
                if stop and reason is None:
                    reason = "early_stopping"
        report_epoch = self.epoch
        self.epoch += 1
        self.batch = 0
        self.loss_total, self.loss_count = 0.0, 0
        self.sums = [None for _ in self.training.metrics]
        if reason is None and self.epoch >= self.training.epochs:
            reason = "epochs"
        self.reason = reason
        if reason is not None:
            for best_parameters in self.best:
                if best_parameters is not None:
                    self.vector.load(best_parameters)
        return EpochReport(report_epoch, logs, reason)

    def evaluate(self, examples: Examples) -> dict[str, float]:
        """Return loss (penalties included, as in Keras) and metrics over examples, with the network as it is."""
        results = evaluate_examples(self._live, self.training.loss, self.training.metrics, examples)
        measured = {key: value for key, value in results.items() if isinstance(value, float)}
        if self.penalty is not None:
            measured["loss"] += self.penalty.value(self.vector.values)
        return measured

    # Results and state.

    def parameters(self) -> dict[str, dict[str, Array]]:
        """Return copies of all parameters by layer and name."""
        return self.vector.copies()

    def network(self) -> Network:
        """Return the network with the parameters as they are now; later steps do not change it."""
        return replace(self.source, given=self.vector.copies(), edits=())

    def state(self) -> TrainingState:
        """Write down everything, as copies: a `Trainer` made with it goes on bit for bit as this one does."""
        return write_state(self)


def fit(
    network: Network,
    training: Training,
    inputs: Array,
    targets: Array,
    validation: tuple[Array, Array] | None = None,
    *,
    on_batch: Callable[[StepReport], object] | None = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    threads: int = 1,
) -> Trainer:
    """Train to the end, or until `stopped` says so after a step; return the trainer with network and history."""
    trainer = Trainer(network, training, inputs, targets, validation, threads=threads)
    while not trainer.finished and not stopped():
        report = trainer.step()
        if on_batch is not None:
            on_batch(report)
        if report.epoch_report is not None and on_epoch is not None:
            on_epoch(report.epoch_report)
    return trainer


def _read_validation(network: Network, training: Training, validation: tuple[Array, Array] | None) -> Examples | None:
    if validation is None:
        return None
    try:
        return read_examples(network, training.loss, *validation)
    except NetworkError as error:
        raise error.within("/validation_data") from None


def _column(weights: Array, like: Array) -> Array:
    """Shape one weight an example (and position) so that it broadcasts over `like`."""
    return weights.reshape(weights.shape + (1,) * (like.ndim - weights.ndim))
