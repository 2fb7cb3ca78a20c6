"""The small image classifier, forward with every value kept, against onnxruntime and Keras."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import torch
from threadpoolctl import threadpool_limits

from app.nn.forward import forward
from app.nn.layers.convolution import Conv2D
from app.nn.layers.dense import Dense
from app.nn.layers.pooling import MaxPooling2D
from app.nn.layers.reshaping import Flatten
from app.nn.network import Network
from app.nn.reading import Array
from benchmarks.timing import Row, compare

CLASSIFIER: Mapping[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [32, 32, 3]},
    "layers": [
        {"kind": "Conv2D", "filters": 32, "kernel_size": 3, "activation": "relu"},
        {"kind": "MaxPooling2D"},
        {"kind": "Conv2D", "filters": 64, "kernel_size": 3, "activation": "relu"},
        {"kind": "MaxPooling2D"},
        {"kind": "Flatten"},
        {"kind": "Dense", "units": 64, "activation": "relu"},
        {"kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}
FORWARD_BARS = {1: 2.0, 32: 1.3, 256: 1.3}

Run = Callable[[Array], Any]


def measure(threads: int) -> Iterator[Row]:
    """Yield a row for every batch and peer, with so many threads for BLAS, PyTorch and onnxruntime."""
    network = Network.from_document(CLASSIFIER)
    with threadpool_limits(threads):
        torch.set_num_threads(threads)
        peers: dict[str, Run] = {"onnxruntime": onnx_run(network, threads), "Keras": keras_run(network)}
        for batch, bar in FORWARD_BARS.items():
            inputs = np.random.default_rng(0).random((batch, 32, 32, 3), dtype=np.float32)
            expected = [held.output for held in list(forward(network, inputs).layers.values())[1:]]
            for name, run in peers.items():
                check_output(run(inputs), expected[-1])
                yield compare(
                    f"classifier forward, batch {batch} ÷ {name}",
                    lambda: forward(network, inputs),  # noqa: B023
                    lambda: run(inputs),  # noqa: B023
                    bar if name == "onnxruntime" else 1.0,
                    threads=threads,
                )


def check_output(results: Any, expected: Array) -> None:
    """Make sure that a peer computes the same probabilities."""
    np.testing.assert_allclose(np.asarray(results[-1]), expected, rtol=1e-3, atol=1e-5)


def onnx_run(network: Network, threads: int) -> Run:
    """Run the network in onnxruntime with every tensor as an output, pre-activations too.

    It has the channels before the pixels, which is what it is fastest with; nothing is turned while it is timed but
    the small input.
    """
    nodes, weights, held = [], [], "input"
    outputs = []

    def add(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(onnx.helper.make_node(kind, inputs, [output], **attributes))
        outputs.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
        return output

    def weight(name: str, values: Array) -> str:
        weights.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    turned: tuple[int, ...] | None = None
    for placed in network.layers:
        parameters, name, layer = network.parameters[placed.name], placed.name, placed.layer
        if isinstance(layer, Conv2D):
            kernel = weight(f"{name}.kernel", parameters["kernel"].transpose(3, 2, 0, 1))
            held = add("Conv", [held, kernel, weight(f"{name}.bias", parameters["bias"])], f"{name}.sums")
            held = add("Relu", [held], name)
        elif isinstance(layer, MaxPooling2D):
            held = add("MaxPool", [held], name, kernel_shape=[2, 2], strides=[2, 2])
            turned = placed.output_shape
        elif isinstance(layer, Flatten):
            held = add("Flatten", [held], name)
        elif isinstance(layer, Dense):
            values = parameters["kernel"]
            if turned is not None:  # the rows of the first kernel come in the order of channels, rows, columns
                values = values.reshape(*turned, -1).transpose(2, 0, 1, 3).reshape(values.shape)
                turned = None
            kernel = weight(f"{name}.kernel", values)
            held = add("Gemm", [held, kernel, weight(f"{name}.bias", parameters["bias"])], f"{name}.sums")
            softmax = layer.activation.name == "softmax"
            held = add("Softmax", [held], name, axis=1) if softmax else add("Relu", [held], name)
    shape = [None, 3, 32, 32]
    entry = onnx.helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, shape)
    graph = onnx.helper.make_graph(nodes, "classifier", [entry], outputs, weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, {"input": np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))})


def keras_run(network: Network) -> Run:
    """Run a Keras model (on PyTorch) whose outputs are those of all its layers, in inference mode."""
    entry = keras.Input((32, 32, 3), dtype="float32")
    layers = [
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    held, outputs = entry, []
    for layer, placed in zip(layers, network.layers, strict=True):
        held = layer(held)
        layer.set_weights(list(network.parameters[placed.name].values()))
        outputs.append(held)
    model = keras.Model(entry, outputs)

    def run(values: Array) -> Any:
        with torch.inference_mode():
            return model(values, training=False)

    return run
