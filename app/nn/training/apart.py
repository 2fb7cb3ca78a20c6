"""A step of training taken apart: forward, loss, backward and update of one example and one weight, with their numbers.

Nothing is changed: the trainer stands before the step as after it. A step that was made long ago is taken apart by
going on from a state written before it, which gives the same numbers bit for bit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.forward import silently
from app.nn.network import INPUT
from app.nn.reading import Array, Shape, describe, quote, read_fields, read_index
from app.nn.training.batches import Batch
from app.nn.training.plan import Passes
from app.nn.training.trainer import Trainer


@dataclass(frozen=True)
class LayerApart:
    """What a layer held for the example, and the derivatives of the batch's loss by it.

    `by_output` is `None` where nothing that is trained comes before; `named` holds what else a layer kept, such as the
    mask of a dropout. Where the loss took over the last layer's activation, `by_output` is `None` and
    `by_pre_activation` is what the loss gave.
    """

    name: str
    kind: str
    output: Array
    pre_activation: Array | None = None
    by_output: Array | None = None
    by_pre_activation: Array | None = None
    named: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class LossApart:
    """The loss: of the example alone, of the batch (the mean), the penalty, and their sum, which is made small.

    `weight` is that of the example's class; `share` is what its loss is multiplied by in the sum over the batch.
    """

    name: str
    formula: str
    target: Any
    prediction: Array
    example: float
    weight: float
    share: float
    batch: float
    penalty: float
    total: float


@dataclass(frozen=True)
class WeightApart:
    """The update of one weight. In words: `gradient` → clipped → `terms` → `change`; old, decayed, plus change = new.

    `example_gradient` is what the example adds to the gradient; `batch_gradient` is that of the whole batch, and
    `gradient` that with the `penalty_gradient`, times the `clip_factor`. `slots` is what the optimiser remembered
    before, `terms` all that it forms in float64, new slots included; `equation` says how `change` is made of them.
    `new` is done in float64 from all that; `stored` is what the training really keeps, in the network's dtype, and
    `difference` is between the two. `trained` is false for what is frozen.
    """

    layer: str
    parameter: str
    index: Shape
    trained: bool
    old: float
    example_gradient: float
    batch_gradient: float
    penalty_gradient: float
    clip_factor: float
    gradient: float
    learning_rate: float
    decayed: float
    slots: Mapping[str, float]
    terms: Mapping[str, float]
    equation: str
    change: float
    new: float
    stored: float
    difference: float


@dataclass(frozen=True)
class StepApart:
    """One step: `step` is the number it gets (from 1); `examples` are the batch's positions in the data."""

    step: int
    epoch: int
    batch: int
    examples: tuple[int, ...]
    example: int
    optimizer: Any
    layers: tuple[LayerApart, ...]
    loss: LossApart
    weight: WeightApart | None

    def to_document(self) -> dict[str, Any]:
        """Return plain objects and arrays."""
        return asdict(self)


def read_weight(trainer: Trainer, value: object) -> tuple[str, str, Shape]:
    """Read `{"layer", "parameter", "index"}`; raises `NetworkError`."""
    names = ("layer", "parameter", "index")
    entry, problems = read_fields(value, names, "a weight", required=names)
    if problems:
        raise NetworkError(problems)
    layer, parameter = entry["layer"], entry["parameter"]
    arrays = trainer.vector.arrays
    if not isinstance(layer, str) or layer not in arrays:
        raise NetworkError([Problem("/layer", f"no layer is called {quote(layer)}", "a layer's name", describe(layer))])
    if not isinstance(parameter, str) or parameter not in arrays[layer]:
        known = ", ".join(arrays[layer]) or "none"
        detail = f'"{layer}" has no parameter {quote(parameter)}; it has {known}'
        raise NetworkError([Problem("/parameter", detail, known, describe(parameter))])
    index, problems = read_index(entry["index"], arrays[layer][parameter].shape, f"{layer}/{parameter}")
    if index is None:
        raise NetworkError(problem.within("/index") for problem in problems)
    return layer, parameter, index


def take_apart(trainer: Trainer, example: int = 0, weight: tuple[str, str, Shape] | None = None) -> StepApart:
    """Take the trainer's next step apart, for one example of its batch (counted in it) and one weight.

    Raises `NetworkError` if the batch has no such example, or if the training is over.
    """
    if trainer.finished:
        raise NetworkError([Problem("", "the training is over: there is no next step", "a training that goes on")])
    return silently(_take_apart, trainer, example, weight)


def _take_apart(trainer: Trainer, example: int, weight: tuple[str, str, Shape] | None) -> StepApart:
    batch = trainer.next_batch()
    if not 0 <= example < batch.size:
        detail = f"the batch has {batch.size} examples, counted from 0; there is no example {example}"
        raise NetworkError([Problem("/example", detail, f"0 to {batch.size - 1}", str(example))])
    total, _ = trainer.differentiate(batch)
    plain = trainer.plain_passes()
    layers, loss = _example(trainer, plain, batch, example, total)
    return StepApart(
        step=trainer.steps + 1,
        epoch=trainer.epoch,
        batch=trainer.batch,
        examples=tuple(batch.positions()),
        example=example,
        optimizer=trainer.training.optimizer.to_document(),
        layers=layers,
        loss=loss,
        weight=None if weight is None else _weight(trainer, plain, *weight),
    )


def _example(
    trainer: Trainer, plain: Passes, batch: Batch, example: int, total: float
) -> tuple[tuple[LayerApart, ...], LossApart]:
    """Do the block with the example again, layer by layer, and carry back what the example alone gives."""
    # the blocks of the step itself: what is dropped depends on them
    blocks = enumerate(trainer.passes.blocks(batch.size))
    number, (start, stop) = next(one for one in blocks if one[1][0] <= example < one[1][1])
    row = example - start
    block = batch.block(start, stop)
    held = plain.forward(block.inputs, trainer.steps, number)
    values, by_output, _ = trainer.block_terms(plain, held[-1].output, block)
    others = np.arange(len(by_output)) != row
    alone = by_output.copy()
    alone[others] = 0.0
    by_sums: dict[int, Array | None] = {}
    by_layer = plain.backward(held, alone, first=True, by_sums=by_sums)
    network = trainer.source
    layers = [LayerApart(INPUT, "Input", held[0].output[row], by_output=_row(by_layer[0], row))]
    for position, placed in enumerate(network.layers, start=1):
        own, last = held[position], placed is network.output
        shown = LayerApart(
            name=placed.name,
            kind=placed.layer.kind,
            output=own.output[row],
            pre_activation=_row(own.pre_activation, row),
            by_output=_row(by_layer[position], row),
            by_pre_activation=_row(by_sums.get(position), row),
            named={name: array[row] for name, array in own.named.items() if array.ndim == own.output.ndim},
        )
        if last and plain.fused:
            shown = _with_activation(trainer, shown)
        layers.append(shown)
    weight = 1.0 if block.weights is None else float(np.mean(block.weights[row]))
    penalty = 0.0 if trainer.penalty is None else trainer.penalty.value(trainer.vector.values)
    loss = LossApart(
        name=trainer.training.loss.name,
        formula=trainer.training.loss.formula,
        target=block.targets[row].tolist(),
        prediction=layers[-1].output,
        example=float(np.mean(values[row])) / weight if weight else 0.0,
        weight=weight,
        share=1.0 / batch.size,
        batch=total,
        penalty=penalty,
        total=total + penalty,
    )
    return tuple(layers), loss


def _with_activation(trainer: Trainer, shown: LayerApart) -> LayerApart:
    """Show the last layer as it is used: the loss took what stood before its activation."""
    activation = trainer.source.output.layer.bound_activation
    assert activation is not None, "only a layer with an activation is done together with the loss"
    return LayerApart(
        name=shown.name,
        kind=shown.kind,
        output=activation(shown.output),
        pre_activation=shown.output,
        by_pre_activation=shown.by_output,
        named=shown.named,
    )


def _row(array: Array | None, row: int) -> Array | None:
    return None if array is None else array[row]


def _weight(trainer: Trainer, plain: Passes, layer: str, parameter: str, index: Shape) -> WeightApart:
    """Follow one weight through the update; `plain.gradient` holds what the example adds to the gradient."""
    vector, optimizer = trainer.vector, trainer.training.optimizer
    rate = optimizer.learning_rate.rate(trainer.steps)
    place = vector.place(layer, parameter, index)
    old = float(vector.arrays[layer][parameter][index])
    if place is None or (vector.frozen is not None and place in vector.frozen):
        nothing = {"example_gradient": 0.0, "batch_gradient": 0.0, "penalty_gradient": 0.0, "gradient": 0.0}
        return WeightApart(
            layer=layer,
            parameter=parameter,
            index=index,
            trained=False,
            old=old,
            **nothing,
            clip_factor=1.0,
            learning_rate=rate,
            decayed=old,
            slots={},
            terms={},
            equation="new = old",
            change=0.0,
            new=old,
            stored=old,
            difference=0.0,
        )
    gradient = trainer.passes.gradient.copy()
    raw = float(gradient[place])
    added = 0.0
    if trainer.penalty is not None:
        penalty = trainer.penalty.gradient(vector.values)
        added = float(penalty[place])
        gradient += penalty
    if vector.frozen is not None:
        gradient[vector.frozen] = 0.0
    before = float(gradient[place])
    if optimizer.clips:
        optimizer.clip(gradient, [part.place for part in vector.parts])
    clipped = float(gradient[place])
    slots = {name: float(slot[place]) for name, slot in trainer.slots.items()}
    terms = optimizer.terms(clipped, slots, rate, trainer.steps)
    decayed = old * (1.0 - (optimizer.weight_decay or 0.0) * rate)
    change = terms.pop("change")
    # the update itself works number by number, so doing it for this one alone gives the very same number
    one = slice(place, place + 1)
    stored, own = vector.values[one].copy(), [slot[one].copy() for slot in trainer.slots.values()]
    optimizer.apply(stored, gradient[one], own, trainer.steps, np.empty_like(stored))
    return WeightApart(
        layer=layer,
        parameter=parameter,
        index=index,
        trained=True,
        old=old,
        example_gradient=float(plain.gradient[place]),
        batch_gradient=raw,
        penalty_gradient=added,
        clip_factor=clipped / before if before else 1.0,
        gradient=clipped,
        learning_rate=rate,
        decayed=decayed,
        slots=slots,
        terms=terms,
        equation=optimizer.equation,
        change=change,
        new=decayed + change,
        stored=float(stored[0]),
        difference=abs(decayed + change - float(stored[0])),
    )
