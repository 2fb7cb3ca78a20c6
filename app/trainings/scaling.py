"""Scaling of inputs: numbers of different sizes brought to one, by what the training examples are like.

What was found becomes the `input.preprocessing` of the trained network, so that every example which comes later is
scaled in the same way.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.datasets.fitting import normalize
from app.nn.errors import NetworkError, Problem
from app.nn.network import Network
from app.nn.reading import Array

SCALINGS = ("standard", "min_max")
"""`standard`: mean 0 and standard deviation 1; `min_max`: from 0 to 1. For each feature, or channel of a picture."""


def find_scaling(inputs: Array, scaling: str) -> dict[str, list[float]]:
    """Return what to take away (`mean`) and to divide by (`std`), for each place of the last axis.

    A feature that is the same in all examples is divided by 1. Raises `NetworkError` for inputs so large that these
    numbers are not finite.
    """
    rows = inputs.reshape(-1, inputs.shape[-1])
    with np.errstate(all="ignore"):
        if scaling == "standard":
            rows = rows.astype(np.float64)
            away = rows.mean(axis=0)
            rows -= away
            rows *= rows
            by = np.sqrt(rows.mean(axis=0))  # as rows.std(axis=0), which would take as much memory once more
        else:
            away = rows.min(axis=0).astype(np.float64)
            by = rows.max(axis=0) - away
    if not (np.isfinite(away).all() and np.isfinite(by).all()):
        detail = "the inputs are too large to be scaled: their mean or their spread is not finite"
        raise NetworkError([Problem("/scaling", detail, "smaller inputs, or no scaling")])
    return {"mean": away.tolist(), "std": np.where(by > 0, by, 1.0).tolist()}


def scale(inputs: Array, found: Mapping[str, Any]) -> Array:
    """Return the inputs scaled, as a new array."""
    return normalize(inputs.copy(), found)


def with_scaling(network: Network, found: Mapping[str, Any], picture: bool) -> Network:
    """Return the network with what was found in its preprocessing; pixels of pictures go from 0 to 255 there."""
    preprocessing = {**({"scale": 255} if picture else {}), **network.input.preprocessing, **found}
    spec = replace(network.input, preprocessing=preprocessing)
    document = {**network.document, "input": {**network.document["input"], "preprocessing": preprocessing}}
    return replace(network, input=spec, document=document)
