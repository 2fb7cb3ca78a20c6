"""Scaling inputs and targets by what the training split holds, and encoding classes: plain numbers, kept as JSON.

What is fitted becomes the `input.preprocessing` of the trained network's document, so whoever gives that network an
example of the data set later gives it scaled as in training.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.datasets.fitting import PIXEL_LEVELS
from app.datasets.record import LoadedDataset
from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array, describe

SCALINGS = ("standardize", "minmax")
"""`standardize`: mean 0 and standard deviation 1. `minmax`: from 0 to 1. Both for each feature, or each channel."""

ENCODINGS = ("integer", "one_hot", "signed")
"""Classes as numbers (0, 1, …), as rows with a single 1, or (of two) as −1 and 1."""

BLOCK = 4096


def fit_scaling(method: str, loaded: LoadedDataset) -> dict[str, Any]:
    """Return the preprocessing that scales the inputs of a split: mean and std of each feature (the last axis).

    A feature that never changes is only shifted. For pictures they are about pixels from 0 to 1.
    """
    channels = loaded.shape[-1]
    count = 0
    total, squares = np.zeros(channels), np.zeros(channels)
    lowest, highest = np.full(channels, np.inf), np.full(channels, -np.inf)
    center = loaded.batch(slice(0, 1), np.float64).reshape(-1, channels).mean(axis=0)
    for start in range(0, len(loaded), BLOCK):
        rows = loaded.batch(slice(start, start + BLOCK), np.float64).reshape(-1, channels)
        count += len(rows)
        shifted = rows - center  # near zero: the squares of large numbers would drown their variance
        total += shifted.sum(axis=0)
        squares += (shifted**2).sum(axis=0)
        lowest, highest = np.minimum(lowest, rows.min(axis=0)), np.maximum(highest, rows.max(axis=0))
    if method == "standardize":
        mean = total / count
        shift, size = center + mean, np.sqrt(np.maximum(squares / count - mean**2, 0.0))
    else:
        shift, size = lowest, highest - lowest
    size = np.where(size > 1e-12 * np.maximum(1.0, np.abs(shift)), size, 1.0)
    scale = {} if loaded.dataset.levels is None else {"scale": PIXEL_LEVELS}
    return {**scale, "mean": shift.tolist(), "std": size.tolist()}


def fit_target_scaling(method: str, targets: Array) -> dict[str, float]:
    """Return mean and std by which numbers to predict are scaled: (target − mean) / std."""
    shift = targets.mean() if method == "standardize" else targets.min()
    size = targets.std() if method == "standardize" else targets.max() - targets.min()
    return {"mean": float(shift), "std": float(size) or 1.0}


def scale_targets(targets: Array, scaling: Mapping[str, float]) -> Array:
    """Return (targets − mean) / std."""
    scaled: Array = (targets - scaling["mean"]) / scaling["std"]
    return scaled


def unscale_targets(predictions: Array, scaling: Mapping[str, float]) -> Array:
    """Return predictions in the units of the data set: predictions × std + mean."""
    unscaled: Array = predictions * scaling["std"] + scaling["mean"]
    return unscaled


def encode_classes(numbers: Array, encoding: str, count: int) -> Array:
    """Return class numbers (n,) as a loss wants them: (n,) integers, (n, count) or (n, 1) float64.

    Raises `NetworkError` for `signed` with other than two classes.
    """
    if encoding == "one_hot":
        return np.eye(count)[numbers]
    if encoding == "signed":
        if count != 2:
            detail = f'encoding "signed" is for two classes; there are {count}'
            raise NetworkError([Problem("/encoding", detail, "two classes", str(count))])
        signs: Array = (2.0 * numbers - 1.0)[:, np.newaxis]
        return signs
    return numbers


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a value that is none of the choices (`None` is not asked about); raises `NetworkError`."""
    if value is not None and value not in choices:
        expected = "one of " + ", ".join(choices)
        detail = f"{name} is {describe(value)}; expected {expected}"
        raise NetworkError([Problem(f"/{name}", detail, expected, describe(value))])
