"""What was made lately and may be asked for again: kept by key, in a bounded number of bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Keeps values in `memory_bytes` at most, the least lately used dropped first. May be used from several threads.

    What two of them want at one time is made by one, and the other waits for it.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.most_bytes = memory_bytes
        self.bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def find(self, key: Hashable, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """Return what is kept under `key`, else what `make` returns, which is kept if it fits; `size` counts bytes."""
        with self._lock:
            found = self._find(key)
            if found is not None:
                return found[0]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                found = self._find(key)
            if found is not None:
                return found[0]
            try:
                value = make()
                with self._lock:
                    self._keep(key, value, size(value))
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return value

    def _find(self, key: Hashable) -> tuple[Value, int] | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def _keep(self, key: Hashable, value: Value, size: int) -> None:
        if size > self.most_bytes or key in self._kept:
            return
        self._kept[key] = (value, size)
        self.bytes += size
        while self.bytes > self.most_bytes:
            _, (_, freed) = self._kept.popitem(last=False)
            self.bytes -= freed
