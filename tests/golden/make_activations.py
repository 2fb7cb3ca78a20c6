"""Compute tests/golden/activations.npz: activations and their gradients as other libraries give them.

Run it in an environment of its own with torch, keras, entmax, mpmath and numpy (the versions used are in the file):

    KERAS_BACKEND=torch python tests/golden/make_activations.py

Three references, for float64 and float32:
- Keras, PyTorch and entmax (the sparsemax authors' own library), values and gradients (automatic
  differentiation), kinks and extremes included;
- mpmath with 900 digits, rounded to float64 at the end: the truth for smooth functions, far into the tails.
"""

import json
import os
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import entmax
import keras
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from mpmath import mp, mpf

PATH = Path(__file__).with_name("activations.npz")

BOUNDS = [0.0, 0.2, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0, 6.0]
TINY = [1e-3, 1e-5, 1e-8, 1e-20, 1e-30]
LARGE = [12.0, 15.0, 18.5, 20.0, 25.0, 30.0, 36.0, 37.5, 40.0, 50.0, 80.0, 87.0, 100.0, 300.0, 700.0, 745.0, 1000.0]
POINTS = np.array([*np.linspace(-10.0, 10.0, 121), *(sign * x for x in BOUNDS + TINY + LARGE for sign in (1.0, -1.0))])

# Each with its parameters and the function in every library that has it.
ELEMENTWISE: list[tuple[str, dict[str, Any], dict[str, Callable[..., Any]]]] = [
    ("linear", {}, {"keras": keras.activations.linear}),
    ("binary_step", {}, {"torch": lambda x: torch.heaviside(x.detach(), torch.ones_like(x)) + 0.0 * x}),
    ("sigmoid", {}, {"keras": keras.activations.sigmoid, "torch": torch.sigmoid}),
    ("hard_sigmoid", {}, {"keras": keras.activations.hard_sigmoid, "torch": F.hardsigmoid}),
    ("log_sigmoid", {}, {"keras": keras.activations.log_sigmoid, "torch": F.logsigmoid}),
    ("tanh", {}, {"keras": keras.activations.tanh, "torch": torch.tanh}),
    ("hard_tanh", {}, {"keras": keras.activations.hard_tanh, "torch": F.hardtanh}),
    ("tanh_shrink", {}, {"keras": keras.activations.tanh_shrink, "torch": F.tanhshrink}),
    ("relu", {}, {"keras": keras.activations.relu, "torch": F.relu}),
    ("relu6", {}, {"keras": keras.activations.relu6, "torch": F.relu6}),
    ("leaky_relu", {}, {"keras": keras.activations.leaky_relu}),
    (
        "leaky_relu",
        {"negative_slope": 0.01},
        {"keras": lambda x: keras.activations.leaky_relu(x, negative_slope=0.01), "torch": F.leaky_relu},
    ),
    ("leaky_relu", {"negative_slope": 0.0}, {"torch": lambda x: F.leaky_relu(x, 0.0)}),
    ("leaky_relu", {"negative_slope": 1.5}, {"torch": lambda x: F.leaky_relu(x, 1.5)}),
    ("prelu", {}, {"torch": lambda x: F.prelu(x, torch.tensor([0.25], dtype=x.dtype))}),
    ("prelu", {"negative_slope": -0.5}, {"torch": lambda x: F.prelu(x, torch.tensor([-0.5], dtype=x.dtype))}),
    (
        "threshold",
        {},
        {"keras": lambda x: keras.activations.threshold(x, 1.0, 0.0), "torch": lambda x: F.threshold(x, 1.0, 0.0)},
    ),
    (
        "threshold",
        {"threshold": -0.5, "default_value": -2.0},
        {"keras": lambda x: keras.activations.threshold(x, -0.5, -2.0), "torch": lambda x: F.threshold(x, -0.5, -2.0)},
    ),
    ("elu", {}, {"keras": keras.activations.elu, "torch": F.elu}),
    ("elu", {"alpha": 2.5}, {"keras": lambda x: keras.activations.elu(x, 2.5), "torch": lambda x: F.elu(x, 2.5)}),
    ("selu", {}, {"keras": keras.activations.selu, "torch": F.selu}),
    ("celu", {}, {"keras": keras.activations.celu, "torch": F.celu}),
    ("celu", {"alpha": 0.5}, {"keras": lambda x: keras.activations.celu(x, 0.5), "torch": lambda x: F.celu(x, 0.5)}),
    (
        "gelu",
        {},
        {"keras": keras.activations.gelu, "torch": F.gelu},
    ),
    (
        "gelu",
        {"approximate": True},
        {
            "keras": lambda x: keras.activations.gelu(x, approximate=True),
            "torch": lambda x: F.gelu(x, approximate="tanh"),
        },
    ),
    ("silu", {}, {"keras": keras.activations.silu, "torch": F.silu}),
    ("hard_silu", {}, {"keras": keras.activations.hard_silu, "torch": F.hardswish}),
    ("mish", {}, {"keras": keras.activations.mish, "torch": F.mish}),
    ("softplus", {}, {"keras": keras.activations.softplus, "torch": F.softplus}),
    ("squareplus", {}, {"keras": keras.activations.squareplus}),
    ("squareplus", {"b": 0.25}, {"keras": lambda x: keras.activations.squareplus(x, 0.25)}),
    ("softsign", {}, {"keras": keras.activations.softsign, "torch": F.softsign}),
    ("soft_shrink", {}, {"keras": keras.activations.soft_shrink, "torch": F.softshrink}),
    (
        "soft_shrink",
        {"threshold": 2.0},
        {"keras": lambda x: keras.activations.soft_shrink(x, 2.0), "torch": lambda x: F.softshrink(x, 2.0)},
    ),
    ("hard_shrink", {}, {"keras": keras.activations.hard_shrink, "torch": F.hardshrink}),
    (
        "hard_shrink",
        {"threshold": 2.0},
        {"keras": lambda x: keras.activations.hard_shrink(x, 2.0), "torch": lambda x: F.hardshrink(x, 2.0)},
    ),
    ("exponential", {}, {"keras": keras.activations.exponential, "torch": torch.exp}),
    ("sine", {}, {"torch": torch.sin}),
    ("gaussian", {}, {"torch": lambda x: torch.exp(-x * x)}),
]

# Functions of an array and an axis.
ALONG_AXIS: list[tuple[str, dict[str, Callable[..., Any]]]] = [
    ("softmax", {"keras": keras.activations.softmax, "torch": torch.softmax}),
    ("log_softmax", {"keras": keras.activations.log_softmax, "torch": torch.log_softmax}),
    # Keras 3.15.1 adds up the wrong partial sums: its sparsemax of (0.5, 0.2, -1) is (0.4, 0.1, 0), in all 0.5.
    ("sparsemax", {"entmax": entmax.sparsemax}),
    ("glu", {"keras": keras.activations.glu, "torch": F.glu}),
]


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _elu(x: Any, alpha: Any) -> Any:
    return x if x > 0 else alpha * mp.expm1(x)


_SELU_ALPHA, _SELU_SCALE = mpf("1.6732632423543772848"), mpf("1.0507009873554804934")

# The definitions, as they stand in a textbook: with 900 digits even 1 + exp(-1000) needs no care.
SMOOTH: list[tuple[str, dict[str, Any], Callable[[Any], Any]]] = [
    ("sigmoid", {}, _sigmoid),
    ("log_sigmoid", {}, lambda x: mp.log(_sigmoid(x)) if x < 0 else -mp.log1p(mp.exp(-x))),
    ("tanh", {}, mp.tanh),
    ("tanh_shrink", {}, lambda x: x - mp.tanh(x)),
    ("elu", {"alpha": 2.5}, lambda x: _elu(x, mpf(2.5))),
    ("selu", {}, lambda x: _SELU_SCALE * _elu(x, _SELU_ALPHA)),
    ("celu", {"alpha": 0.5}, lambda x: x if x > 0 else mp.expm1(2 * x) / 2),
    ("gelu", {}, lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2),
    (
        "gelu",
        {"approximate": True},
        lambda x: x * _sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)),
    ),
    ("silu", {}, lambda x: x * _sigmoid(x)),
    ("mish", {}, lambda x: x * mp.tanh(mp.log1p(mp.exp(x)))),
    ("softplus", {}, lambda x: mp.log1p(mp.exp(x))),
    ("squareplus", {}, lambda x: 2 / (mp.sqrt(x * x + 4) - x)),
    ("squareplus", {"b": 0.25}, lambda x: mpf(0.125) / (mp.sqrt(x * x + mpf(0.25)) - x)),
    ("softsign", {}, lambda x: x / (1 + abs(x))),
    ("exponential", {}, mp.exp),
    ("sine", {}, mp.sin),
    ("gaussian", {}, lambda x: mp.exp(-x * x)),
]


def differentiated(function: Callable[..., Any], x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return function(x), and the gradient of Σ weights·function(x) by automatic differentiation."""
    tensor = torch.tensor(x, requires_grad=True)
    value = function(tensor)
    (value * torch.tensor(weights)).sum().backward()
    gradient = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
    return value.detach().numpy(), gradient.numpy()


def precise(function: Callable[[Any], Any], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return function(x) and its derivative, computed with 900 digits and then rounded to float64."""
    points = [mpf(float(point)) for point in x]
    values = [float(function(point)) for point in points]
    # A kink at 0 (ELU with α ≠ 1) has no derivative; the tests take those from the libraries.
    slopes = [float(mp.diff(function, point)) if point else float("nan") for point in points]
    return np.array(values), np.array(slopes)


def entries() -> Iterator[tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """Yield each case: what it is, and its arrays."""
    generator = np.random.default_rng(7)
    for dtype in ("float64", "float32"):
        x = POINTS.astype(dtype)
        for name, parameters, functions in ELEMENTWISE:
            for library, function in functions.items():
                value, gradient = differentiated(function, x, np.ones_like(x))
                yield (
                    {"name": name, "parameters": parameters, "library": library, "dtype": dtype},
                    {"x": x, "value": value, "gradient": gradient},
                )
        for name, parameters, smooth in SMOOTH:
            value, gradient = precise(smooth, x)
            yield (
                {"name": name, "parameters": parameters, "library": "mpmath", "dtype": dtype},
                {"x": x, "value": value, "gradient": gradient},
            )
        for shape, axis, scale in (((5, 6), -1, 2.0), ((2, 4, 3), -2, 1.0), ((3, 8), -1, 400.0), ((2, 2), -1, 0.3)):
            x = (generator.standard_normal(shape) * scale).astype(dtype)
            for name, functions in ALONG_AXIS:
                for library, function in functions.items():
                    output_shape = function(torch.tensor(x), axis).shape
                    weights = generator.standard_normal(tuple(output_shape)).astype(dtype)
                    value, gradient = differentiated(lambda t, f=function, a=axis: f(t, a), x, weights)
                    yield (
                        {"name": name, "parameters": {"axis": axis}, "library": library, "dtype": dtype},
                        {"x": x, "weights": weights, "value": value, "gradient": gradient},
                    )


def main() -> None:
    """Write the file."""
    mp.dps = 900
    versions = {library: version(library) for library in ("keras", "torch", "entmax", "mpmath", "numpy")}
    index, arrays = [], {}
    for number, (case, values) in enumerate(entries()):
        index.append(case)
        for key, array in values.items():
            if key == "x" and case["parameters"].get("axis") is None:
                arrays[f"points/{case['dtype']}"] = array
            else:
                arrays[f"{number}/{key}"] = array
    about = json.dumps({"versions": versions, "cases": index})
    np.savez_compressed(PATH, allow_pickle=False, about=np.array(about), **arrays)
    print(f"{len(index)} cases, {PATH.stat().st_size} bytes, {versions}")


if __name__ == "__main__":
    main()
