"""Write the `cifar10` example: the classic small classifier, untrained, with a picture of our own as its input.

The picture is drawn by this script (a sailing ship on the sea; pictures of the data set are not ours to give away).
Run with: python examples/draw_cifar10.py
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from app.datasets.pictures import CIFAR10_CLASSES, CIFAR10_SIDE

FINER = 8
"""The picture is drawn so many times larger, and averaged."""

DOCUMENT: dict[str, Any] = {
    "name": "cifar10",
    "title": "Image classifier, untrained",
    "description": "The classic small classifier of CIFAR-10: two convolutions, two poolings, two dense layers, "
    "167,562 parameters drawn from a seed. What it says is still chance: see what its maps look at.",
    "dtype": "float32",
    "seed": 1,
    "layers": [
        {"name": "conv1", "kind": "Conv2D", "filters": 32, "kernel_size": [3, 3], "activation": "relu"},
        {"name": "pool1", "kind": "MaxPooling2D", "pool_size": [2, 2]},
        {"name": "conv2", "kind": "Conv2D", "filters": 64, "kernel_size": [3, 3], "activation": "relu"},
        {"name": "pool2", "kind": "MaxPooling2D", "pool_size": [2, 2]},
        {"name": "flatten", "kind": "Flatten"},
        {"name": "hidden", "kind": "Dense", "units": 64, "activation": "relu"},
        {"name": "output", "kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}


def draw_ship() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a picture of a sailing ship, (32, 32, 3)."""
    side = CIFAR10_SIDE * FINER
    rows = np.linspace(0, 1, side)[:, np.newaxis, np.newaxis]
    sky = (1 - rows) * np.array([96, 158, 224]) + rows * np.array([238, 226, 200])
    picture = Image.fromarray(np.broadcast_to(sky, (side, side, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(picture)

    def at(*places: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * FINER, y * FINER) for x, y in places]

    pen.ellipse(at((23, 3), (28, 8)), fill=(255, 236, 150))
    for x, y, width in ((2, 5, 8), (5, 3.5, 6), (17, 9, 7)):
        pen.ellipse(at((x, y), (x + width, y + 2.5)), fill=(248, 250, 252))
    pen.polygon(at((0, 20.5), (32, 20.5), (32, 32), (0, 32)), fill=(22, 84, 132))
    for y in range(22, 32, 3):
        for x in range(-2 + y % 4, 34, 7):
            pen.arc(at((x, y), (x + 5, y + 2)), 200, 340, fill=(96, 164, 204), width=FINER // 2)
    pen.line(at((15, 3), (15, 21)), fill=(84, 52, 30), width=FINER)
    pen.polygon(at((15.8, 4), (15.8, 18), (26, 18)), fill=(246, 242, 230))
    pen.polygon(at((14.2, 6), (14.2, 18), (6, 18)), fill=(214, 64, 52))
    pen.polygon(at((4, 19.5), (28, 19.5), (24, 25), (8, 25)), fill=(104, 60, 34))
    pen.polygon(at((4, 19.5), (28, 19.5), (27.3, 20.8), (4.7, 20.8)), fill=(232, 214, 180))
    return np.asarray(picture.resize((CIFAR10_SIDE, CIFAR10_SIDE), Image.Resampling.BOX))


def main() -> None:
    """Write cifar10.json."""
    pixels = draw_ship().astype(np.float32) / np.float32(255)
    # str() of a float32 is the shortest text that reads back as the same float32
    default = [[[float(str(value)) for value in pixel] for pixel in row] for row in pixels]
    input_ = {
        "shape": list(pixels.shape),
        "preprocessing": {"scale": 255},
        "classes": list(CIFAR10_CLASSES),
        "default": default,
    }
    head = {name: DOCUMENT[name] for name in ("name", "title", "description", "dtype", "seed")}
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    lines.append('"input": ' + json.dumps(input_).replace("]], [[", "]],\n    [["))
    layers = ",\n    ".join(json.dumps(layer) for layer in DOCUMENT["layers"])
    text = "{\n  " + ",\n  ".join(lines) + f',\n  "layers": [\n    {layers}\n  ]\n}}\n'
    Path(__file__).with_name("cifar10.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
