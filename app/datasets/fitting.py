"""Making inputs of a network from a data set's: its preprocessing, its dtype and its shape."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.datasets.record import LoadedDataset
from app.nn.errors import NetworkError, Problem
from app.nn.input_spec import InputSpec
from app.nn.reading import Array, Shape, format_shape

PIXEL_LEVELS = 255
"""What `input.preprocessing` is about: a picture whose pixels go from 0 to 255."""


def fit_inputs(
    loaded: LoadedDataset, spec: InputSpec, dtype: np.dtype[Any], chosen: slice | Array | Sequence[int] = slice(None)
) -> Array:
    """Return the `chosen` examples as a network with the input `spec` takes them: (n, *spec.shape) of `dtype`.

    They are ((values / scale) − mean) / std, as the network's preprocessing says. The pixels of a picture go through
    that as those of any other picture would, so `{"scale": 255}`, or no word of scale, mean and std, gives numbers from
    0 to 1. Inputs are reshaped where their count fits. Raises `NetworkError` where it does not.
    """
    check_fit(loaded, spec)
    preprocessing = spec.preprocessing
    if spec.dtype == "int":
        return loaded.samples.values[chosen].astype(np.int64).reshape(-1, *spec.shape)
    if not preprocessing.keys() & {"scale", "mean", "std"}:
        return loaded.batch(chosen, dtype).reshape(-1, *spec.shape)
    values = loaded.samples.values[chosen].astype(dtype)
    if loaded.dataset.levels is not None:
        # Values go from 0 to `divisor`, pixels from 0 to 255; one division does both, so nothing is rounded twice.
        divisor = preprocessing.get("scale", 1) * loaded.samples.divisor / PIXEL_LEVELS
        preprocessing = {**preprocessing, "scale": divisor}
    shape = normalized_shape(preprocessing, loaded.shape, spec.shape)
    return normalize(values.reshape(-1, *shape), preprocessing).reshape(-1, *spec.shape)


def normalized_shape(preprocessing: Mapping[str, Any], shape: Shape, wanted: Shape) -> Shape:
    """Return the shape in which examples are scaled: that whose last axis `mean` and `std` have a number for each of.

    It is `shape`, that of a picture or of the data set (a number for each channel or feature), or else `wanted`, that
    of the network's input (a number for each of its places, if it is flat). Raises `NetworkError` if it is neither.
    """
    lists = {name: preprocessing[name] for name in ("mean", "std") if isinstance(preprocessing.get(name), list)}
    for one in (shape, wanted):
        if all(len(values) in {1, one[-1]} for values in lists.values()):
            return one
    name, values = next((name, values) for name, values in lists.items() if len(values) not in {1, shape[-1]})
    detail = f"preprocessing has {len(values)} numbers as {name}; expected one for each of {shape[-1]}"
    pointer = f"/network/input/preprocessing/{name}"
    raise NetworkError([Problem(pointer, detail, f"{shape[-1]} numbers", str(len(values)))])


def normalize(values: Array, preprocessing: Mapping[str, Any]) -> Array:
    """Return ((values / scale) − mean) / std, in place; `mean` and `std` are numbers, or one a channel (last axis)."""
    dtype = values.dtype.type
    scale = preprocessing.get("scale", 1)
    if scale != 1:
        values /= dtype(scale)
    if "mean" in preprocessing:
        values -= np.asarray(preprocessing["mean"], dtype)
    if "std" in preprocessing:
        values /= np.asarray(preprocessing["std"], dtype)
    return values


def check_fit(loaded: LoadedDataset, spec: InputSpec) -> None:
    """Refuse a data set whose examples are no inputs of the network; raises `NetworkError`."""
    count, wanted = math.prod(loaded.shape), math.prod(spec.shape)
    if count != wanted:
        has, takes = format_shape(loaded.shape), format_shape(spec.shape)
        detail = f"an example of {loaded.name} is {has} ({count:,} numbers); the network takes {takes} ({wanted:,})"
        raise NetworkError([Problem("/name", detail, f"{wanted} numbers", f"{count} numbers")])
    if spec.dtype == "int":
        _check_integers(loaded)
    normalized_shape(spec.preprocessing, loaded.shape, spec.shape)


def _check_integers(loaded: LoadedDataset) -> None:
    values = loaded.samples.values
    if loaded.samples.divisor != 1.0 or not (values == np.floor(values)).all():
        detail = f"the network takes integers; the inputs of {loaded.name} are none"
        raise NetworkError([Problem("/name", detail, "integers", "numbers with fractions")])
