"""What a window looks at, for explanations: the nodes that it covers, their values, and where it stands.

Images are (rows, columns, channels), sequences (steps, channels); both have the same numbers for their nodes as an
image of one row.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from app.nn.layers.windows import Windows, describe_window
from app.nn.reading import Array, Shape


class WindowNodes(NamedTuple):
    """The nodes under one window: their numbers and values (rows, columns, channels), and which cells they are."""

    numbers: Array
    values: Array
    cells: tuple[slice, slice]


def nodes_under(inputs: Array, windows: Windows, index: Shape, channels: slice) -> WindowNodes:
    """Return the nodes of some channels under the window of the output node at `index`, without those in padding."""
    row, column = index[:-1] if len(index) == 3 else (0, index[0])
    image = inputs.reshape(windows.rows.length, windows.columns.length, inputs.shape[-1])
    across, beside = windows.rows.offsets(row), windows.columns.offsets(column)
    rows, columns = windows.rows.cells(row), windows.columns.cells(column)
    first, last, _ = channels.indices(image.shape[2])
    numbers = (
        np.array(rows, dtype=np.int64)[:, np.newaxis, np.newaxis] * windows.columns.length
        + np.array(columns, dtype=np.int64)[:, np.newaxis]
    ) * image.shape[2] + np.arange(first, last)
    values = image[
        slice(rows.start, max(0, rows.stop), rows.step), slice(columns.start, max(0, columns.stop), columns.step)
    ]
    cells = slice(across.start, across.stop), slice(beside.start, beside.stop)
    return WindowNodes(numbers, values[..., channels].astype(np.float64), cells)


def window_of(windows: Windows, index: Shape) -> Mapping[str, Any]:
    """Return where the window of the output node at `index` stands; see `describe_window`."""
    axes = windows if len(index) == 3 else windows[1:]
    return describe_window(axes, index[:-1])


def channel_sums(products: Array, first: int = 0) -> list[dict[str, Any]]:
    """Return Σ product of each channel; `products` is (rows, columns, channels), counted from channel `first`."""
    sums = products.sum(axis=(0, 1))
    return [{"channel": first + number, "sum": float(one)} for number, one in enumerate(sums)]
