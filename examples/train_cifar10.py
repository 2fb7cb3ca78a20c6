"""Train the `cifar10-trained` example with this project's own engine, on all 50,000 training images of CIFAR-10.

The network is exactly that of `cifar10` (167,562 parameters). While it is trained, images are mirrored and shifted at
random and a fifth of the values before the dense layers is dropped; nothing of that is left in the result. Writes
cifar10-trained.json (its "training" holds how it was trained, and the accuracy and confusion matrix on the 10,000 test
images: rows are the true classes) and cifar10-trained.safetensors. No image of the data set is written. Takes ten
minutes on a quiet processor:

    python examples/train_cifar10.py FOLDER

FOLDER holds the data set's files, as Vitrine keeps downloaded ones. With `--state FILE`, what was done is written there
after every epoch, and the next run goes on from it.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from app.datasets import load
from app.nn.network import Network
from app.nn.training import Trainer, Training, TrainingState, evaluate
from app.tensors.parameter_file import named_parameters
from app.tensors.safetensors import write_safetensors

EPOCHS = 20
BATCH_SIZE = 64
STEPS = EPOCHS * -(-50_000 // BATCH_SIZE)

TRAINING: dict[str, Any] = {
    "loss": "sparse_categorical_crossentropy",
    "optimizer": {
        "name": "adam",
        "learning_rate": {
            "name": "cosine_decay",
            "initial_learning_rate": 0.0,
            "warmup_target": 0.0015,
            "warmup_steps": 800,
            "decay_steps": STEPS - 800,
        },
    },
    "metrics": ["accuracy"],
    "epochs": EPOCHS,
    "batch_size": BATCH_SIZE,
    "seed": 0,
    "augmentation": ["random_flip", {"name": "random_translation", "height": 2, "width": 2}],
}

EXAMPLES = Path(__file__).parent
DROPPED = {"name": "dropped", "kind": "Dropout", "rate": 0.2}


def network_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document of the example, without words, and the same with dropout in front of the dense layers."""
    untrained = json.loads((EXAMPLES / "cifar10.json").read_text(encoding="utf-8"))
    document = {
        "name": "cifar10-trained",
        "title": "Image classifier, trained",
        "description": "being trained",
        **{name: untrained[name] for name in ("dtype", "seed", "input", "layers")},
    }
    place = next(n for n, layer in enumerate(document["layers"]) if layer["kind"] == "Flatten") + 1
    layers = [*document["layers"][:place], DROPPED, *document["layers"][place:]]
    return document, {**document, "layers": layers}


def read_state(path: Path | None) -> TrainingState | None:
    """Return the state that an earlier run wrote, if there is one."""
    if path is None or not path.exists():
        return None
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    return TrainingState(arrays, json.loads(str(arrays.pop("values"))))


def write_state(path: Path, state: TrainingState) -> None:
    """Write a state: beside its place first, so that there is always a whole one."""
    beside = path.with_suffix(".part.npz")
    np.savez(beside, allow_pickle=False, **state.arrays, values=np.array(json.dumps(dict(state.values))))
    beside.replace(path)


def train(folder: Path, state: Path | None) -> Trainer:
    """Train to the end; the trainer's network has the dropout still in it."""
    data = load("cifar10", "train", folder)
    network = Network.from_document(network_documents()[1])
    training = Training.from_document(TRAINING, network)
    trainer = Trainer(network, training, data.inputs, data.targets, state=read_state(state))
    while not trainer.finished:
        report = trainer.step()
        if report.epoch_report is not None:
            logs = report.epoch_report.logs
            print(f"epoch {trainer.epoch}: loss {logs['loss']:.4f}, accuracy {logs['accuracy']:.4f}", flush=True)
            if state is not None:
                write_state(state, trainer.state())
    return trainer


def without_dropout(trained: Network) -> Network:
    """Return the network of the example with the parameters of the trained one."""
    document = network_documents()[0]
    given = trained.parameters
    layers = [{**layer, "parameters": dict(given[layer["name"]])} for layer in document["layers"]]
    return Network.from_document({**document, "layers": layers})


def write_document(document: dict[str, Any]) -> str:
    """Write a document readably: a field, a layer, and a row of numbers, on each line."""
    layers = ",\n    ".join(json.dumps(layer) for layer in document["layers"])
    training = ",\n    ".join(
        f"{json.dumps(name)}: {json.dumps(value)}" for name, value in document["training"].items()
    )
    head = {name: value for name, value in document.items() if name not in ("layers", "training")}
    fields = ",\n  ".join(
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()
    )
    fields = fields.replace("]], [[", "]],\n    [[")
    training = training.replace("], [", "],\n      [")
    return f'{{\n  {fields},\n  "training": {{\n    {training}\n  }},\n  "layers": [\n    {layers}\n  ]\n}}\n'


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the data set's files are")
    parser.add_argument("--state", type=Path, help="where to write what was done, and to go on from (.npz)")
    arguments = parser.parse_args()
    trainer = train(arguments.folder, arguments.state)
    network = without_dropout(trainer.network())
    test = load("cifar10", "test", arguments.folder)
    loss, metrics = trainer.training.loss, trainer.training.metrics
    measured = evaluate(network, loss, test.inputs, test.targets, metrics, confusion_matrix=True)
    accuracy = measured["accuracy"]
    print(f"test accuracy {accuracy:.4f}, loss {measured['loss']:.4f}")
    document = {
        **network_documents()[0],
        "description": "The classic small classifier of CIFAR-10: 167,562 parameters, trained on its 50,000 training "
        f"images, right on {accuracy:.2%} of the 10,000 test images. See which maps look at what.",
        "training": {
            **TRAINING,
            "dataset": {"name": "cifar10", "split": "train"},
            "dropout": {DROPPED["name"]: DROPPED["rate"]},
            "history": {key: [round(number, 4) for number in numbers] for key, numbers in trainer.history.items()},
            "test": {"count": len(test.targets), "loss": measured["loss"], "accuracy": accuracy},
            "confusion_matrix": measured["confusion_matrix"],
        },
    }
    path = EXAMPLES / "cifar10-trained.json"
    path.write_text(write_document(document), encoding="utf-8")
    path.with_suffix(".safetensors").write_bytes(b"".join(write_safetensors(named_parameters(network))))


if __name__ == "__main__":
    main()
