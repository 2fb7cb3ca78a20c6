"""Layers that resize, shift and scale images, in PyTorch."""

from collections.abc import Mapping

from app.code.literals import number
from app.code.numpy_resizing import along_axis, numbers_text
from app.code.pytorch_images import channels_first, channels_last
from app.code.pytorch_writer import PyTorchWriter, WriteLayer
from app.code.question import layer_of
from app.nn.layers import Layer
from app.nn.layers.group_normalization import GroupNormalization
from app.nn.layers.reshaping import SpatialDropout2D
from app.nn.layers.resizing import Cropping2D, UpSampling2D, ZeroPadding2D
from app.nn.layers.scaling import Normalization, PReLU, Rescaling
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer


def _zero_padding(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    rows, columns = layer_of(placed, ZeroPadding2D).padding
    return [f"F.pad({writer.sources(placed)[0]}, {(0, 0, *columns, *rows)})"]


def _cropping(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    (top, _), (left, _) = layer_of(placed, Cropping2D).cropping
    height, width, _ = placed.output_shape
    return [f"{writer.sources(placed)[0]}[:, {top}:{top + height}, {left}:{left + width}]"]


def _up_sampling(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, UpSampling2D)
    settings = f"scale_factor={layer.size}, mode={layer.interpolation!r}"
    settings += ", align_corners=False" if layer.interpolation == "bilinear" else ""
    return [channels_last(f"F.interpolate({channels_first(writer.sources(placed)[0])}, {settings})")]


def _group_normalization(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, GroupNormalization)
    (source,), shape = writer.sources(placed), placed.input_shapes[0]
    axis = resolve_axis(layer.axis[0], shape)
    groups = shape[axis] if layer.groups == -1 else layer.groups
    affine = "" if layer.scale or layer.center else ", affine=False"
    settings = f"{groups}, {shape[axis]}, eps={number(layer.epsilon)}{affine}"
    module = writer.module(placed, f"nn.GroupNorm({settings})")
    # PyTorch keeps the channels in axis 1.
    first = source if axis == 0 else f"{source}.movedim({axis + 1}, 1)"
    made = f"{module}({first})"
    return [made if axis == 0 else f"{made}.movedim(1, {axis + 1})"]


def _rescaling(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Rescaling)
    scale, offset = (f"torch.tensor({numbers_text(one)})" for one in (layer.scale, layer.offset))
    return [f"{writer.sources(placed)[0]} * {scale} + {offset}"]


def _normalization(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Normalization)
    source, shape = writer.sources(placed)[0], placed.input_shapes[0]
    mean, variance = (f"torch.tensor({along_axis(one, layer.axis, shape)})" for one in (layer.mean, layer.variance))
    deviation = f"{variance}.sqrt().clamp(min=1e-7)"
    return [f"{source} * {deviation} + {mean}" if layer.invert else f"({source} - {mean}) / {deviation}"]


def _prelu(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    source = writer.sources(placed)[0]
    shape = ", ".join(map(str, placed.parameter_specs["alpha"].shape))
    alpha = writer.module(placed, f"nn.Parameter(torch.empty({shape}))")
    return [f"{source}.clamp(min=0.0) + {alpha} * {source}.clamp(max=0.0)"]


def _spatial_dropout(writer: PyTorchWriter, placed: PlacedLayer) -> list[str]:
    rate = number(layer_of(placed, SpatialDropout2D).rate)
    module = writer.module(placed, f"nn.Dropout2d({rate})")
    return [channels_last(f"{module}({channels_first(writer.sources(placed)[0])})")]


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
