"""Augmentation: random changes to the images of a batch that leave their classes as they are.

Names and arguments follow Keras' preprocessing layers, where it has them. Images are (batch, rows, columns, channels).
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Choice as Word
from app.nn.argument_types import Integer, Number
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class Augmentation(Record):
    """One random change."""

    @abstractmethod
    def apply(self, images: Array, random: np.random.Generator) -> Array:
        """Return changed images, each by a choice of its own; `images` are not touched."""

    def problem(self, shape: Shape) -> str | None:
        """Say why the change does not fit inputs of `shape`; else `None`."""
        return None if len(shape) == 3 else f"{self.name} is for images; the input has {len(shape)} axes, not 3"


@dataclass(frozen=True, kw_only=True)
class RandomFlip(Augmentation):
    """Mirror half of the images."""

    name = "random_flip"
    aliases = ("RandomFlip",)
    description = "Mirrors half of the images."

    mode: str = argument(
        Word(("horizontal", "vertical", "horizontal_and_vertical")), "What is exchanged.", "horizontal"
    )

    def apply(self, images: Array, random: np.random.Generator) -> Array:
        """Choose for each image, and for each direction."""
        images = images.copy()
        for word, axis in (("horizontal", 2), ("vertical", 1)):
            if word in self.mode:
                chosen = random.random(len(images)) < 0.5
                images[chosen] = np.flip(images[chosen], axis)
        return images


@dataclass(frozen=True, kw_only=True)
class RandomTranslation(Augmentation):
    """Shift images by whole pixels; what comes in from outside repeats the edge, or is a constant."""

    name = "random_translation"
    aliases = ("RandomTranslation",)
    description = "Shifts images by a few pixels."

    height: int = argument(Integer(), "The most rows that an image is shifted, up or down.", 2)
    width: int = argument(Integer(), "The most columns that an image is shifted, left or right.", 2)
    fill_mode: str = argument(Word(("nearest", "constant")), "What comes in from outside.", "nearest")
    fill_value: float = argument(Number(), "The constant.", 0.0)

    def problem(self, shape: Shape) -> str | None:
        """Something of the image must be left."""
        if len(shape) == 3 and (self.height >= shape[0] or self.width >= shape[1]):
            return f"random_translation shifts {self.height} rows and {self.width} columns out of {shape[0]}×{shape[1]}"
        return super().problem(shape)

    def apply(self, images: Array, random: np.random.Generator) -> Array:
        """Cut a window out of the padded image."""
        count, rows, columns, _ = images.shape
        margins = ((0, 0), (self.height, self.height), (self.width, self.width), (0, 0))
        if self.fill_mode == "nearest":
            padded = np.pad(images, margins, mode="edge")
        else:
            padded = np.pad(images, margins, constant_values=self.fill_value)
        top = random.integers(0, 2 * self.height + 1, count)
        left = random.integers(0, 2 * self.width + 1, count)
        shifted = np.empty_like(images)
        for image, (down, right) in enumerate(zip(top.tolist(), left.tolist(), strict=True)):
            shifted[image] = padded[image, down : down + rows, right : right + columns]
        return shifted


@dataclass(frozen=True, kw_only=True)
class RandomCrop(Augmentation):
    """Cut a window out of each image and stretch it to the image's size again (the nearest pixel is taken)."""

    name = "random_crop"
    aliases = ("RandomCrop",)
    description = "Cuts a window out of each image and enlarges it to the full size."

    height: int = argument(Integer(minimum=1), "The rows of the window.")
    width: int = argument(Integer(minimum=1), "The columns of the window.")

    def problem(self, shape: Shape) -> str | None:
        """The window must fit."""
        if len(shape) == 3 and (self.height > shape[0] or self.width > shape[1]):
            return f"random_crop cuts {self.height}×{self.width} out of {shape[0]}×{shape[1]}"
        return super().problem(shape)

    def apply(self, images: Array, random: np.random.Generator) -> Array:
        """Choose a place for each image."""
        count, rows, columns, _ = images.shape
        row = np.arange(rows) * self.height // rows
        column = np.arange(columns) * self.width // columns
        top = random.integers(0, rows - self.height + 1, count)
        left = random.integers(0, columns - self.width + 1, count)
        place = np.arange(count)[:, np.newaxis, np.newaxis]
        cropped: Array = images[
            place, (top[:, np.newaxis] + row)[:, :, np.newaxis], (left[:, np.newaxis] + column)[:, np.newaxis]
        ]
        return cropped


AUGMENTATIONS: Mapping[str, type[Augmentation]] = registry(RandomFlip, RandomTranslation, RandomCrop)
"""All augmentations by their canonical names."""

AUGMENTATION = Choice("augmentation", AUGMENTATIONS)
