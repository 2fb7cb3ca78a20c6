"""Data sets of pictures that are downloaded: CIFAR-10, MNIST and Fashion-MNIST, in their makers' own formats.

None of these formats can hold a program (as pickles can). Pixels are bytes; inputs are pixels / 255.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from app.datasets.files import Download, Files, Member, checked_labels, read_bytes
from app.datasets.record import Dataset, Folders, Options, Samples
from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array

LEVELS = 255

CIFAR10_CLASSES = (*("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),)
CIFAR10_SIDE = 32
CIFAR10_RECORD = 1 + 3 * CIFAR10_SIDE**2
_CIFAR10_SHA256 = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}

MNIST_SIDE = 28
IMAGE_HEADER, LABEL_HEADER = 16, 8
"""Bytes before the pixels and before the labels of an idx file: a magic number and the lengths of the axes."""


def _members_of(files: Files, split: str, tests: Sequence[str]) -> list[Member]:
    return [member for member in files.members if (member.name in tests) == (split == "test")]


def _read_cifar10(dataset: Dataset, split: str, start: int, stop: int, _options: Options, folders: Folders) -> Samples:
    """Read records of a label and 3,072 bytes: 1,024 red, green and blue ones, row by row."""
    files: Files = dataset.files
    pixels = np.empty((stop - start, CIFAR10_SIDE, CIFAR10_SIDE, 3), np.uint8)
    labels = np.empty(stop - start, np.uint8)
    before = 0
    for member in _members_of(files, split, ("test_batch.bin",)):
        held = member.size // CIFAR10_RECORD
        first, last = max(start - before, 0), min(stop - before, held)
        if first < last:
            block = read_bytes(files, member, folders, first * CIFAR10_RECORD, last * CIFAR10_RECORD)
            records = block.reshape(-1, CIFAR10_RECORD)
            place = slice(before + first - start, before + last - start)
            labels[place] = records[:, 0]
            planes = records[:, 1:].reshape(-1, 3, CIFAR10_SIDE, CIFAR10_SIDE)
            pixels[place] = planes.transpose(0, 2, 3, 1)
        before += held
    return Samples(pixels, checked_labels(labels, dataset.classes, files.folder), float(LEVELS))


def _read_idx(dataset: Dataset, split: str, start: int, stop: int, _options: Options, folders: Folders) -> Samples:
    """Read pixels and labels from two idx files."""
    files: Files = dataset.files
    prefix = "t10k" if split == "test" else "train"
    images, labels = (member for member in files.members if member.name.startswith(prefix))
    count = labels.size - LABEL_HEADER
    _check_header(files, images, folders, (0x803, count, MNIST_SIDE, MNIST_SIDE))
    _check_header(files, labels, folders, (0x801, count))
    area = MNIST_SIDE**2
    pixels = _read_behind(files, images, folders, IMAGE_HEADER, start * area, stop * area)
    numbers = _read_behind(files, labels, folders, LABEL_HEADER, start, stop)
    return Samples(
        pixels.reshape(-1, MNIST_SIDE, MNIST_SIDE, 1),
        checked_labels(numbers, dataset.classes, labels.name),
        float(LEVELS),
    )


def _read_behind(files: Files, member: Member, folders: Folders, header: int, start: int, stop: int) -> Array:
    return read_bytes(files, member, folders, header + start, header + stop)


def _check_header(files: Files, member: Member, folders: Folders, expected: Sequence[int]) -> None:
    header = read_bytes(files, member, folders, 0, 4 * len(expected))
    found = [int.from_bytes(header[place : place + 4].tobytes(), "big") for place in range(0, len(header), 4)]
    if found != list(expected):
        detail = f"the file {member.name} begins with {found}; expected {list(expected)}: it is another file"
        raise NetworkError([Problem("", detail, str(list(expected)), str(found))])


def _fixed(sizes: Mapping[str, int]) -> Callable[[Options], Mapping[str, int]]:
    return lambda _options: sizes


def cifar10(
    addresses: Sequence[str],
    size: int,
    md5: str,
    per_file: int = 10_000,
    sha256: Mapping[str, str] = _CIFAR10_SHA256,
) -> Dataset:
    """Return CIFAR-10 as it is downloaded from `addresses`; tests make small ones with few records `per_file`."""
    names = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
    members = tuple(Member(name, per_file * CIFAR10_RECORD, sha256.get(name)) for name in names)
    filename = "cifar-10-binary.tar.gz"
    return Dataset(
        name="cifar10",
        title="CIFAR-10",
        description="60,000 colour pictures of animals and vehicles, 32×32 pixels, in ten classes.",
        task="classification",
        shape=(CIFAR10_SIDE, CIFAR10_SIDE, 3),
        sizes=_fixed({"train": 5 * per_file, "test": per_file}),
        read=_read_cifar10,
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        licence="free to use; cite A. Krizhevsky, “Learning Multiple Layers of Features from Tiny Images” (2009)",
        classes=CIFAR10_CLASSES,
        target="class",
        levels=LEVELS,
        files=Files("cifar-10-batches-bin", members, (Download(tuple(addresses), filename, size, md5),)),
    )


def idx(
    name: str,
    folder: str,
    mirrors: Sequence[str],
    downloads: Mapping[str, tuple[int, str]],
    counts: Mapping[str, int],
    title: str,
    description: str,
    source: str,
    licence: str,
    classes: tuple[str, ...],
) -> Dataset:
    """Return a data set in the four idx files of MNIST; `downloads` are size and MD5 of each packed file."""
    members = []
    for prefix, count in (("train", counts["train"]), ("t10k", counts["test"])):
        members.append(Member(f"{prefix}-images-idx3-ubyte", IMAGE_HEADER + count * MNIST_SIDE**2))
        members.append(Member(f"{prefix}-labels-idx1-ubyte", LABEL_HEADER + count))
    fetched = tuple(
        Download(
            tuple(f"{mirror}/{member.name}.gz" for mirror in mirrors), f"{member.name}.gz", *downloads[member.name]
        )
        for member in members
        if member.name in downloads
    )
    return Dataset(
        name=name,
        title=title,
        description=description,
        task="classification",
        shape=(MNIST_SIDE, MNIST_SIDE, 1),
        sizes=_fixed(dict(counts)),
        read=_read_idx,
        source=source,
        licence=licence,
        classes=classes,
        target="class",
        levels=LEVELS,
        files=Files(folder, tuple(members), fetched),
    )


_SIZES = {"train": 60_000, "test": 10_000}
mnist = partial(
    idx,
    "mnist",
    "mnist",
    title="MNIST",
    description="70,000 handwritten digits, 28×28 pixels, white on black.",
    source="http://yann.lecun.com/exdb/mnist/",
    licence="CC BY-SA 3.0; Y. LeCun, C. Cortes, C. J. C. Burges",
    classes=tuple("0123456789"),
)
fashion_mnist = partial(
    idx,
    "fashion_mnist",
    "fashion-mnist",
    title="Fashion-MNIST",
    description="70,000 pictures of clothes, 28×28 pixels, in ten classes: as large as MNIST, and harder.",
    source="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT; Zalando SE",
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
)

CIFAR10 = cifar10(
    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",), 170_052_171, "c32a1d4ab5d03f1284b67883e8d87530"
)
MNIST = mnist(
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist",
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        "http://yann.lecun.com/exdb/mnist",
    ),
    downloads={
        "train-images-idx3-ubyte": (9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        "train-labels-idx1-ubyte": (28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
        "t10k-images-idx3-ubyte": (1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
        "t10k-labels-idx1-ubyte": (4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
    },
    counts=_SIZES,
)
FASHION_MNIST = fashion_mnist(
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
    downloads={
        "train-images-idx3-ubyte": (26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        "train-labels-idx1-ubyte": (29_515, "25c81989df183df01b3e8a0aad5dffbe"),
        "t10k-images-idx3-ubyte": (4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
        "t10k-labels-idx1-ubyte": (5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
    },
    counts=_SIZES,
)
PICTURES = (CIFAR10, MNIST, FASHION_MNIST)
