"""Does training here reach what Keras reaches? The CIFAR-10 network, 10 epochs, the same data, a few seeds.

    python -m benchmarks.cifar_accuracy keras  --data FOLDER --results FILE [--seeds 0 1 2] [--epochs 10]
    python -m benchmarks.cifar_accuracy ours   --data FOLDER --results FILE
    python -m benchmarks.cifar_accuracy report --results FILE

FOLDER holds the official binary files (`data_batch_1.bin` … `test_batch.bin`, gzipped or not). Each run adds a line of
JSON to FILE as soon as it has finished. A run takes minutes, so this is not a part of `make bench`.
"""

import argparse
import gzip
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.nn.network import Network
from app.nn.training import EpochReport, Training, evaluate, fit

Array = np.ndarray[Any, np.dtype[Any]]

CLASSES = 10
BATCH_SIZE = 64
LEARNING_RATE = 1e-3


def read_file(folder: Path, name: str) -> tuple[Array, Array]:
    """Read one official file: images (n, 32, 32, 3) float32 from 0 to 1, and labels (n,)."""
    path = folder / name
    raw = path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    records = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    images = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images, dtype=np.float32) / np.float32(255), records[:, 0].astype(np.int64)


def read_data(folder: Path) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Read the 50,000 training and the 10,000 test examples."""
    parts = [read_file(folder, f"data_batch_{number}.bin") for number in range(1, 6)]
    training = np.concatenate([images for images, _ in parts]), np.concatenate([labels for _, labels in parts])
    return training, read_file(folder, "test_batch.bin")


def build_keras() -> Any:
    """Build and compile the network with Keras' defaults (glorot_uniform, softmax, Adam)."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras  # noqa: PLC0415 - heavy, and only this half needs it

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def train_keras(seed: int, epochs: int, training: tuple[Array, Array], test: tuple[Array, Array]) -> dict[str, Any]:
    """Train the network with Keras and return its test accuracy."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras  # noqa: PLC0415

    keras.utils.set_random_seed(seed)
    model = build_keras()
    history = model.fit(*training, epochs=epochs, batch_size=BATCH_SIZE, verbose=2)
    loss, accuracy = model.evaluate(*test, batch_size=250, verbose=0)
    return {
        "test_accuracy": accuracy,
        "test_loss": loss,
        "loss": history.history["loss"],
        "accuracy": history.history["accuracy"],
    }


NETWORK: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [32, 32, 3]},
    "layers": [
        {"kind": "Conv2D", "filters": 32, "kernel_size": 3, "activation": "relu"},
        {"kind": "MaxPooling2D", "pool_size": 2},
        {"kind": "Conv2D", "filters": 64, "kernel_size": 3, "activation": "relu"},
        {"kind": "MaxPooling2D", "pool_size": 2},
        {"kind": "Flatten"},
        {"kind": "Dense", "units": 64, "activation": "relu"},
        {"kind": "Dense", "units": CLASSES, "activation": "softmax"},
    ],
}


def train_ours(seed: int, epochs: int, training: tuple[Array, Array], test: tuple[Array, Array]) -> dict[str, Any]:
    """Train the same network with this project's code and return its test accuracy."""
    network = Network.from_document({**NETWORK, "seed": seed})
    document = {
        "loss": "sparse_categorical_crossentropy",
        "optimizer": {"name": "adam", "learning_rate": LEARNING_RATE},
        "metrics": ["accuracy"],
        "epochs": epochs,
        "batch_size": BATCH_SIZE,
        "seed": seed,
    }
    settings = Training.from_document(document, network)

    def show(epoch: EpochReport) -> None:
        print(epoch.epoch, dict(epoch.logs), flush=True)  # noqa: T201

    trainer = fit(network, settings, *training, on_epoch=show)
    measured = evaluate(trainer.network(), settings.loss, *test, settings.metrics)
    return {
        "test_accuracy": measured["accuracy"],
        "test_loss": measured["loss"],
        "loss": trainer.history["loss"],
        "accuracy": trainer.history["accuracy"],
    }


def report(results: Path) -> None:
    """Print mean, spread and every single accuracy of both, and how far apart the means are."""
    means = {}
    runs = [json.loads(line) for line in results.read_text().splitlines()]
    for who in ("keras", "ours"):
        accuracies = [run["test_accuracy"] for run in runs if run["who"] == who]
        if accuracies:
            means[who] = statistics.mean(accuracies)
            spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
            each = ", ".join(f"{accuracy:.4f}" for accuracy in accuracies)
            print(f"{who:6} {means[who]:.4f} ± {spread:.4f} over {len(accuracies)}: {each}")  # noqa: T201
    if len(means) == 2:
        print(f"ours − keras: {100 * (means['ours'] - means['keras']):+.2f} points")  # noqa: T201


def main() -> None:
    """Train as asked, or report what was trained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("who", choices=("keras", "ours", "report"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.who == "report":
        report(arguments.results)
        return
    training, test = read_data(arguments.data)
    for seed in arguments.seeds:
        start = time.perf_counter()
        train = train_keras if arguments.who == "keras" else train_ours
        measured = train(seed, arguments.epochs, training, test)
        line = {"who": arguments.who, "seed": seed, "seconds": time.perf_counter() - start, **measured}
        with arguments.results.open("a") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
