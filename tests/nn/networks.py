"""Networks to test with: the issue's, shortcuts to build one, and random graphs over every layer kind."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from app.nn.activations import ACTIVATIONS
from app.nn.arguments import read_arguments
from app.nn.errors import NetworkError, Problem
from app.nn.forward import Trace, forward
from app.nn.inputs import read_inputs
from app.nn.layers import LAYERS
from app.nn.network import Network

PROPAGATION: dict[str, Any] = {
    "input": {"shape": [2]},
    "layers": [
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 2,
            "activation": "relu",
            "parameters": {"kernel": [[0.1, 0.2], [0.3, 0.4]], "bias": [0.1, 0.2]},
        },
        {
            "name": "output",
            "kind": "Dense",
            "units": 1,
            "activation": "relu",
            "parameters": {"kernel": [[0.5], [0.6]], "bias": [0.3]},
        },
    ],
}

WALKTHROUGH: dict[str, Any] = {
    "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
    "layers": [
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 3,
            "activation": "relu",
            "parameters": {"kernel": [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]], "bias": [0.1, 0.2, 0.3]},
        },
        {
            "name": "output",
            "kind": "Dense",
            "units": 1,
            "parameters": {"kernel": [[0.1], [0.3], [0.5]], "bias": [0.4]},
        },
    ],
}


def dense(units: int, activation: object = "linear", **more: Any) -> dict[str, Any]:
    """Describe a Dense layer."""
    return {"kind": "Dense", "units": units, "activation": activation, **more}


def document(*layers: Any, shape: tuple[int, ...] = (2,), integers: bool = False, **more: Any) -> dict[str, Any]:
    """Describe a network whose input has `shape`."""
    spec: dict[str, Any] = {"shape": list(shape)}
    if integers:
        spec["dtype"] = "int"
    return {"input": spec, "layers": list(layers), **more}


def build(*layers: Any, shape: tuple[int, ...] = (2,), integers: bool = False, **more: Any) -> Network:
    """Build the network that `document` describes."""
    return Network.from_document(document(*layers, shape=shape, integers=integers, **more))


def trace_of(network: Network, inputs: object) -> Trace:
    """Run a network on inputs as a request has them."""
    return forward(network, read_inputs(network, inputs)[0])


def problems_of(call: Callable[[], object]) -> dict[str, str]:
    """Return the details of the NetworkError that `call` raises, by their pointers."""
    with pytest.raises(NetworkError) as caught:
        call()
    return {problem.pointer: problem.detail for problem in caught.value.problems}


def document_problems(value: object) -> dict[str, str]:
    """Return what is wrong with a network document, by pointer."""
    return problems_of(lambda: Network.from_document(value))


def check_error(error: NetworkError, value: object) -> None:
    """Check that every problem says something about a place that is there, or could be, in `value`."""
    assert error.problems
    for problem in error.problems:
        assert isinstance(problem, Problem)
        assert problem.detail
        assert problem.detail[0] != " "
        assert_points_into(problem.pointer, value)


def assert_points_into(pointer: str, value: Any) -> None:
    """Follow a JSON pointer; only its last step may name something that is missing."""
    assert pointer == "" or pointer.startswith("/")
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for position, part in enumerate(parts):
        if isinstance(value, list):
            assert part.isdigit(), pointer
            assert int(part) < len(value), pointer
            value = value[int(part)]
        else:
            assert isinstance(value, dict), pointer
            if part not in value:
                assert position == len(parts) - 1, pointer
                return
            value = value[part]


SMOOTH = (
    *("linear", "sigmoid", "log_sigmoid", "tanh", "tanh_shrink", "gelu", "silu", "mish", "softplus", "squareplus"),
    *("sine", "gaussian", "softmax", "log_softmax", "glu"),
)
"""Activations without a kink, which finite differences can follow everywhere."""

RANDOM_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "Dense": {"bias_initializer": "random_normal"},
    "Embedding": {"embeddings_initializer": {"name": "random_normal", "stddev": 1}},
    "BatchNormalization": {
        "gamma_initializer": {"name": "random_normal", "stddev": 1},
        "beta_initializer": {"name": "random_normal", "stddev": 1},
        "moving_mean_initializer": {"name": "random_normal", "stddev": 1},
        "moving_variance_initializer": {"name": "random_uniform", "minval": 0.1, "maxval": 3},
    },
    "LayerNormalization": {
        "gamma_initializer": {"name": "random_normal", "stddev": 1},
        "beta_initializer": {"name": "random_normal", "stddev": 1},
    },
    "GroupNormalization": {
        "gamma_initializer": {"name": "random_normal", "stddev": 1},
        "beta_initializer": {"name": "random_normal", "stddev": 1},
    },
    "PReLU": {"alpha_initializer": {"name": "random_normal", "stddev": 1}},
}


class _Graph:
    """A network document that grows layer by layer, each chosen at random to fit those before it."""

    def __init__(self, generator: np.random.Generator, activations: tuple[str, ...], smooth: bool) -> None:
        self.generator = generator
        self.activations = activations
        self.smooth = smooth
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.layers: list[dict[str, Any]] = []

    def number(self, lowest: int, highest: int) -> int:
        """Choose an integer; both ends may come out."""
        return int(self.generator.integers(lowest, highest + 1))

    def one_of(self, options: Sequence[Any]) -> Any:
        """Choose one of several."""
        return options[self.number(0, len(options) - 1)]

    def some_of(self, options: Sequence[Any], most: int) -> list[Any]:
        """Choose one or several, each perhaps more than once."""
        return [self.one_of(options) for _ in range(self.number(1, most))]

    def add(self, kind: str, inputs: list[str], shape: tuple[int, ...], **arguments: Any) -> None:
        """Add a layer whose output will have `shape`."""
        name = f"layer{len(self.layers)}"
        random = RANDOM_PARAMETERS.get(kind, {})
        self.layers.append({"name": name, "kind": kind, "inputs": inputs, **random, **arguments})
        self.shapes[name] = shape

    def grow(self) -> None:
        """Add one layer of any kind that reads one or several of those that are there."""
        source = self.one_of(list(self.shapes))
        self.one_of(
            [
                *(self.dense, self.dense, self.activate, self.soften, self.drop, self.flatten, self.reshape),
                *(self.normalize_batch, self.normalize_layer, self.merge, self.concatenate),
                *(self.convolve, self.convolve, self.pool, self.pool_all, self.by_channel, self.resize, self.scale),
            ]
        )(source, self.shapes[source])

    def dense(self, source: str, shape: tuple[int, ...]) -> None:
        units = self.number(1, 4)
        activation, made = self.activation((*shape[:-1], units))
        self.add("Dense", [source], made, units=units, activation=activation, use_bias=self.one_of([True, False]))

    def windows(self, shape: tuple[int, ...], strides: bool = True) -> tuple[dict[str, Any], tuple[int, ...]]:
        """Choose a window that `shape` allows, and say how many positions it has along each axis."""
        sizes = [self.number(1, 3) for _ in shape[:-1]]
        steps = [self.number(1, 2) if strides else 1 for _ in sizes]
        fits = all(size <= length for size, length in zip(sizes, shape, strict=False))
        padding = self.one_of(["valid", "same"]) if fits else "same"
        counts = tuple(
            (length - size) // step + 1 if padding == "valid" else -(-length // step)
            for length, size, step in zip(shape, sizes, steps, strict=False)
        )
        return {"size": sizes, "strides": steps, "padding": padding}, counts

    def convolve(self, source: str, shape: tuple[int, ...]) -> None:
        if len(shape) not in (2, 3):
            return self.dense(source, shape)
        windows, counts = self.windows(shape, strides=self.one_of([True, False]))
        groups = self.one_of([number for number in range(1, shape[-1] + 1) if shape[-1] % number == 0])
        filters = groups * self.number(1, 2)
        activation, made = self.activation((*counts, filters))
        windows["kernel_size"] = windows.pop("size")
        if max(windows["strides"]) == 1 and windows["padding"] == "same":
            windows["dilation_rate"] = self.number(1, 2)
        settings = {
            "filters": filters,
            "groups": groups,
            "activation": activation,
            "use_bias": self.one_of([True, False]),
        }
        return self.add(f"Conv{len(shape) - 1}D", [source], made, **settings, **windows)

    def pool(self, source: str, shape: tuple[int, ...]) -> None:
        if len(shape) not in (2, 3):
            return self.drop(source, shape)
        windows, counts = self.windows(shape)
        windows["pool_size"] = windows.pop("size")
        kind = "Average" if self.smooth else self.one_of(["Average", "Max"])
        return self.add(f"{kind}Pooling{len(shape) - 1}D", [source], (*counts, shape[-1]), **windows)

    def pool_all(self, source: str, shape: tuple[int, ...]) -> None:
        if len(shape) not in (2, 3):
            return self.drop(source, shape)
        kind = "Average" if self.smooth else self.one_of(["Average", "Max"])
        keep = self.one_of([True, False])
        made = (*((1,) * (len(shape) - 1) if keep else ()), shape[-1])
        return self.add(f"Global{kind}Pooling{len(shape) - 1}D", [source], made, keepdims=keep)

    def settled(self, kind: str, source: str, shape: tuple[int, ...], **arguments: Any) -> None:
        """Add a layer whose output has the shape that its arguments make of `shape`."""
        self.add(kind, [source], self.shape_made(kind, shape, **arguments), **arguments)

    def shape_made(self, kind: str, shape: tuple[int, ...], **arguments: Any) -> tuple[int, ...]:
        """Return the shape that a kind of layer with these arguments makes of `shape`."""
        values, problems = read_arguments(LAYERS[kind], arguments, (), kind)
        assert not problems, problems
        return LAYERS[kind](**values).output_shape([shape])

    def by_channel(self, source: str, shape: tuple[int, ...]) -> None:
        if len(shape) != 3:
            return self.dense(source, shape)
        windows, counts = self.windows(shape)
        kind = self.one_of(["DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"])
        windows["kernel_size"] = windows.pop("size")
        settings: dict[str, Any] = {"use_bias": self.one_of([True, False])}
        if kind != "DepthwiseConv2D":
            settings["filters"] = self.number(1, 3)
        if kind == "Conv2DTranspose":
            made = self.shape_made(kind, shape, filters=settings["filters"], **windows)
            if np.prod(made) > 60:
                return self.dense(source, shape)
        else:
            settings["depth_multiplier"] = self.number(1, 2)
            maps = settings.get("filters", shape[-1] * settings["depth_multiplier"])
            made = (*counts, maps)
        activation, made = self.activation(made)
        return self.add(kind, [source], made, activation=activation, **settings, **windows)

    def resize(self, source: str, shape: tuple[int, ...]) -> None:
        if len(shape) != 3:
            return self.flatten(source, shape)
        options: list[tuple[str, dict[str, Any]]] = [
            ("ZeroPadding2D", {"padding": [[self.number(0, 1), self.number(0, 1)], [0, self.number(0, 1)]]}),
            ("Cropping2D", {"cropping": [[int(shape[0] > 1), 0], [0, int(shape[1] > 1)]]}),
            ("UpSampling2D", {"size": [1, 2], "interpolation": self.one_of(["nearest", "bilinear"])}),
            ("SpatialDropout2D", {"rate": 0.5}),
        ]
        kind, arguments = self.one_of(options if math.prod(shape) <= 30 else options[1:2] + options[3:])
        return self.settled(kind, source, shape, **arguments)

    def scale(self, source: str, shape: tuple[int, ...]) -> None:
        groups = self.one_of([-1, *(number for number in range(1, shape[-1] + 1) if shape[-1] % number == 0)])
        flags = {"center": self.one_of([True, False]), "scale": self.one_of([True, False])}
        options: list[tuple[str, dict[str, Any]]] = [
            ("GroupNormalization", {"groups": groups, **flags}),
            ("Rescaling", {"scale": 0.5, "offset": [0.25 * number for number in range(shape[-1])]}),
            (
                "Normalization",
                {"mean": [0.5] * shape[0], "variance": 4.0, "axis": 1, "invert": self.one_of([True, False])},
            ),
            ("PReLU", {"shared_axes": self.one_of([None, [self.axis(shape)]])}),
        ]
        kind, arguments = self.one_of(options[:3] if self.smooth else options)
        return self.settled(kind, source, shape, **arguments)

    def activate(self, source: str, shape: tuple[int, ...]) -> None:
        activation, made = self.activation(shape)
        self.add("Activation", [source], made, activation=activation)

    def activation(self, shape: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
        """Choose an activation that `shape` allows, and say what shape it makes."""
        name = self.one_of(self.activations)
        if ACTIVATIONS[name].elementwise:
            return name, shape
        axis = self.number(-len(shape), -1)
        if name != "glu":
            return {"name": name, "axis": axis}, shape
        if shape[axis] % 2:
            return "tanh", shape
        halved = list(shape)
        halved[axis] //= 2
        return {"name": name, "axis": axis}, tuple(halved)

    def axis(self, shape: tuple[int, ...]) -> int:
        """Choose an axis as Keras counts them, from either end."""
        axis = self.number(1, len(shape))
        return self.one_of([axis, axis - len(shape) - 1])  # type: ignore[no-any-return]

    def soften(self, source: str, shape: tuple[int, ...]) -> None:
        self.add("Softmax", [source], shape, axis=self.axis(shape))

    def drop(self, source: str, shape: tuple[int, ...]) -> None:
        self.add("Dropout", [source], shape, rate=0.5)

    def flatten(self, source: str, shape: tuple[int, ...]) -> None:
        self.add("Flatten", [source], (math.prod(shape),))

    def reshape(self, source: str, shape: tuple[int, ...]) -> None:
        count = math.prod(shape)
        first = self.one_of([length for length in range(1, count + 1) if count % length == 0])
        self.add("Reshape", [source], (first, count // first), target_shape=[first, -1])

    def normalize_batch(self, source: str, shape: tuple[int, ...]) -> None:
        flags = {"center": self.one_of([True, False]), "scale": self.one_of([True, False])}
        self.add("BatchNormalization", [source], shape, axis=self.axis(shape), **flags)

    def normalize_layer(self, source: str, shape: tuple[int, ...]) -> None:
        flags = {"center": self.one_of([True, False]), "scale": self.one_of([True, False])}
        axes = sorted(set(self.some_of(range(1, len(shape) + 1), 3)))
        self.add("LayerNormalization", [source], shape, axis=axes, **flags)

    def merge(self, source: str, shape: tuple[int, ...]) -> None:
        sources = [source]
        for name in self.some_of([name for name, other in self.shapes.items() if stretchable(shape, other)], 2):
            if stretchable(shape, self.shapes[name]):
                sources.append(name)
                shape = np.broadcast_shapes(shape, self.shapes[name])
        self.add(self.one_of(["Add", "Multiply"]), sources, shape)

    def concatenate(self, source: str, shape: tuple[int, ...]) -> None:
        axis = self.number(0, len(shape) - 1)
        fitting = [name for name, other in self.shapes.items() if without(shape, axis) == without(other, axis)]
        sources = [source, *self.some_of(fitting, 2)]
        made = list(shape)
        made[axis] = sum(self.shapes[name][axis] for name in sources)
        self.add("Concatenate", sources, tuple(made), axis=self.one_of([axis + 1, axis - len(shape)]))


def without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Return what Concatenate compares: the number of axes, and all lengths but one."""
    return (len(shape), *shape[:axis], *shape[axis + 1 :])


def stretchable(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether Add and Multiply take these two shapes together."""
    return len(one) == len(other) and all(a == b or 1 in (a, b) for a, b in zip(one, other, strict=True))


def random_document(seed: int, dtype: str, smooth: bool) -> dict[str, Any]:
    """Make a small random network: any layer kinds, branches, skips, one input of up to three axes."""
    graph = _Graph(np.random.default_rng(seed), SMOOTH if smooth else tuple(ACTIVATIONS), smooth)
    shape = tuple(graph.some_of([1, 2, 3], 3))
    integers = graph.number(0, 4) == 0
    if integers:
        rows, length = graph.number(1, 4), graph.number(1, 3)
        graph.add("Embedding", ["input"], (*shape, length), input_dim=rows, output_dim=length)
    else:
        graph.shapes["input"] = shape
    for _ in range(graph.number(1, 6)):
        graph.grow()
    return document(*graph.layers, shape=shape, integers=integers, dtype=dtype, seed=seed)


def zoo(*dtypes: str, smooth: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Draw random networks, made from a seed each: Hypothesis' own choices would nearly always be the simplest."""
    return st.builds(
        random_document, st.integers(0, 2**32), st.sampled_from(dtypes or ("float64", "float32")), st.just(smooth)
    )


def random_batch(network: Network, examples: int = 2) -> Any:
    """Draw a batch of inputs for a network, from its seed."""
    generator = np.random.default_rng(network.seed)
    shape = (examples, *network.input.shape)
    if network.input.dtype == "int":
        bound = network.integer_bound
        assert bound is not None
        return generator.integers(0, bound, shape)
    return generator.normal(0.0, 1.5, shape).astype(network.dtype)
