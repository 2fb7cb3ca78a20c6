"""Train the `digits` example (64-32-10) with this project's own forward and backward pass, and write digits.json.

Data: `digits`, the 1,797 images of handwritten digits that come with scikit-learn, 8×8 pixels divided by 16, shuffled
with seed 0 and stratified into 1,437 training and 360 test examples. Run with: python examples/train_digits.py
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.datasets import load
from app.nn.activations import bind
from app.nn.forward import forward
from app.nn.gradients import backpropagate
from app.nn.network import Network
from app.nn.reading import Array

EPOCHS = 60
BATCH_SIZE = 32
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 1e-2  # AdamW (Loshchilov and Hutter 2019), on kernels only

DOCUMENT: dict[str, Any] = {
    "name": "digits",
    "title": "Handwritten digits",
    "dtype": "float32",
    "seed": 0,
    "input": {
        "shape": [8, 8],
        "preprocessing": {"scale": 255, "invert": "auto"},
        "classes": [str(digit) for digit in range(10)],
    },
    "layers": [
        {"name": "flatten", "kind": "Flatten"},
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 32,
            "activation": "relu",
            "kernel_initializer": "he_normal",
        },
        {"name": "output", "kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}


def accuracy(network: Network, images: Array, labels: Array) -> float:
    """Return the share of images whose largest output is their label."""
    return float(np.mean(forward(network, images).output.argmax(axis=1) == labels))


def train(network: Network, images: Array, labels: Array) -> Network:
    """Minimise the cross-entropy with AdamW; batches are shuffled from seed 0."""
    parameters = {layer: {name: one.copy() for name, one in held.items()} for layer, held in network.parameters.items()}
    first = {layer: {name: np.zeros_like(one) for name, one in held.items()} for layer, held in parameters.items()}
    second = {layer: {name: np.zeros_like(one) for name, one in held.items()} for layer, held in parameters.items()}
    shuffle = np.random.default_rng(0)
    step = 0
    for _ in range(EPOCHS):
        order = shuffle.permutation(len(images))
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            step += 1
            trace = forward(replace(network, given=parameters), images[batch])
            # Derivative of the mean cross-entropy by the logits: softmax minus the one-hot label.
            error = bind("softmax")(trace.output)
            error[np.arange(len(batch)), labels[batch]] -= 1.0
            found = backpropagate(trace, {"output": error / len(batch)})
            for layer, held in parameters.items():
                for name in held:
                    values = held[name]
                    gradient = found[layer].parameters[name]
                    first[layer][name] += 0.1 * (gradient - first[layer][name])
                    second[layer][name] += 0.001 * (gradient**2 - second[layer][name])
                    mean = first[layer][name] / (1 - 0.9**step)
                    variance = second[layer][name] / (1 - 0.999**step)
                    if name == "kernel":
                        values *= 1 - LEARNING_RATE * WEIGHT_DECAY
                    values -= LEARNING_RATE * mean / (np.sqrt(variance) + 1e-7)
    return replace(network, given=parameters)


def main() -> None:
    """Train, measure, and write the example."""
    training_data, test_data = load("digits", "train", Path()), load("digits", "test", Path())
    train_images, train_labels = training_data.inputs.reshape(-1, 8, 8), training_data.targets
    test_images, test_labels = test_data.inputs.reshape(-1, 8, 8), test_data.targets
    # The logits are trained; softmax belongs to the loss, and to the document that is written.
    logits = json.loads(json.dumps(DOCUMENT))
    logits["layers"][-1]["activation"] = "linear"
    network = train(Network.from_document(logits), train_images, train_labels)
    on_training = accuracy(network, train_images, train_labels)
    on_test = accuracy(network, test_images, test_labels)
    print(f"accuracy: training {on_training:.4f}, test {on_test:.4f}")

    document = json.loads(json.dumps(DOCUMENT))
    document["description"] = (
        "Reads 8×8 images of handwritten digits; trained on 1,437 of scikit-learn's digits, "
        f"right on {on_test:.1%} of the 360 test images. Pixels go from 0 to 1 (divided by 16)."
    )
    shown = int(np.flatnonzero(test_labels == 3)[0])
    document["input"]["default"] = [[float(value) for value in row] for row in test_images[shown]]
    for layer in document["layers"]:
        given = network.given[layer["name"]]
        if given:
            # str() of a float32 is the shortest text that reads back as the same float32
            layer["parameters"] = {name: _nested(one) for name, one in given.items()}
    path = Path(__file__).with_name("digits.json")
    path.write_text(_write(document), encoding="utf-8")


def _nested(array: Array) -> list[Any]:
    return [_nested(one) if one.ndim else float(str(one)) for one in array]


def _write(document: dict[str, Any]) -> str:
    """Write a document readably: objects indented, rows of numbers on one line."""
    layers = ",\n    ".join(
        json.dumps(layer, ensure_ascii=False).replace("], [", "],\n      [") for layer in document["layers"]
    )
    head = {key: value for key, value in document.items() if key != "layers"}
    fields = ",\n  ".join(
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}".replace("], [", "],\n    [")
        for key, value in head.items()
    )
    return f'{{\n  {fields},\n  "layers": [\n    {layers}\n  ]\n}}\n'


if __name__ == "__main__":
    main()
