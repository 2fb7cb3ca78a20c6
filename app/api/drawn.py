"""Parameters that were drawn lately, by what they are drawn from: a layer is drawn once, whatever document has it.

An optimisation only: a drawn parameter depends on its initialiser, shape, dtype, seed and names, and on nothing else.
"""

import threading
from collections import OrderedDict
from typing import Any

import numpy as np

from app.nn.initializers import BoundInitializer, draw_parameter
from app.nn.reading import Array, Shape

Key = tuple[Any, ...]

BYTES_OF_AN_ENTRY = 500  # its key, and the array without its numbers


class DrawnParameters:
    """Draws parameters and keeps them, in `memory_bytes` at most, the least lately used dropped first.

    Called like `draw_parameter`; the arrays cannot be written. May be called from several threads: a parameter that
    two of them want at one time is drawn by one, and the other waits for it.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._most = memory_bytes
        self._free = memory_bytes
        self._kept: OrderedDict[Key, Array] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing: dict[Key, threading.Lock] = {}

    def __call__(
        self, initializer: BoundInitializer, shape: Shape, dtype: np.dtype[Any], seed: int, layer: str, parameter: str
    ) -> Array:
        """Return what `draw_parameter` returns, drawn now or lately."""
        key = (initializer.initializer.name, initializer.parameters, shape, dtype.char, seed, layer, parameter)
        with self._lock:
            found = self._find(key)
            if found is not None:
                return found
            drawing = self._drawing.setdefault(key, threading.Lock())
        with drawing:
            with self._lock:
                found = self._find(key)
            if found is None:
                try:
                    found = draw_parameter(initializer, shape, dtype, seed, layer, parameter)
                finally:
                    with self._lock:
                        self._drawing.pop(key, None)
                found.setflags(write=False)
                with self._lock:
                    self._keep(key, found)
        return found

    def holds(self) -> int:
        """Return how many bytes are kept."""
        return self._most - self._free

    def _find(self, key: Key) -> Array | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def _keep(self, key: Key, values: Array) -> None:
        size = values.nbytes + BYTES_OF_AN_ENTRY
        if size > self._most or key in self._kept:
            return
        self._kept[key] = values
        self._free -= size
        while self._free < 0:
            _, dropped = self._kept.popitem(last=False)
            self._free += dropped.nbytes + BYTES_OF_AN_ENTRY
