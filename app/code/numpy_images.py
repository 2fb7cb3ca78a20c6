"""Layers of images and sequences in NumPy. A sequence is done as an image of one row."""

from collections.abc import Mapping

from app.code.numpy_writer import NumPyWriter, WriteLayer
from app.code.question import layer_of
from app.nn.activations import BoundActivation
from app.nn.layers import Layer
from app.nn.layers.convolution import Conv1D, Conv2D
from app.nn.layers.depthwise import DepthwiseConv2D, SeparableConv2D
from app.nn.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from app.nn.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
from app.nn.layers.transposed import Conv2DTranspose
from app.nn.layers.windows import Windows
from app.nn.network import PlacedLayer


def framed(writer: NumPyWriter, source: str, windows: Windows, value: str = "0.0") -> str:
    """Return the expression of an image with the padding that its windows need."""
    if windows.inside:
        return source
    writer.use("frame")
    sides = ", ".join(f"({axis.before}, {axis.after})" for axis in windows)
    return f"frame({source}, {sides})" if value == "0.0" else f"frame({source}, {sides}, {value})"


def steps(windows: Windows) -> str:
    """Return strides and dilation as arguments, where they are not 1."""
    strides = (windows.rows.stride, windows.columns.stride)
    dilation = (windows.rows.dilation, windows.columns.dilation)
    settings = f", strides={strides}" if strides != (1, 1) else ""
    return settings + (f", dilation={dilation}" if dilation != (1, 1) else "")


def activated(writer: NumPyWriter, variable: str, sums: str, activation: BoundActivation) -> list[str]:
    """Return the lines that hold the sums of a layer, and apply its activation."""
    if activation.name == "linear":
        return [f"{variable} = {sums}"]
    weighted = writer.identifiers.make(f"{variable}_sums")
    return [f"{weighted} = {sums}", f"{variable} = {writer.called(activation, weighted)}"]


def _convolution(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, Conv1D | Conv2D)
    lines: list[str] = []
    windows = layer.windows(placed.input_shapes[0])
    kernel = writer.parameter(placed, "kernel", lines)
    source = writer.sources(placed)[0]
    row = ""
    if layer.dimensions == 1:
        source, kernel, row = f"{source}[:, np.newaxis]", f"{kernel}[np.newaxis]", "[:, 0]"
    groups = f", groups={layer.groups}" if layer.groups > 1 else ""
    image = framed(writer, source, windows)
    sums = f"{writer.use('convolve')}({image}, {kernel}{steps(windows)}{groups}){row}"
    if layer.use_bias:
        sums += f" + {writer.parameter(placed, 'bias', lines)}"
    return [*lines, *activated(writer, writer.variables[placed.name], sums, layer.activation)]


def _depthwise(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, DepthwiseConv2D | SeparableConv2D)
    lines: list[str] = []
    windows = layer.windows(placed.input_shapes[0])
    names = {name: writer.parameter(placed, name, lines) for name in placed.parameter_specs}
    image = framed(writer, writer.sources(placed)[0], windows)
    kernel = names.get("kernel") or names["depthwise_kernel"]
    sums = f"{writer.use('convolve_channels')}({image}, {kernel}{steps(windows)})"
    if "pointwise_kernel" in names:
        sums += f" @ {names['pointwise_kernel']}[0, 0]"
    if layer.use_bias:
        sums += f" + {names['bias']}"
    return [*lines, *activated(writer, writer.variables[placed.name], sums, layer.activation)]


def _transposed(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = layer_of(placed, Conv2DTranspose)
    lines: list[str] = []
    rows, columns = layer.windows(placed.input_shapes[0])
    kernel = writer.parameter(placed, "kernel", lines)
    settings = ", ".join(
        f"{name}={value}"
        for name, value in {
            "strides": (rows.stride, columns.stride),
            "dilation": (rows.dilation, columns.dilation),
            "size": (rows.length, columns.length),
            "before": (rows.before, columns.before),
        }.items()
    )
    sums = f"{writer.use('spread')}({writer.sources(placed)[0]}, {kernel}, {settings})"
    if layer.use_bias:
        sums += f" + {writer.parameter(placed, 'bias', lines)}"
    return [*lines, *activated(writer, writer.variables[placed.name], sums, layer.activation)]


def _pooling(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    assert isinstance(layer, MaxPooling1D | MaxPooling2D | AveragePooling1D | AveragePooling2D)
    windows = layer.windows(placed.input_shapes[0])
    variable, source = writer.variables[placed.name], writer.sources(placed)[0]
    row = ""
    if layer.dimensions == 1:
        source, row = f"{source}[:, np.newaxis]", "[:, 0]"
    writer.use("windows")
    size = f"{(windows.rows.size, windows.columns.size)}{steps(windows)}"
    over = "axis=(3, 4)"
    if isinstance(layer, MaxPooling1D | MaxPooling2D):
        seen = f"windows({framed(writer, source, windows, '-np.inf')}, {size})"
        return [f"{variable} = np.max({seen}, {over}){row}"]
    if windows.inside:
        return [f"{variable} = np.mean(windows({source}, {size}), {over}){row}"]
    counts = writer.identifiers.make(f"{variable}_counts")
    ones = framed(writer, f"np.ones_like({source})", windows)
    return [
        "# What hangs over the edge does not count.",
        f"{counts} = np.sum(windows({ones}, {size}), {over}){row}",
        f"{variable} = np.sum(windows({framed(writer, source, windows)}, {size}), {over}){row} / {counts}",
    ]


def _global_pooling(writer: NumPyWriter, placed: PlacedLayer) -> list[str]:
    layer = placed.layer
    kinds = GlobalAveragePooling1D | GlobalAveragePooling2D | GlobalMaxPooling1D | GlobalMaxPooling2D
    assert isinstance(layer, kinds)
    function = "np.max" if layer.operation == "maximum" else "np.mean"
    over = "1" if layer.dimensions == 1 else "(1, 2)"
    keep = ", keepdims=True" if layer.keepdims else ""
    return [f"{writer.variables[placed.name]} = {function}({writer.sources(placed)[0]}, axis={over}{keep})"]


IMAGE_KINDS: Mapping[type[Layer], WriteLayer] = {
    Conv1D: _convolution,
    Conv2D: _convolution,
    DepthwiseConv2D: _depthwise,
    SeparableConv2D: _depthwise,
    Conv2DTranspose: _transposed,
    MaxPooling1D: _pooling,
    MaxPooling2D: _pooling,
    AveragePooling1D: _pooling,
    AveragePooling2D: _pooling,
    GlobalAveragePooling1D: _global_pooling,
    GlobalAveragePooling2D: _global_pooling,
    GlobalMaxPooling1D: _global_pooling,
    GlobalMaxPooling2D: _global_pooling,
}
"""How each kind of layer is written."""
