"""Files as memory: their bytes without reading them."""

import mmap
from typing import BinaryIO


def map_file(file: BinaryIO) -> memoryview:
    """Return what is in a file without reading it, if it is one of the system; closed or replaced, it stays there."""
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # in memory, or empty
        return memoryview(file.read())
