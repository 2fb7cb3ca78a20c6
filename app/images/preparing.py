"""From pixels to a network's input, as its document says (`input.preprocessing`), each step told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.datasets.fitting import PIXEL_LEVELS, normalize, normalized_shape
from app.nn.errors import NetworkError, Problem
from app.nn.input_spec import InputSpec
from app.nn.reading import Array, Shape, format_shape

CHANNELS = {1: "grey", 3: "RGB"}


@dataclass(frozen=True)
class Step:
    """One thing that was done to a picture, in words, and the shape after it."""

    operation: str
    detail: str
    shape: Shape


@dataclass(frozen=True)
class Prepared:
    """An input made of a picture (of the network's input shape), and how it was made."""

    inputs: Array
    steps: tuple[Step, ...]


def picture_shape(spec: InputSpec) -> tuple[int, int, int]:
    """Return height, width and channels of the picture that an input is; raises `NetworkError` if it is none.

    An input is a picture if it is height × width, or height × width × 1 or 3; one of a single axis if `resize` says
    how many rows and columns it has, or if it can be a square one.
    """
    shape = spec.shape
    if len(shape) == 2:
        return (*shape, 1)
    if len(shape) == 3 and shape[2] in CHANNELS:
        return (shape[0], shape[1], shape[2])
    if len(shape) == 1:
        for channels in CHANNELS:
            height, width = spec.preprocessing.get("resize", [math.isqrt(shape[0] // channels)] * 2)
            if height * width * channels == shape[0] and height > 1:
                return (height, width, channels)
    takes = format_shape(shape)
    detail = f"the network takes {takes}; a picture fits height×width, height×width×1 (grey) or height×width×3 (RGB)"
    raise NetworkError([Problem("/network/input/shape", detail, "the shape of a picture", takes)])


def prepare(pixels: Array, spec: InputSpec, dtype: np.dtype[Any]) -> Prepared:
    """Make an input of bytes (height, width, 1 or 3).

    In this order: grey or RGB as the network has channels, `invert`, `resize` as `fit` says, a cut from the middle
    where the input is smaller than `resize`, then ((pixels / scale) − mean) / std, or pixels / 255 where the document
    says nothing of these. Raises `NetworkError`.
    """
    height, width, channels = picture_shape(spec)
    steps: list[Step] = []

    def note(operation: str, detail: str, shape: Shape) -> None:
        steps.append(Step(operation, detail, shape))

    if pixels.shape[2] != channels:
        pixels = _convert(pixels, channels)
        how = "0.299 R + 0.587 G + 0.114 B" if channels == 1 else "three equal channels"
        note(CHANNELS[channels].lower(), f"made {CHANNELS[channels]}: {how}", pixels.shape)
    preprocessing = spec.preprocessing
    inverted = preprocessing.get("invert", False)
    if inverted == "auto":
        inverted = is_light(pixels)
        why = "its border is light, and the network knows light on dark"
    else:
        why = "the network knows the negative"
    if inverted:
        pixels = 255 - pixels
        note("invert", f"255 − pixel: {why}", pixels.shape)
    pixels = _resize(pixels, (height, width), preprocessing, note)
    return Prepared(_numbers(pixels, spec, dtype, note), tuple(steps))


def is_light(pixels: Array) -> bool:
    """Tell whether the border of a picture is light on average: dark ink on light paper."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return bool(border.mean() > 127.5)


def _convert(pixels: Array, channels: int) -> Array:
    if channels == 3:
        return np.repeat(pixels, 3, axis=2)
    from PIL import Image  # noqa: PLC0415

    return np.asarray(Image.fromarray(pixels).convert("L"))[..., np.newaxis]


def _resize(pixels: Array, size: tuple[int, int], preprocessing: Mapping[str, Any], note: Any) -> Array:
    """Resize (bilinear, averaging over all pixels where it becomes smaller), then cut from the middle."""
    height, width = wanted = tuple(preprocessing.get("resize", size))
    if height < size[0] or width < size[1]:
        detail = f"resize makes {height}×{width} of a picture; the network takes {size[0]}×{size[1]}"
        raise NetworkError([Problem("/network/input/preprocessing/resize", detail, f"at least {size[0]}×{size[1]}")])
    if pixels.shape[:2] != wanted:
        pixels = _scaled(pixels, height, width, preprocessing.get("fit", "crop"), note)
    if wanted != size:
        top, left = (height - size[0]) // 2, (width - size[1]) // 2
        pixels = pixels[top : top + size[0], left : left + size[1]]
        note("crop", f"the middle {size[0]}×{size[1]}", pixels.shape)
    return pixels


def _scaled(pixels: Array, height: int, width: int, fit: str, note: Any) -> Array:
    from PIL import Image  # noqa: PLC0415

    rows, columns, channels = pixels.shape
    if fit == "crop" and columns * height != rows * width:
        kept = min(rows, max(1, round(columns * height / width))), min(columns, max(1, round(rows * width / height)))
        top, left = (rows - kept[0]) // 2, (columns - kept[1]) // 2
        pixels = pixels[top : top + kept[0], left : left + kept[1]]
        rows, columns = kept
        note("crop", f"the middle {rows}×{columns}: the proportions of {height}×{width}", pixels.shape)
    target = (height, width)
    if fit == "pad":
        target = min(height, max(1, round(width * rows / columns))), min(width, max(1, round(height * columns / rows)))
    if target != (rows, columns):
        image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
        resized = image.resize((target[1], target[0]), Image.Resampling.BILINEAR)
        pixels = np.asarray(resized).reshape(*target, channels)
        note("resize", f"{rows}×{columns} to {target[0]}×{target[1]}, bilinear", pixels.shape)
    if target == (height, width):
        return pixels
    padded = np.zeros((height, width, channels), np.uint8)
    top, left = (height - target[0]) // 2, (width - target[1]) // 2
    padded[top : top + target[0], left : left + target[1]] = pixels
    note("pad", f"black around it, to {height}×{width}", padded.shape)
    return padded


def _numbers(pixels: Array, spec: InputSpec, dtype: np.dtype[Any], note: Any) -> Array:
    preprocessing = spec.preprocessing
    shape = pixels.shape
    if dtype.kind != "i" and not preprocessing.keys() & {"scale", "mean", "std"}:
        preprocessing = {**preprocessing, "scale": PIXEL_LEVELS}  # as for the pictures of data sets
    for name, sign in (("scale", "/"), ("mean", "−"), ("std", "/")):
        if name in preprocessing:
            note(name, f"{'pixel' if name == 'scale' else 'value'} {sign} {_written(preprocessing[name])}", shape)
    if dtype.kind == "i":
        if preprocessing.keys() & {"scale", "mean", "std"}:
            detail = "the network takes integers: its preprocessing can have no scale, mean or std"
            raise NetworkError([Problem("/network/input/preprocessing", detail)])
        return pixels.astype(dtype).reshape(spec.shape)
    scaled = normalized_shape(preprocessing, shape, spec.shape)
    values = normalize(pixels.astype(dtype).reshape(scaled), preprocessing)
    if shape != spec.shape:
        note("reshape", f"row by row, to {format_shape(spec.shape)}", spec.shape)
    return values.reshape(spec.shape)


def _written(value: object) -> str:
    if isinstance(value, list):
        more = ", …" if len(value) > 4 else ""
        return f"({', '.join(f'{one:g}' for one in value[:4])}{more})" if len(value) > 1 else f"{value[0]:g}"
    return f"{value:g}"
