"""Small data sets in the formats of the large ones, made by the tests themselves."""

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np

from app.datasets.pictures import CIFAR10_RECORD, MNIST_SIDE, cifar10, mnist
from app.datasets.record import Dataset
from app.nn.reading import Array

SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Where this project's workplace keeps CIFAR-10 and MNIST, beside the repository."""

SHARED_REASON = "the real files are not here: ../shared/data has none"
PER_FILE = 7
COUNTS = {"train": 11, "test": 5}


def small_cifar10() -> tuple[Dataset, dict[str, bytes]]:
    """Return CIFAR-10 with 7 pictures a file, and the contents of its files."""
    random = np.random.default_rng(5)
    dataset = cifar10((), 0, "", PER_FILE, {})
    contents = {}
    for member in dataset.files.members:
        records = random.integers(0, 256, (PER_FILE, CIFAR10_RECORD), np.uint8)
        records[:, 0] %= 10
        contents[member.name] = records.tobytes()
    return dataset, contents


def idx_file(array: Array) -> bytes:
    """Return an array of bytes as an idx file."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(length.to_bytes(4, "big") for length in array.shape)
    return header + array.astype(np.uint8).tobytes()


def small_mnist() -> tuple[Dataset, dict[str, bytes]]:
    """Return MNIST with 11 and 5 pictures, and the contents of its files."""
    random = np.random.default_rng(6)
    contents = {}
    for prefix, count in (("train", COUNTS["train"]), ("t10k", COUNTS["test"])):
        pixels = random.integers(0, 256, (count, MNIST_SIDE, MNIST_SIDE))
        contents[f"{prefix}-images-idx3-ubyte"] = idx_file(pixels)
        contents[f"{prefix}-labels-idx1-ubyte"] = idx_file(random.integers(0, 10, count))
    return mnist(mirrors=(), downloads={}, counts=COUNTS), contents


def write_files(folder: Path, contents: dict[str, bytes], *, packed: bool) -> Path:
    """Write files into a folder, packed with gzip or not."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content, 1) if packed else content)
    return folder


def archive(contents: dict[str, bytes], folder: str = "cifar-10-batches-bin") -> bytes:
    """Return a tar.gz with files in a folder, as CIFAR-10 comes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in contents.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
