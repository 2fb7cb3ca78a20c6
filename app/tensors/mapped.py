"""Files as memory: their bytes without reading them."""

import mmap
from typing import BinaryIO


def map_file(file: BinaryIO) -> memoryview:
    """Return the bytes of a file: where the system has it they are not read, and stay when it is closed or replaced."""
    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # in memory, or empty
        return memoryview(file.read())
