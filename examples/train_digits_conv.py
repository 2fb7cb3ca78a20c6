"""Train the `digits-conv` example with this project's own engine; write digits-conv.json and digits-conv.safetensors.

Data: `digits`, 1,437 training images of 8×8 pixels, shifted at random by at most a pixel while training. Run with:
python examples/train_digits_conv.py
"""

import json
from pathlib import Path
from typing import Any

from app.datasets import load
from app.nn.network import Network
from app.nn.training import Trainer, Training, evaluate
from app.tensors.parameter_file import named_parameters
from app.tensors.safetensors import write_safetensors

TRAINING: dict[str, Any] = {
    "loss": "sparse_categorical_crossentropy",
    "optimizer": {
        "name": "adamw",
        "learning_rate": {"name": "cosine_decay", "initial_learning_rate": 0.01, "decay_steps": 2700},
    },
    "metrics": ["accuracy"],
    "epochs": 60,
    "batch_size": 32,
    "seed": 0,
    "augmentation": [{"name": "random_translation", "height": 1, "width": 1, "fill_mode": "constant"}],
}

DOCUMENT: dict[str, Any] = {
    "name": "digits-conv",
    "title": "Handwritten digits, convolutional",
    "dtype": "float32",
    "seed": 0,
    "input": {
        "shape": [8, 8, 1],
        "preprocessing": {"scale": 255, "invert": "auto"},
        "classes": [str(digit) for digit in range(10)],
    },
    "layers": [
        {
            "name": "conv1",
            "kind": "Conv2D",
            "filters": 8,
            "kernel_size": [3, 3],
            "padding": "same",
            "activation": "relu",
        },
        {"name": "pool1", "kind": "MaxPooling2D"},
        {
            "name": "conv2",
            "kind": "Conv2D",
            "filters": 16,
            "kernel_size": [3, 3],
            "padding": "same",
            "activation": "relu",
        },
        {"name": "pool2", "kind": "MaxPooling2D"},
        {"name": "flatten", "kind": "Flatten"},
        {"name": "output", "kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}


def main() -> None:
    """Train, measure, and write the example."""
    training_data, test_data = (load("digits", split, Path()) for split in ("train", "test"))
    network = Network.from_document(DOCUMENT)
    training = Training.from_document(TRAINING, network)
    trainer = Trainer(network, training, training_data.inputs, training_data.targets)
    while not trainer.finished:
        trainer.step()
    trained = trainer.network()
    measured = {
        data.split: evaluate(trained, training.loss, data.inputs, data.targets, training.metrics)["accuracy"]
        for data in (training_data, test_data)
    }
    print(f"accuracy: training {measured['train']:.4f}, test {measured['test']:.4f}")

    count = len(test_data)
    document = {"name": DOCUMENT["name"], "title": DOCUMENT["title"], "description": "", **DOCUMENT}
    document["description"] = (
        f"Two convolutions read 8×8 images of handwritten digits: {trained.parameter_count:,} parameters, "
        f"trained on 1,437 of scikit-learn's digits, right on {measured['test']:.1%} of the {count} test images."
    )
    shown = int((test_data.targets == 5).argmax())
    # str() of a float32 is the shortest text that reads back as the same float32
    default = [[[float(str(value)) for value in pixel] for pixel in row] for row in test_data.inputs[shown]]
    document["input"] = {**document["input"], "default": default}
    path = Path(__file__).with_name("digits-conv.json")
    path.write_text(write_document(document), encoding="utf-8")
    path.with_suffix(".safetensors").write_bytes(b"".join(write_safetensors(named_parameters(trained))))


def write_document(document: dict[str, Any]) -> str:
    """Write a document readably: a layer, and a row of numbers, on each line."""
    layers = ",\n    ".join(json.dumps(layer, ensure_ascii=False) for layer in document["layers"])
    head = {key: value for key, value in document.items() if key != "layers"}
    fields = ",\n  ".join(
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}".replace("]], [[", "]],\n    [[")
        for key, value in head.items()
    )
    return f'{{\n  {fields},\n  "layers": [\n    {layers}\n  ]\n}}\n'


if __name__ == "__main__":
    main()
