"""Training: a small step against NumPy alone, spirals, and the CIFAR-10 network against PyTorch and Keras."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from app.datasets import load
from app.nn.network import Network
from app.nn.training import Trainer, Training, evaluate, fit
from benchmarks.cifar_accuracy import NETWORK, build_keras
from benchmarks.timing import Row, compare

BATCH = 64
SEEDS = range(5)


def measure() -> Iterator[Row]:
    """Yield the rows, all with one thread for BLAS and PyTorch: as many as a training in the background uses."""
    with threadpool_limits(1):
        torch.set_num_threads(1)
        yield _small()
        yield from _spirals()
        yield from _images(1)


def measure_two() -> Iterator[Row]:
    """Yield the rows of two threads: ours computes two blocks at a time, PyTorch and Keras share out each operation."""
    torch.set_num_threads(2)
    yield from _images(2)


def _dense(units: int, activation: str) -> dict[str, Any]:
    return {"kind": "Dense", "units": units, "activation": activation}


def _small() -> Row:
    """A step of a 2-8-8-1 network, batch 32, Adam: everything that `Trainer.step` does, against the bare arithmetic."""
    layers = [_dense(8, "tanh"), _dense(8, "tanh"), _dense(1, "sigmoid")]
    network = Network.from_document({"input": {"shape": [2]}, "layers": layers})
    training = Training.from_document(
        {"loss": "binary_crossentropy", "optimizer": "adam", "epochs": 1_000_000, "batch_size": 32}, network
    )
    random = np.random.default_rng(0)
    inputs = random.normal(size=(416, 2))
    targets = (inputs.prod(axis=1) > 0).astype(np.float64)
    trainer = Trainer(network, training, inputs, targets)
    alone = numpy_alone(Trainer(network, training, inputs, targets), inputs, targets[:, np.newaxis])
    order = trainer.order(0)
    assert order is not None
    losses = [(trainer.step().loss, alone(order[step * 32 : step * 32 + 32])) for step in range(13)]
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-9)
    batch = order[:32]
    return compare("2-8-8-1, batch 32, Adam ÷ NumPy alone", trainer.step, lambda: alone(batch), 2.0, threads=1)


def numpy_alone(trainer: Trainer, inputs: Any, targets: Any) -> Callable[[Any], float]:
    """Return the same step written out for this one network, with no checks, no history and no layers."""
    values = trainer.vector.values
    gradient, mean, square, work = (np.zeros_like(values) for _ in range(4))
    w1, b1, w2, b2, w3, b3 = trainer.vector.views(values).values()
    dw1, db1, dw2, db2, dw3, db3 = trainer.vector.views(gradient).values()
    steps = 0

    def step(batch: Any) -> float:
        nonlocal steps, mean, square, work, values
        x, t = inputs[batch], targets[batch]
        first = x.dot(w1)
        first += b1
        first = np.tanh(first)
        second = first.dot(w2)
        second += b2
        second = np.tanh(second)
        logits = second.dot(w3)
        logits += b3
        small = np.exp(-np.abs(logits))
        losses = np.maximum(logits, 0.0) - logits * t
        losses += np.log1p(small)
        by_logits = np.maximum(small, logits >= 0.0)
        small += 1.0
        by_logits /= small
        by_logits -= t
        by_logits *= 1.0 / len(x)
        np.dot(second.T, by_logits, out=dw3)
        np.add.reduce(by_logits, axis=0, out=db3)
        by_second = second * second
        np.subtract(1.0, by_second, out=by_second)
        by_second *= by_logits.dot(w3.T)
        np.dot(first.T, by_second, out=dw2)
        np.add.reduce(by_second, axis=0, out=db2)
        by_first = first * first
        np.subtract(1.0, by_first, out=by_first)
        by_first *= by_second.dot(w2.T)
        np.dot(x.T, by_first, out=dw1)
        np.add.reduce(by_first, axis=0, out=db1)
        steps += 1
        np.subtract(gradient, mean, out=work)
        work *= 0.1
        mean += work
        np.multiply(gradient, gradient, out=work)
        work -= square
        work *= 0.001
        square += work
        np.sqrt(square, out=work)
        work += 1e-7
        np.divide(mean, work, out=work)
        work *= 0.001 * (1.0 - 0.999**steps) ** 0.5 / (1.0 - 0.9**steps)
        values -= work
        return float(np.add.reduce(losses, axis=None)) / len(x)

    return step


def _spirals() -> Iterator[Row]:
    """Two spirals, 400 points, noise 0.1, 2-16-16-1 tanh, Adam: the worst accuracy and longest time of five seeds."""
    accuracies, seconds = [], []
    for seed in SEEDS:
        layers = [_dense(16, "tanh"), _dense(16, "tanh"), _dense(1, "sigmoid")]
        network = Network.from_document({"seed": seed, "input": {"shape": [2]}, "layers": layers})
        document = {
            "loss": "binary_crossentropy",
            "optimizer": {"name": "adam", "learning_rate": 0.01},
            "metrics": ["accuracy"],
            "epochs": 300,
            "seed": seed,
        }
        training = Training.from_document(document, network)
        options = {"examples": 400, "noise": 0.1, "seed": seed}
        train, test = (load("spirals", split, Path(), **options) for split in ("train", "test"))
        start = time.perf_counter()
        trainer = fit(network, training, train.inputs, train.targets)
        seconds.append(time.perf_counter() - start)
        measured = evaluate(trainer.network(), training.loss, test.inputs, test.targets, training.metrics)
        accuracies.append(float(np.asarray(measured["accuracy"])))
    worst = min(accuracies)
    yield Row("spirals, worst test accuracy of 5 seeds", 100 * worst, 100.0, worst, 0.97, "%", rising=True)
    yield Row("spirals, longest of 5 trainings ÷ 10 s", max(seconds), 10.0, max(seconds) / 10, 1.0, "s")


class _TorchNetwork(torch.nn.Module):
    """The CIFAR-10 network; with its input and weights in channels-last memory, PyTorch's fastest layout here."""

    def __init__(self) -> None:
        super().__init__()
        layers = torch.nn
        self.stack = layers.Sequential(
            layers.Conv2d(3, 32, 3),
            layers.ReLU(),
            layers.MaxPool2d(2),
            layers.Conv2d(32, 64, 3),
            layers.ReLU(),
            layers.MaxPool2d(2),
            layers.Flatten(),
            layers.Linear(2304, 64),
            layers.ReLU(),
            layers.Linear(64, 10),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits: PyTorch's loss takes those."""
        result: torch.Tensor = self.stack(images)
        return result


def _torch_step(inputs: Any, targets: Any) -> Callable[[], object]:
    model = _TorchNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = torch.from_numpy(inputs).permute(0, 3, 1, 2).to(memory_format=torch.channels_last)
    classes = torch.from_numpy(targets)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def step() -> object:
        optimizer.zero_grad(set_to_none=True)
        logits = model(images)
        loss = torch.nn.functional.cross_entropy(logits, classes)
        loss.backward()
        optimizer.step()
        right = (logits.argmax(1) == classes).sum()
        return loss.item(), right.item()

    return step


def _images(threads: int) -> Iterator[Row]:
    """A step of the CIFAR-10 network at batch 64 with Adam, loss and accuracy measured, as images a second."""
    random = np.random.default_rng(0)
    inputs = random.random((BATCH, 32, 32, 3), dtype=np.float32)
    targets = random.integers(0, 10, BATCH)
    network = Network.from_document(NETWORK)
    document = {
        "loss": "sparse_categorical_crossentropy",
        "optimizer": "adam",
        "metrics": ["accuracy"],
        "batch_size": BATCH,
        "epochs": 1_000_000,
    }
    trainer = Trainer(network, Training.from_document(document, network), inputs, targets, threads=threads)
    model = build_keras()
    peers = (
        ("PyTorch, channels last", _torch_step(inputs, targets), 0.9),
        ("Keras on PyTorch", lambda: model.train_on_batch(inputs, targets), 2.0),
    )
    for name, peer, bar in peers:
        with threadpool_limits(1, user_api="blas"):  # NumPy's; PyTorch has threads of its own
            row = compare(name, trainer.step, peer, None, threads=threads)
        ours, others = BATCH / row.ours * 1e6, BATCH / row.peer * 1e6
        yield Row(f"CIFAR-10 network, batch 64, Adam ÷ {name}", ours, others, 1 / row.ratio, bar, "/s", rising=True)
