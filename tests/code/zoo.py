"""Networks to write code for: every activation, every layer kind, and what is hard to write.

Imports nothing that only tests have, so that tests/golden/make_code.py can use it too.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.code import Question
from app.nn.activations import ACTIVATIONS
from app.nn.inputs import read_inputs, read_overrides
from app.nn.network import Network
from tests.huge_examples import HUGE, IMAGES

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Case:
    """What a request for code holds."""

    network: dict[str, Any]
    inputs: Any
    overrides: list[dict[str, Any]] = field(default_factory=list)

    def question(self) -> Question:
        network = Network.from_document(self.network)
        values, batched = read_inputs(network, self.inputs)
        return Question(network, values, batched, read_overrides(network, self.overrides))


def pin(layer: str, index: list[int], value: float) -> dict[str, Any]:
    return {"layer": layer, "index": index, "value": value}


def drawn(*names: str) -> dict[str, Any]:
    """Return initialisers that draw parameters, so that none of them is 0 or 1."""
    normal = {"name": "random_normal", "stddev": 0.8}
    positive = {"name": "random_uniform", "minval": 0.2, "maxval": 2}
    return {f"{name}_initializer": positive if name == "moving_variance" else normal for name in names}


BATCH_NORMALIZATION = drawn("gamma", "beta", "moving_mean", "moving_variance")
LAYER_NORMALIZATION = drawn("gamma", "beta")
VECTOR = [0.5, -1.25, 2.0, 0.125]
ROWS = [[0.5, -1.25, 2.0], [0.75, 3.5, -0.5]]
CUBE = [[[0.5, -1.0], [2.0, 0.25], [1.5, -0.75]], [[-0.5, 1.0], [0.125, -2.25], [3.0, 0.0]]]
IMAGE = (np.random.default_rng(3).integers(-8, 9, (7, 6, 4)) / 4).tolist()
HARD_INPUTS = [0.0, 1e-3, -1e-3, 0.4, -0.7, 1.0, -1.0, 2.5, -3.0, 6.5, -8.0, 19.5, 25.0, -30.0, 60.0, -700.0]
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "leaky_relu": [{"negative_slope": 0.1}, {"negative_slope": 0}, {"negative_slope": 1.5}],
    "prelu": [{"negative_slope": -0.5}, {"negative_slope": 0}],
    "threshold": [{"threshold": 0.25, "default_value": -2.5}],
    "elu": [{"alpha": 0.5}],
    "celu": [{"alpha": 0.5}],
    "gelu": [{"approximate": True}],
    "squareplus": [{"b": 0.5}],
    "soft_shrink": [{"threshold": 0.25}],
    "hard_shrink": [{"threshold": 1.0}],
    "softmax": [{"axis": -2}],
    "log_softmax": [{"axis": -2}],
    "sparsemax": [{"axis": -2}],
    "glu": [{"axis": -2}],
}


def network(shape: list[int], *layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"seed": 5, "input": {"shape": shape, **more.pop("input", {})}, "layers": list(layers), **more}


def activation_case(name: str, settings: dict[str, Any], dtype: str) -> Case:
    """Return a network with an activation in a Dense layer and in a layer of its own, whose inputs are extremes."""
    activation = {"name": name, **settings} if settings else name
    inputs = np.array(HARD_INPUTS).reshape(2, 8)
    if dtype == "float32":
        inputs = np.clip(inputs, -20, 20)  # so that rounding a sum cannot turn a sine by more than its tolerance
    dense = {"name": "dense", "kind": "Dense", "units": 6, "activation": activation}
    return Case(
        network([2, 8], {"name": "alone", "kind": "Activation", "activation": activation},
                {**dense, "inputs": ["input"]}, dtype=dtype),
        [inputs.tolist(), (inputs / 7).tolist()],
    )  # fmt: skip


def layer_case(inputs: Any, *layers: dict[str, Any], overrides: Any = (), **more: Any) -> Case:
    return Case(network(list(np.shape(inputs)), *layers, **more), inputs, list(overrides))


def conv(kind: str = "Conv2D", **arguments: Any) -> dict[str, Any]:
    """Return a convolution with a drawn bias."""
    return {"kind": kind, "filters": 4, "kernel_size": 3, **drawn("bias"), **arguments}


def two_branches(shape_of: Any, kind: str, **arguments: Any) -> Case:
    """Return a network in which two Dense layers and the input come together."""
    return layer_case(
        shape_of,
        {"name": "left", "kind": "Dense", "units": np.shape(shape_of)[-1]},
        {"name": "right", "kind": "Dense", "units": np.shape(shape_of)[-1], "inputs": ["input"]},
        {"name": "joined", "kind": kind, "inputs": ["left", "right", "input"], **arguments},
    )


STRANGE_NAMES = ["class", "a.b-c", "a_b-c", "x", "np", "print", "_private", "__mangled", "relu", "forward", "weight",
                 "F", "torch", "self", "T_destination", "hidden_kernel", "hidden", "hidden_sums", "None", "layers",
                 "training", "match", "parameters", "model", "keras", "_", "x_2", "input_"]  # fmt: skip

WORDS = {
    "input": {"shape": [3], "dtype": "int", "default": [2, 0, 5]},
    "layers": [
        {"name": "table", "kind": "Embedding", "input_dim": 6, "output_dim": 4},
        {"name": "flat", "kind": "Flatten"},
        {"name": "output", "kind": "Dense", "units": 2, "activation": "softmax"},
    ],
}


def _cases() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for path in sorted(path for path in EXAMPLES.glob("*.json") if path.stem not in HUGE | IMAGES):
        document = json.loads(path.read_text(encoding="utf-8"))
        cases[f"example {path.stem}"] = Case(document, document["input"]["default"])
    for name in ACTIVATIONS:
        for settings in [{}, *SETTINGS.get(name, [])]:
            label = "".join(f" {value}" for value in settings.values())
            cases[f"activation {name}{label}"] = activation_case(name, settings, "float64")
        cases[f"activation {name} float32"] = activation_case(name, {}, "float32")
    normal = {"kind": "BatchNormalization", **BATCH_NORMALIZATION}
    layer = {"kind": "LayerNormalization", **LAYER_NORMALIZATION}
    box = np.arange(48.0).reshape(2, 3, 2, 2, 2) / 10
    cases |= {
        "dense without bias": layer_case(VECTOR, {"kind": "Dense", "units": 3, "use_bias": False}),
        "dense rows": layer_case(ROWS, {"kind": "Dense", "units": 2, "activation": "tanh"}),
        "dense batch": Case(network([4], {"kind": "Dense", "units": 2}), [VECTOR, VECTOR[::-1]]),
        "dense batch of one": Case(network([4], {"kind": "Dense", "units": 2}), [VECTOR]),
        "softmax": layer_case(ROWS, {"kind": "Softmax"}),
        "softmax first axis": layer_case(ROWS, {"kind": "Softmax", "axis": 1}),
        "dropout, flatten, reshape": layer_case(
            CUBE,
            {"kind": "Dropout", "rate": 0.5},
            {"kind": "Flatten"},
            {"kind": "Reshape", "target_shape": [3, -1]},
        ),
        "flatten a vector": layer_case(VECTOR, {"kind": "Flatten"}),
        "batch normalization": layer_case(VECTOR, normal),
        "batch normalization settings": layer_case(
            ROWS, {**normal, "axis": 1, "epsilon": 1e-5, "momentum": 0.9}, {**normal, "axis": -1}
        ),
        "batch normalization images": layer_case(CUBE, {**normal, "axis": 2}, normal, {**normal, "axis": 1}),
        "batch normalization boxes": layer_case(box[0].tolist(), normal, {**normal, "axis": 1}),
        "batch normalization five axes": layer_case(box.tolist(), normal, {**normal, "axis": 2}, {**normal, "axis": 1}),
        "batch normalization bare": layer_case(VECTOR, {**normal, "center": False, "scale": False}),
        "batch normalization without scale": layer_case(VECTOR, {**normal, "scale": False}),
        "batch normalization without center": layer_case(VECTOR, {**normal, "center": False}),
        "layer normalization": layer_case(ROWS, layer),
        "layer normalization axes": layer_case(
            CUBE, {**layer, "axis": 1}, {**layer, "axis": [-1, -2]}, {**layer, "axis": [1, 3], "epsilon": 1e-5}
        ),
        "layer normalization bare": layer_case(VECTOR, {**layer, "center": False, "scale": False}),
        "layer normalization without scale": layer_case(VECTOR, {**layer, "scale": False}),
        "layer normalization without center": layer_case(ROWS, {**layer, "center": False, "axis": 1}),
        "add": two_branches(ROWS, "Add"),
        "multiply": two_branches(ROWS, "Multiply"),
        "concatenate": two_branches(ROWS, "Concatenate"),
        "concatenate first axis": two_branches(ROWS, "Concatenate", axis=1),
        "add stretched": layer_case(
            ROWS,
            {"name": "one", "kind": "Dense", "units": 1},
            {"name": "sum", "kind": "Add", "inputs": ["one", "input"]},
            {"name": "twice", "kind": "Add", "inputs": ["sum", "sum"]},
        ),
        "words": Case(WORDS, [2, 0, 5]),
        "words batch float32": Case({**WORDS, "dtype": "float32"}, [[2, 0, 5], [1, 1, 1]]),
        "words pinned": Case(WORDS, [2, 0, 5], [pin("input", [1], 3), pin("table", [2, 1], -0.5)]),
        "pinned": Case(
            network(
                [4],
                {"name": "flat", "kind": "Flatten"},
                {"name": "drop", "kind": "Dropout", "rate": 0.25},
                {"name": "same", "kind": "Activation", "activation": "linear"},
                {"name": "grid", "kind": "Reshape", "target_shape": [2, 2]},
                {"name": "dense", "kind": "Dense", "units": 2, "activation": "relu"},
                {"name": "again", "kind": "Flatten"},
                {"name": "all", "kind": "Concatenate", "inputs": ["input", "flat", "drop", "same", "again"]},
            ),
            [VECTOR, VECTOR[::-1]],
            [
                pin("input", [0], 7.5),
                pin("flat", [1], -1.0),
                pin("drop", [2], 1e-3),
                pin("same", [3], 0.1),
                pin("grid", [1, 0], 0.2),
                pin("dense", [0, 1], 0.3),
                pin("dense", [1, 1], -0.0),
                pin("again", [0], 12.0),
            ],
        ),
        "pinned float32": layer_case(
            VECTOR, {"name": "a", "kind": "Dense", "units": 2}, overrides=[pin("a", [0], 0.1)], dtype="float32"
        ),
        "strange names": Case(
            network(
                [2],
                *({"name": name, "kind": "Dense", "units": 2, "activation": "relu"} for name in STRANGE_NAMES),
                {"kind": "Concatenate", "name": "concat", "inputs": ["input", *STRANGE_NAMES]},
                name="numpy",
                title='"""\n\\ # coding: rot13 \u2028 $(reboot) `reboot` <script> \'\'\' \nEOF\nJSON\n',
            ),
            [0.5, 0.75],
        ),
        "many literals": layer_case(
            np.linspace(-1, 1, 30).tolist(),
            {
                "kind": "Dense",
                "units": 6,
                "parameters": {
                    "kernel": np.random.default_rng(1).normal(size=(30, 6)).tolist(),
                    "bias": [1e-300, -1e300, 0.1, 1 / 3, -0.0, 5e-324],
                },
            },
        ),
        "infinite weights": layer_case(
            VECTOR,
            {"kind": "Dense", "units": 2, "bias_initializer": {"name": "constant", "value": 1e300},
             "kernel_initializer": "ones"},
            dtype="float32",
        ),
        "convolution": layer_case(IMAGE, conv(activation="relu"), conv(padding="same", kernel_size=[2, 3], groups=2)),
        "convolution settings": layer_case(
            IMAGE, conv(strides=[2, 1], padding="same"), conv(dilation_rate=2, padding="same", activation="softmax")
        ),
        "convolution bare": layer_case(IMAGE, conv(kernel_size=1, use_bias=False), conv(strides=2, activation="glu")),
        "convolution float32": layer_case(IMAGE, conv(activation="gelu"), {"kind": "Flatten"}, dtype="float32"),
        "convolution of sequences": layer_case(
            np.array(IMAGE)[0].tolist(),
            *(conv("Conv1D", **more) for more in ({"padding": "same"}, {"padding": "causal", "dilation_rate": 2},
                                                   {"groups": 2, "activation": "tanh"}, {"strides": 2})),
        ),
        "convolution by channel": layer_case(
            IMAGE,
            {"kind": "DepthwiseConv2D", "kernel_size": 3, "depth_multiplier": 2, "activation": "relu", **drawn("bias")},
            {"kind": "SeparableConv2D", "filters": 3, "kernel_size": [2, 3], "padding": "same", "strides": 2},
            {"kind": "DepthwiseConv2D", "kernel_size": 2, "dilation_rate": 2, "padding": "same", "use_bias": False},
            {"kind": "SeparableConv2D", "filters": 4, "kernel_size": 1, "depth_multiplier": 2, "use_bias": False,
             "activation": "glu"},
        ),
        "convolution transposed": layer_case(
            np.array(IMAGE)[:3, :3].tolist(),
            conv("Conv2DTranspose", activation="relu"),
            conv("Conv2DTranspose", strides=2, padding="same", inputs=["input"]),
            conv("Conv2DTranspose", strides=[3, 1], padding="same", kernel_size=[2, 3], use_bias=False,
                 inputs=["input"]),
            conv("Conv2DTranspose", strides=3, kernel_size=2, activation="glu", inputs=["input"]),
            conv("Conv2DTranspose", strides=2, output_padding=1, inputs=["input"]),
            conv("Conv2DTranspose", dilation_rate=2, padding="same", inputs=["input"]),
        ),
        "pooling resized": layer_case(
            np.array(IMAGE)[:4].tolist(),
            {"kind": "ZeroPadding2D", "padding": [[1, 0], [2, 1]]},
            {"kind": "Cropping2D", "cropping": [[0, 1], [1, 0]]},
            {"kind": "UpSampling2D", "size": [1, 2]},
            {"kind": "UpSampling2D", "size": [2, 3], "interpolation": "bilinear", "inputs": ["input"]},
            {"kind": "SpatialDropout2D", "rate": 0.25},
        ),
        "pooling scaled": layer_case(
            np.array(IMAGE)[:3, :2].tolist(),
            {"kind": "GroupNormalization", "groups": 2, **LAYER_NORMALIZATION},
            {"kind": "GroupNormalization", "groups": -1, "axis": 1, "scale": False, **drawn("beta")},
            {"kind": "GroupNormalization", "groups": 4, "epsilon": 1e-5, "center": False, "scale": False},
            {"kind": "Rescaling", "scale": 0.1, "offset": [0.5, 0, 1, -1]},
            {"kind": "Normalization", "mean": [0.5, -1], "variance": [4, 0.25], "axis": 2},
            {"kind": "Normalization", "mean": 0.5, "variance": 2, "axis": None, "invert": True},
            {"kind": "PReLU", **drawn("alpha")},
            {"kind": "PReLU", "shared_axes": [1, -2], **drawn("alpha")},
        ),
        "pooling": layer_case(
            IMAGE,
            {"kind": "MaxPooling2D", "padding": "same"},
            {"kind": "AveragePooling2D", "pool_size": [2, 1], "strides": 1},
            {"kind": "MaxPooling2D", "pool_size": 3, "strides": 2, "padding": "same", "inputs": ["input"]},
            {"kind": "AveragePooling2D", "pool_size": 3, "strides": 1, "padding": "same"},
        ),
        "pooling of sequences": layer_case(
            np.array(IMAGE)[0].tolist(),
            {"kind": "MaxPooling1D", "padding": "same"},
            {"kind": "AveragePooling1D", "pool_size": 3, "strides": 1, "padding": "same"},
        ),
        "global pooling": layer_case(
            IMAGE,
            {"kind": "GlobalMaxPooling2D", "keepdims": True},
            {"kind": "GlobalAveragePooling2D"},
            {"kind": "GlobalAveragePooling2D", "keepdims": True, "inputs": ["input"]},
            {"kind": "GlobalMaxPooling2D"},
        ),
        "global pooling of sequences": layer_case(
            ROWS,
            {"kind": "GlobalMaxPooling1D", "keepdims": True},
            {"kind": "GlobalAveragePooling1D"},
        ),
    }  # fmt: skip
    return cases


CASES = _cases()
