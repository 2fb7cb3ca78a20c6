"""Layers that resize, shift and scale images, in Keras: the same classes with the same arguments."""

from collections.abc import Mapping

from app.code.keras_writer import KerasWriter, WriteLayer
from app.code.numpy_resizing import numbers_text
from app.code.question import arguments, layer_of
from app.nn.layers import Layer
from app.nn.layers.group_normalization import GroupNormalization
from app.nn.layers.reshaping import SpatialDropout2D
from app.nn.layers.resizing import Cropping2D, UpSampling2D, ZeroPadding2D
from app.nn.layers.scaling import Normalization, PReLU, Rescaling
from app.nn.network import PlacedLayer


def _zero_padding(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, str(layer_of(placed, ZeroPadding2D).padding))


def _cropping(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, str(layer_of(placed, Cropping2D).cropping))


def _up_sampling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["size", "interpolation"]))


def _group_normalization(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, arguments(placed.layer, ["groups", "axis", "epsilon", "center", "scale"]))


def _rescaling(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Rescaling)
    return writer.made(placed, f"{numbers_text(layer.scale)}, offset={numbers_text(layer.offset)}")


def _normalization(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Normalization)
    axis = None if layer.axis is None else layer.axis[0]
    settings = f"axis={axis}, mean={numbers_text(layer.mean)}, variance={numbers_text(layer.variance)}"
    return writer.made(placed, settings + arguments(layer, ["invert"]))


def _prelu(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    shared = layer_of(placed, PReLU).shared_axes
    rank = len(placed.input_shapes[0]) + 1
    positive = None if shared is None else [axis % rank for axis in shared]  # Keras counts them from the front only
    return writer.made(placed, "" if positive is None else f"shared_axes={positive}")


def _spatial_dropout(writer: KerasWriter, placed: PlacedLayer) -> list[str]:
    return writer.made(placed, repr(layer_of(placed, SpatialDropout2D).rate))


RESIZING_KINDS: Mapping[type[Layer], WriteLayer] = {
    ZeroPadding2D: _zero_padding,
    Cropping2D: _cropping,
    UpSampling2D: _up_sampling,
    GroupNormalization: _group_normalization,
    Rescaling: _rescaling,
    Normalization: _normalization,
    PReLU: _prelu,
    SpatialDropout2D: _spatial_dropout,
}
"""How each kind of layer is written."""
