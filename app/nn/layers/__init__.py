"""Every layer kind there is. Adding one is one file, one line in this list and one row in the tests."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.nn.layers.activation import Activation, Softmax
from app.nn.layers.base import Layer, describe_layer
from app.nn.layers.convolution import Conv1D, Conv2D
from app.nn.layers.dense import Dense
from app.nn.layers.depthwise import DepthwiseConv2D, SeparableConv2D
from app.nn.layers.embedding import Embedding
from app.nn.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from app.nn.layers.group_normalization import GroupNormalization
from app.nn.layers.merging import Add, Concatenate, Multiply
from app.nn.layers.normalization import BatchNormalization, LayerNormalization
from app.nn.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
from app.nn.layers.reshaping import Dropout, Flatten, Reshape, SpatialDropout2D
from app.nn.layers.resizing import Cropping2D, UpSampling2D, ZeroPadding2D
from app.nn.layers.scaling import Normalization, PReLU, Rescaling
from app.nn.layers.shapes import ShapeError
from app.nn.layers.terms import Terms
from app.nn.layers.transposed import Conv2DTranspose
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec, Random

_KINDS: tuple[type[Layer], ...] = (
    Dense,
    Conv1D,
    Conv2D,
    DepthwiseConv2D,
    SeparableConv2D,
    Conv2DTranspose,
    MaxPooling1D,
    MaxPooling2D,
    AveragePooling1D,
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    ZeroPadding2D,
    Cropping2D,
    UpSampling2D,
    Activation,
    Softmax,
    PReLU,
    Dropout,
    SpatialDropout2D,
    Flatten,
    Reshape,
    BatchNormalization,
    LayerNormalization,
    GroupNormalization,
    Normalization,
    Rescaling,
    Add,
    Multiply,
    Concatenate,
    Embedding,
)

LAYERS: Mapping[str, type[Layer]] = MappingProxyType({layer.kind: layer for layer in _KINDS})


def describe(kind: str) -> dict[str, Any]:
    """Describe a layer kind: its name, a sentence, its operation and its arguments as JSON Schema."""
    return describe_layer(LAYERS[kind])


__all__ = [
    "LAYERS",
    "Layer",
    "LayerGradient",
    "LayerValues",
    "ParameterSpec",
    "Parameters",
    "Random",
    "ShapeError",
    "Terms",
    "describe",
]
