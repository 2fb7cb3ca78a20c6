"""Windows that slide along an axis: where they stand, what they cover, and what hangs over the edge.

The geometry of convolutions and poolings, in one place. Padding is that of TensorFlow and Keras: where an odd number
of cells is missing, "same" puts the larger half behind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from app.nn.layers.shapes import ShapeError
from app.nn.reading import Shape, format_shape

Interval = tuple[int, int]
"""Start and stop of a part of an axis."""

PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class WindowAxis:
    """One axis of `length` cells along which a window of `size` cells takes `count` positions.

    Its cells are `dilation` apart, its positions `stride`; the first one begins `before` cells in front of the axis.
    """

    length: int
    size: int
    count: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @cached_property
    def span(self) -> int:
        """How many cells a window reaches over, gaps included."""
        return (self.size - 1) * self.dilation + 1

    @cached_property
    def after(self) -> int:
        """How many cells the last window reaches beyond the end."""
        return max(0, self.first(self.count - 1) + self.span - self.length)

    @cached_property
    def reach(self) -> int:
        """How many cells all windows cover together, those beyond the ends included."""
        return (self.count - 1) * self.stride + self.span

    @cached_property
    def inside(self) -> bool:
        """Whether no window reaches beyond an end."""
        return self.before <= 0 and self.after == 0

    def first(self, position: int) -> int:
        """Return the cell at which the window at `position` begins; negative in front of the axis."""
        return position * self.stride - self.before

    def offsets(self, position: int) -> range:
        """Return which of a window's cells lie on the axis, counted from 0."""
        first = self.first(position)
        start = max(0, -(first // self.dilation)) if first < 0 else 0
        stop = min(self.size, -(-(self.length - first) // self.dilation))
        return range(start, max(start, stop))

    def cells(self, position: int) -> range:
        """Return the cells of the axis that the window at `position` covers."""
        offsets = self.offsets(position)
        first = self.first(position)
        return range(first + offsets.start * self.dilation, first + offsets.stop * self.dilation, self.dilation)

    def reads(self, start: int, stop: int) -> Interval:
        """Return the part of the axis that the windows at positions from `start` to `stop` reach over."""
        first, last = self.first(start), self.first(stop - 1) + self.span
        return min(max(first, 0), self.length), max(0, min(last, self.length))

    def overlap(self, offset: int, start: int = 0, stop: int | None = None) -> tuple[slice, slice]:
        """Return the positions at which a window's cell `offset` lies on the axis, and the cells that it then is.

        Only positions from `start` to `stop` are looked at, and counted from `start`.
        """
        shift = offset * self.dilation - self.before
        first = max(start, -(shift // self.stride))
        last = min(self.count if stop is None else stop, (self.length - 1 - shift) // self.stride + 1)
        if last <= first:
            return slice(0, 0), slice(0, 0)
        cell = first * self.stride + shift
        return slice(first - start, last - start), slice(cell, cell + (last - first - 1) * self.stride + 1, self.stride)

    @cached_property
    def overlaps(self) -> tuple[tuple[slice, slice], ...]:
        """The `overlap` of every cell of the window, over all positions."""
        return tuple(self.overlap(offset) for offset in range(self.size))

    def beyond(self, position: int) -> Interval:
        """Return how many of a window's cells lie in front of the axis, and how many behind it."""
        offsets = self.offsets(position)
        return offsets.start, self.size - offsets.stop

    def counts(self) -> list[int]:
        """Return, for every position, how many of the window's cells lie on the axis."""
        return [len(self.offsets(position)) for position in range(self.count)]


WHOLE = WindowAxis(length=1, size=1, count=1)
"""The axis that one-dimensional kinds lack."""


class Windows(NamedTuple):
    """Windows over the rows and columns of an image; over `WHOLE` and the steps of a sequence."""

    rows: WindowAxis
    columns: WindowAxis

    @property
    def size(self) -> int:
        """How many cells a window has."""
        return self.rows.size * self.columns.size

    @property
    def positions(self) -> int:
        """How many windows there are."""
        return self.rows.count * self.columns.count

    @property
    def inside(self) -> bool:
        """Whether no window reaches beyond an edge."""
        return self.rows.inside and self.columns.inside

    def offsets(self) -> Iterator[tuple[int, int]]:
        """Go through the cells of a window, row by row."""
        return ((row, column) for row in range(self.rows.size) for column in range(self.columns.size))


def window_axis(length: int, size: int, stride: int, dilation: int, padding: str, along: str) -> WindowAxis:
    """Return the windows along an axis, called `along`, of `length` cells; raise `ShapeError` if none fits.

    `padding` is "valid" (windows stay inside), "same" (`length` / `stride` of them, rounded up) or "causal" (no window
    looks beyond its own position).
    """
    span = (size - 1) * dilation + 1
    if padding == "valid":
        if span > length:
            apart = f" with dilation {dilation}" if dilation > 1 else ""
            wide = (
                f"its window of {size}{apart} covers {span} {along}" if apart else f"its window covers {span} {along}"
            )
            raise ShapeError(
                f'{wide}, but its input has only {length}; expected a smaller window, a larger input, or padding "same"'
            )
        return WindowAxis(length, size, (length - span) // stride + 1, stride, dilation)
    count = -(-length // stride)
    if padding == "causal":
        return WindowAxis(length, size, count, stride, dilation, span - 1)
    missing = max(0, (count - 1) * stride + span - length)
    return WindowAxis(length, size, count, stride, dilation, missing // 2)


ALONG = {1: ("steps",), 2: ("rows", "columns")}


def spatial_axes(shape: Shape, dimensions: int, kind: str) -> Shape:
    """Return the lengths of the axes before the channels; raise `ShapeError` if there are not so many."""
    if len(shape) != dimensions + 1:
        names = "×".join((*ALONG[dimensions], "channels"))
        raise ShapeError(f"{kind} reads {names}, but its input is {format_shape(shape)}")
    return shape[:-1]


@lru_cache(maxsize=1024)  # of a pure function: layers ask for their windows at every call
def make_windows(shape: Shape, kind: str, size: Shape, strides: Shape, dilation: Shape, padding: str) -> Windows:
    """Return the windows of a layer over an input of `shape` (its last axis holds the channels)."""
    lengths = spatial_axes(shape, len(size), kind)
    axes = [
        window_axis(length, cells, stride, apart, padding, along)
        for length, cells, stride, apart, along in zip(lengths, size, strides, dilation, ALONG[len(size)], strict=True)
    ]
    return Windows(*axes) if len(axes) == 2 else Windows(WHOLE, axes[0])


def describe_window(axes: Sequence[WindowAxis], index: Iterable[int]) -> Mapping[str, Any]:
    """Return where the window of the node at `index` stands, as explanations say it, one entry an axis.

    `padding` counts the rows (columns) of the window that lie in front of the input and behind it.
    """
    positions = list(index)
    return {
        "start": [axis.first(position) for axis, position in zip(axes, positions, strict=True)],
        "size": [axis.size for axis in axes],
        "strides": [axis.stride for axis in axes],
        "dilation": [axis.dilation for axis in axes],
        "padding": [list(axis.beyond(position)) for axis, position in zip(axes, positions, strict=True)],
    }
