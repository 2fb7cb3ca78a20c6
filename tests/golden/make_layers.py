"""Make layers.npz: what Keras computes for layers and small networks, and PyTorch's autograd for their derivatives.

Run with `make golden`, which sets KERAS_BACKEND=torch. Every array is drawn here from a fixed seed, so the file comes
out the same each time. It holds no pickles; `cases` and `networks` are JSON texts that say what the arrays belong to:

    layer/<case>/<dtype>/input/<n>, parameter/<name>, output, weight, gradient/input/<n>, gradient/parameter/<name>
    network/<name>/input, layer/<layer>, gradient

Derivatives are those of Σ weight · output, for networks (always float64) those of the last layer's first node.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

# Keras computes float64 layers in float32, except on TensorFlow; this is the table by which it does.
dtypes.BIT64_TO_BIT32_DTYPE.update({"float64": "float64", "int64": "int64"})

BATCH = 3
Run = Callable[[list[torch.Tensor]], torch.Tensor]

# name: (the layer as a network document has it, the shapes of its inputs without the batch)
CASES: dict[str, tuple[dict[str, Any], list[list[int]]]] = {
    "dense": ({"kind": "Dense", "units": 4}, [[3]]),
    "dense_relu": ({"kind": "Dense", "units": 5, "activation": "relu"}, [[4]]),
    "dense_gelu": ({"kind": "Dense", "units": 5, "activation": "gelu"}, [[4]]),
    "dense_tanh_without_bias": ({"kind": "Dense", "units": 4, "activation": "tanh", "use_bias": False}, [[3]]),
    "dense_softmax": ({"kind": "Dense", "units": 4, "activation": "softmax"}, [[3]]),
    "dense_log_softmax": ({"kind": "Dense", "units": 4, "activation": "log_softmax"}, [[3]]),
    "dense_glu": ({"kind": "Dense", "units": 4, "activation": "glu"}, [[3]]),
    "dense_rows": ({"kind": "Dense", "units": 3, "activation": "silu"}, [[4, 2]]),
    "dense_images": ({"kind": "Dense", "units": 2, "activation": "softmax"}, [[2, 3, 4]]),
    "activation_mish": ({"kind": "Activation", "activation": "mish"}, [[4]]),
    "activation_softmax": ({"kind": "Activation", "activation": "softmax"}, [[2, 3]]),
    "softmax": ({"kind": "Softmax"}, [[5]]),
    "softmax_first_axis": ({"kind": "Softmax", "axis": 1}, [[3, 2]]),
    "softmax_middle_axis": ({"kind": "Softmax", "axis": -2}, [[2, 3, 2]]),
    "dropout": ({"kind": "Dropout", "rate": 0.5}, [[4]]),
    "flatten": ({"kind": "Flatten"}, [[2, 3, 2]]),
    "reshape": ({"kind": "Reshape", "target_shape": [3, 4]}, [[2, 6]]),
    "reshape_inferred": ({"kind": "Reshape", "target_shape": [2, -1, 3]}, [[12]]),
    "batch_normalization": ({"kind": "BatchNormalization"}, [[4]]),
    "batch_normalization_images": ({"kind": "BatchNormalization", "epsilon": 1e-5}, [[2, 2, 3]]),
    "batch_normalization_first_axis": ({"kind": "BatchNormalization", "axis": 1}, [[3, 2]]),
    "batch_normalization_without_center": ({"kind": "BatchNormalization", "center": False}, [[4]]),
    "batch_normalization_without_scale": ({"kind": "BatchNormalization", "scale": False}, [[4]]),
    "batch_normalization_bare": ({"kind": "BatchNormalization", "center": False, "scale": False}, [[4]]),
    "layer_normalization": ({"kind": "LayerNormalization"}, [[5]]),
    "layer_normalization_rows": ({"kind": "LayerNormalization", "epsilon": 1e-5}, [[3, 4]]),
    "layer_normalization_first_axis": ({"kind": "LayerNormalization", "axis": 1}, [[3, 4]]),
    "layer_normalization_two_axes": ({"kind": "LayerNormalization", "axis": [-1, -2]}, [[2, 3, 2]]),
    "layer_normalization_outer_axes": ({"kind": "LayerNormalization", "axis": [1, 3]}, [[2, 3, 2]]),
    "layer_normalization_without_center": ({"kind": "LayerNormalization", "center": False}, [[5]]),
    "layer_normalization_bare": ({"kind": "LayerNormalization", "center": False, "scale": False}, [[5]]),
    "add_two": ({"kind": "Add"}, [[4], [4]]),
    "add_three": ({"kind": "Add"}, [[2, 3], [2, 3], [2, 3]]),
    "add_stretched": ({"kind": "Add"}, [[3, 1], [1, 4]]),
    "multiply_two": ({"kind": "Multiply"}, [[4], [4]]),
    "multiply_three": ({"kind": "Multiply"}, [[2, 3], [2, 3], [2, 3]]),
    "multiply_stretched": ({"kind": "Multiply"}, [[2, 3], [2, 1]]),
    "concatenate_two": ({"kind": "Concatenate"}, [[2], [3]]),
    "concatenate_three": ({"kind": "Concatenate"}, [[2, 1], [2, 3], [2, 2]]),
    "concatenate_first_axis": ({"kind": "Concatenate", "axis": 1}, [[2, 3], [1, 3]]),
    "concatenate_middle_axis": ({"kind": "Concatenate", "axis": -2}, [[2, 1, 2], [2, 2, 2]]),
    "embedding": ({"kind": "Embedding", "input_dim": 6, "output_dim": 3}, [[4]]),
    "embedding_grid": ({"kind": "Embedding", "input_dim": 5, "output_dim": 2}, [[2, 3]]),
}


def _dense(name: str, units: int, activation: str = "linear", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "Dense", "units": units, "activation": activation, **more}


NETWORKS: dict[str, dict[str, Any]] = {
    "images": {
        "input": {"shape": [784]},
        "layers": [_dense("wide", 128, "relu"), _dense("narrow", 64, "relu"), _dense("output", 10, "softmax")],
    },
    "regression": {
        "input": {"shape": [10]},
        "layers": [_dense("a", 64, "relu"), _dense("b", 32, "relu"), _dense("c", 16, "relu"), _dense("output", 1)],
    },
    "branches": {
        "input": {"shape": [4]},
        "layers": [
            _dense("left", 4, "relu", inputs=["input"]),
            {"name": "skip", "kind": "Add", "inputs": ["input", "left"]},
            _dense("right", 3, "tanh", inputs=["input"]),
            {"name": "joined", "kind": "Concatenate", "inputs": ["skip", "right"]},
            {"name": "even", "kind": "LayerNormalization"},
            _dense("gate", 7, "sigmoid", inputs=["joined"]),
            {"name": "gated", "kind": "Multiply", "inputs": ["even", "gate"]},
            {"name": "steady", "kind": "BatchNormalization"},
            _dense("output", 2, "softmax"),
        ],
    },
    "words": {
        "input": {"shape": [5], "dtype": "int"},
        "layers": [
            {"name": "table", "kind": "Embedding", "input_dim": 7, "output_dim": 3},
            {"name": "square", "kind": "Reshape", "target_shape": [3, -1]},
            _dense("mixed", 4, "gelu"),
            {"name": "flat", "kind": "Flatten"},
            {"name": "dropped", "kind": "Dropout", "rate": 0.3},
            _dense("output", 2),
        ],
    },
}


def keras_layer(document: dict[str, Any], dtype: str) -> Any:
    """Make the Keras layer that a document's layer describes."""
    arguments = {name: value for name, value in document.items() if name not in ("kind", "name", "inputs")}
    if "target_shape" in arguments:
        arguments["target_shape"] = tuple(arguments["target_shape"])
    return getattr(keras.layers, document["kind"])(**arguments, dtype=dtype)


def draw_inputs(
    layer: dict[str, Any], shapes: list[list[int]], generator: np.random.Generator, dtype: str
) -> list[Any]:
    """Draw a batch for each of a layer's inputs."""
    if layer["kind"] == "Embedding":
        return [generator.integers(0, layer["input_dim"], (BATCH, *shapes[0]))]
    return [generator.normal(0.0, 1.5, (BATCH, *shape)).astype(dtype) for shape in shapes]


def set_parameters(layer: Any, generator: np.random.Generator) -> dict[str, Any]:
    """Draw every parameter of a built Keras layer, and return the tensors by name, ready to be differentiated by."""
    tensors = {}
    for variable in layer.variables:
        if variable.name == "seed_generator_state":  # Dropout's
            continue
        values = generator.normal(0.0, 0.8, variable.shape)
        if variable.name == "moving_variance":
            values = 0.2 + np.square(values)
        variable.assign(values.astype(variable.dtype))
        variable.value.requires_grad_(True)
        tensors[variable.name] = variable.value
    return tensors


def to_numpy(tensor: torch.Tensor) -> Any:
    """Copy a tensor out of the graph."""
    return tensor.detach().numpy().copy()


def plain_layer(document: dict[str, Any], dtype: str) -> tuple[Any, Run]:
    """Return the Keras layer of a document, and the function that applies it to a list of inputs, evaluating."""
    layer = keras_layer(document, dtype)
    trained_differently = ("Dropout", "SpatialDropout2D", "BatchNormalization")
    evaluating = {"training": False} if document["kind"] in trained_differently else {}
    return layer, lambda inputs: layer(inputs if len(inputs) > 1 else inputs[0], **evaluating)


def normalization_over_other_axes(document: dict[str, Any], dtype: str) -> tuple[Any, Run] | None:
    """Do the same for LayerNormalization over axes that are not the last ones, which Keras 3.15 on PyTorch refuses.

    The axes are moved to the end, normalised there, and moved back.
    """
    axes = np.atleast_1d(document.get("axis", -1)).tolist()
    last = list(range(-len(axes), 0))
    if document["kind"] != "LayerNormalization" or min(axes) < 0:
        return None
    layer = keras_layer({**document, "axis": last}, dtype)
    return layer, lambda inputs: torch.movedim(layer(torch.movedim(inputs[0], axes, last)), last, axes)


def layer_case(name: str, dtype: str) -> dict[str, Any]:
    """Compute one case with Keras, its derivatives with autograd."""
    document, shapes = CASES[name]
    generator = np.random.default_rng(crc32(name.encode()))
    inputs = [torch.tensor(one) for one in draw_inputs(document, shapes, generator, dtype)]
    for one in inputs:
        one.requires_grad_(one.is_floating_point())
    layer, run = normalization_over_other_axes(document, dtype) or plain_layer(document, dtype)
    run(inputs)
    parameters = set_parameters(layer, generator)
    output = run(inputs)
    weight = torch.tensor(generator.normal(0.0, 1.0, tuple(output.shape)).astype(dtype))
    (weight * output).sum().backward()
    result = {"output": to_numpy(output), "weight": to_numpy(weight)}
    for position, one in enumerate(inputs):
        result[f"input/{position}"] = to_numpy(one)
        if one.grad is not None:
            result[f"gradient/input/{position}"] = to_numpy(one.grad)
    for parameter, tensor in parameters.items():
        result[f"parameter/{parameter}"] = to_numpy(tensor)
        result[f"gradient/parameter/{parameter}"] = to_numpy(tensor.grad)
    return result


def build_network(document: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Build the Keras model of a document in float64; its outputs and the dictionary returned hold every layer."""
    spec = document["input"]
    integers = spec.get("dtype") == "int"
    tensors = {"input": keras.Input(tuple(spec["shape"]), dtype="int64" if integers else "float64", name="input")}
    layers = {}
    previous = "input"
    for one in document["layers"]:
        sources = [tensors[source] for source in one.get("inputs", [previous])]
        layers[one["name"]] = keras_layer(one, "float64")
        tensors[one["name"]] = layers[one["name"]](sources if len(sources) > 1 else sources[0])
        previous = one["name"]
    return keras.Model(tensors["input"], {name: tensors[name] for name in layers}), layers


def count_parameters(model: Any, layers: dict[str, Any]) -> dict[str, int]:
    """Count the parameters of every layer and of the model."""
    counts = {name: layer.count_params() for name, layer in layers.items()}
    counts["total"] = model.count_params()
    counts["trainable"] = int(sum(np.prod(one.shape) for one in model.trainable_variables))
    return counts


def run_network(name: str, document: dict[str, Any], model: Any, layers: dict[str, Any]) -> dict[str, Any]:
    """Draw a network's parameters (into the document), run it, and differentiate its last layer's first node."""
    generator = np.random.default_rng(crc32(name.encode()))
    for one in document["layers"]:
        tensors = set_parameters(layers[one["name"]], generator)
        if tensors:
            one["parameters"] = {parameter: to_numpy(tensor).tolist() for parameter, tensor in tensors.items()}
    shape = (BATCH, *document["input"]["shape"])
    integers = document["input"].get("dtype") == "int"
    inputs = torch.tensor(generator.integers(0, 7, shape) if integers else generator.normal(0.0, 1.0, shape))
    inputs.requires_grad_(not integers)
    outputs = model(inputs, training=False)
    result = {f"layer/{layer}": to_numpy(output) for layer, output in outputs.items()}
    result["input"] = to_numpy(inputs)
    if not integers:
        outputs[document["layers"][-1]["name"]][0, 0].backward()
        result["gradient"] = to_numpy(inputs.grad)
    return result


def main() -> None:
    """Compute everything and write the file beside this script."""
    arrays: dict[str, Any] = {}
    for name in CASES:
        for dtype in ("float64", "float32"):
            arrays |= {f"layer/{name}/{dtype}/{key}": value for key, value in layer_case(name, dtype).items()}
    networks = {}
    for name, document in NETWORKS.items():
        model, layers = build_network(document)
        if name in ("branches", "words"):
            values = run_network(name, document, model, layers)
            arrays |= {f"network/{name}/{key}": value for key, value in values.items()}
        networks[name] = {"document": document, "counts": count_parameters(model, layers)}
    versions = {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    texts = {"versions": versions, "cases": {name: case[0] for name, case in CASES.items()}, "networks": networks}
    arrays |= {name: np.array(json.dumps(value)) for name, value in texts.items()}
    np.savez_compressed(Path(__file__).with_name("layers.npz"), allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
