"""Make images.npz: what Keras and PyTorch compute for layers of images and sequences, and their derivatives.

Run with `make golden`, which sets KERAS_BACKEND=torch. The arrays are named as in layers.npz (see make_layers.py), but
all are float64: they are the reference for float32 too. Where Keras 3.15 on PyTorch departs from what it documents,
PyTorch's own functions are the reference; `reference` in the JSON text `cases` says whose numbers a case has.
"""

import json
from pathlib import Path
from typing import Any
from zlib import crc32

import keras
import numpy as np
import torch
from torch.nn import functional

from tests.golden.make_layers import BATCH, Run, keras_layer, plain_layer, set_parameters, to_numpy

Case = tuple[dict[str, Any], list[int]]


def _convolutions(kind: str, shape: list[int], filters: int, kernel: Any, *settings: dict[str, Any]) -> dict[str, Case]:
    """Return cases of one kind that differ in their settings."""
    cases = {}
    for more in settings:
        words = "_".join(f"{name}_{value}" for name, value in more.items())
        document = {"kind": kind, "filters": filters, "kernel_size": kernel, **more}
        label = "".join(letter if letter.isalnum() else "_" for letter in f"{kind}_{kernel}_{words}".lower())
        cases[label] = (document, shape)
    return cases


def _poolings(kind: str, shape: list[int], *settings: dict[str, Any]) -> dict[str, Case]:
    cases = {}
    for more in settings:
        label = "".join(
            letter if letter.isalnum() else "_"
            for letter in "_".join([kind, *(f"{name}_{value}" for name, value in more.items())]).lower()
        )
        cases[label] = ({"kind": kind, **more}, shape)
    return cases


SAME = {"padding": "same"}
CASES: dict[str, Case] = {
    **_convolutions(
        "Conv2D", [6, 7, 4], 6, 3,
        {}, SAME, {"strides": 2}, {"strides": 2, **SAME}, {"strides": [1, 3], **SAME}, {"dilation_rate": 2},
        {"dilation_rate": [1, 2], **SAME}, {"groups": 2}, {"groups": 2, "strides": 2, **SAME},
        {"activation": "relu"}, {"activation": "softmax", **SAME}, {"activation": "glu"}, {"use_bias": False},
    ),
    **_convolutions("Conv2D", [5, 6, 3], 4, [2, 4],
                    {}, SAME, {"strides": 3, **SAME}, {"dilation_rate": [3, 1], **SAME}),
    **_convolutions("Conv2D", [5, 4, 3], 2, 1, {}, {"strides": 2}, {"use_bias": False, "activation": "tanh"}),
    **_convolutions("Conv2D", [4, 4, 6], 6, [3, 2], {"groups": 6, **SAME}, {"groups": 3, "dilation_rate": 2, **SAME}),
    **_convolutions(
        "Conv1D", [9, 4], 6, 3,
        {}, SAME, {"padding": "causal"}, {"padding": "causal", "dilation_rate": 2}, {"strides": 2, **SAME},
        {"strides": 4}, {"dilation_rate": 3}, {"groups": 2, "activation": "gelu"}, {"strides": 2, "padding": "causal"},
    ),
    **_convolutions(
        "SeparableConv2D", [6, 7, 3], 4, 3,
        {}, SAME, {"strides": 2, **SAME}, {"depth_multiplier": 2}, {"dilation_rate": 2, "use_bias": False},
        {"depth_multiplier": 2, "activation": "relu", **SAME},
    ),
    **_convolutions(
        "Conv2DTranspose", [4, 3, 3], 2, 3,
        {}, SAME, {"strides": 2}, {"strides": 2, **SAME}, {"strides": [3, 1], **SAME}, {"dilation_rate": 2},
        {"strides": 2, "output_padding": 1}, {"strides": 2, "output_padding": [1, 0], **SAME},
        {"dilation_rate": 2, **SAME}, {"activation": "tanh", "use_bias": False},
    ),
    **_convolutions("Conv2DTranspose", [3, 4, 2], 3, [2, 4],
                    {}, SAME, {"strides": 3}, {"strides": 3, **SAME}, {"strides": [4, 2], **SAME}),
    **_poolings(
        "DepthwiseConv2D", [6, 7, 3],
        {"kernel_size": 3}, {"kernel_size": 3, **SAME}, {"kernel_size": 3, "strides": 2, **SAME},
        {"kernel_size": [2, 3], "depth_multiplier": 2}, {"kernel_size": 2, "dilation_rate": 2, **SAME},
        {"kernel_size": 3, "depth_multiplier": 2, "activation": "relu", "use_bias": False},
    ),
    **_poolings("ZeroPadding2D", [3, 4, 2], {}, {"padding": [0, 2]}, {"padding": [[1, 0], [2, 3]]}),
    **_poolings("Cropping2D", [6, 7, 2], {"cropping": 1}, {"cropping": [2, 0]}, {"cropping": [[1, 0], [2, 3]]}),
    **_poolings(
        "UpSampling2D", [3, 4, 2],
        {}, {"size": [1, 3]}, {"interpolation": "bilinear"}, {"size": [3, 2], "interpolation": "bilinear"},
    ),
    **_poolings(
        "GroupNormalization", [3, 2, 6],
        {"groups": 2}, {"groups": -1}, {"groups": 1, "epsilon": 1e-5}, {"groups": 3, "center": False},
        {"groups": 6, "scale": False}, {"groups": 3, "axis": 1},
    ),
    **_poolings("SpatialDropout2D", [3, 2, 3], {"rate": 0.5}),
    **_poolings("Rescaling", [3, 2, 3], {"scale": 0.25}, {"scale": [0.5, 2.0, -1.0], "offset": [1.0, -0.5, 0.0]}),
    **_poolings(
        "Normalization", [3, 2, 3],
        {"mean": 0.5, "variance": 4.0, "axis": None}, {"mean": [0.5, -1.0, 2.0], "variance": [4.0, 0.25, 0.0]},
        {"mean": [0.5, -1.0], "variance": [4.0, 0.25], "axis": 2, "invert": True},
    ),
    **_poolings("PReLU", [3, 2, 4], {}, {"shared_axes": [1, 2]}, {"shared_axes": [3]}),
    **_poolings(
        "MaxPooling2D", [6, 7, 3],
        {}, SAME, {"pool_size": 3}, {"pool_size": 3, "strides": 2}, {"pool_size": 3, "strides": 2, **SAME},
        {"pool_size": [1, 3], "strides": [2, 1]}, {"pool_size": [2, 1], "strides": 3, **SAME},
        {"pool_size": 3, "strides": 1, **SAME},
    ),
    **_poolings(
        "AveragePooling2D", [6, 7, 3],
        {"pool_size": 2}, {"pool_size": 2, **SAME}, {"pool_size": 3},
        {"pool_size": 3, "strides": 2}, {"pool_size": 3, "strides": 2, **SAME},
        {"pool_size": [1, 3], "strides": [2, 1]}, {"pool_size": 3, "strides": 1, **SAME},
    ),
    **_poolings("MaxPooling1D", [7, 3],
                {}, SAME, {"pool_size": 3, "strides": 1}, {"pool_size": 3, "strides": 2, **SAME}),
    **_poolings(
        "AveragePooling1D", [7, 3], {"pool_size": 2}, {"pool_size": 2, **SAME},
        {"pool_size": 3, "strides": 1}, {"pool_size": 3, "strides": 2, **SAME}
    ),
    **_poolings("GlobalAveragePooling2D", [3, 4, 5], {}, {"keepdims": True}),
    **_poolings("GlobalMaxPooling2D", [3, 4, 5], {}, {"keepdims": True}),
    **_poolings("GlobalAveragePooling1D", [4, 5], {}, {"keepdims": True}),
    **_poolings("GlobalMaxPooling1D", [4, 5], {}, {"keepdims": True}),
}  # fmt: skip


def glu_behind(document: dict[str, Any]) -> tuple[Any, Run] | None:
    """Return a layer whose activation is glu, applied behind it: Keras expects activations to keep the shape."""
    if document.get("activation") != "glu":
        return None
    layer = keras_layer({**document, "activation": "linear"}, "float64")
    return layer, lambda inputs: keras.activations.glu(layer(inputs[0]), axis=-1)


def average_without_padding(document: dict[str, Any]) -> tuple[Any, Run] | None:
    """Return average pooling with padding by PyTorch: Keras' on PyTorch repeats the edge where padding is uneven."""
    if not document["kind"].startswith("AveragePooling") or document.get("padding") != "same":
        return None
    dimensions = int(document["kind"][-2])
    size = np.broadcast_to(document.get("pool_size", 2), dimensions)
    strides = np.broadcast_to(document.get("strides", size), dimensions)
    pool = functional.avg_pool1d if dimensions == 1 else functional.avg_pool2d

    def run(inputs: list[torch.Tensor]) -> torch.Tensor:
        image = inputs[0].movedim(-1, 1)
        sides: list[int] = []
        for length, cells, stride in zip(image.shape[2:], size, strides, strict=True):
            missing = max(0, (-(-length // int(stride)) - 1) * int(stride) + int(cells) - length)
            sides = [missing // 2, missing - missing // 2, *sides]
        arguments = (tuple(map(int, size)), tuple(map(int, strides)))
        summed = pool(functional.pad(image, sides), *arguments)
        return (summed / pool(functional.pad(torch.ones_like(image), sides), *arguments)).movedim(1, -1)

    return None, run


def case_of(name: str) -> tuple[dict[str, Any], str]:
    """Compute one case: its arrays, and whose numbers they are."""
    document, shape = CASES[name]
    generator = np.random.default_rng(crc32(name.encode()))
    inputs = torch.tensor(generator.normal(0.0, 1.5, (BATCH, *shape)), requires_grad=True)
    special = glu_behind(document) or average_without_padding(document)
    layer, run = special or plain_layer(document, "float64")
    run([inputs])
    parameters = set_parameters(layer, generator) if layer is not None else {}
    output = run([inputs])
    weight = torch.tensor(generator.normal(0.0, 1.0, tuple(output.shape)))
    (weight * output).sum().backward()
    arrays = {
        "output": to_numpy(output),
        "weight": to_numpy(weight),
        "input/0": to_numpy(inputs),
        "gradient/input/0": to_numpy(inputs.grad),
    }
    for parameter, tensor in parameters.items():
        arrays[f"parameter/{parameter}"] = to_numpy(tensor)
        arrays[f"gradient/parameter/{parameter}"] = to_numpy(tensor.grad)
    return arrays, "PyTorch" if layer is None else "Keras"


def main() -> None:
    """Compute everything and write the file beside this script."""
    arrays: dict[str, Any] = {}
    cases = {}
    for name, (document, _) in CASES.items():
        found, reference = case_of(name)
        arrays |= {f"layer/{name}/float64/{key}": value for key, value in found.items()}
        cases[name] = {**document, "reference": reference}
    versions = {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    arrays |= {name: np.array(json.dumps(value)) for name, value in {"versions": versions, "cases": cases}.items()}
    np.savez_compressed(Path(__file__).with_name("images.npz"), allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
