"""CIFAR-10 and MNIST from their makers' files: small ones that the tests make, and the real ones where they are."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from app.datasets import Folders, is_here, load, load_from
from app.errors import NotFound
from app.nn.errors import NetworkError
from tests.datasets.makers import (
    COUNTS,
    PER_FILE,
    SHARED,
    SHARED_REASON,
    small_cifar10,
    small_mnist,
    write_files,
)

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=SHARED_REASON)


@pytest.mark.parametrize("packed", [True, False])
def test_cifar10_records_become_pictures(tmp_path: Path, packed: bool) -> None:
    dataset, contents = small_cifar10()
    write_files(tmp_path / "cifar-10-batches-bin", contents, packed=packed)
    folders = Folders(tmp_path / "data", tmp_path)
    assert is_here(dataset, folders)
    loaded = load_from(dataset, "train", folders, {})
    assert loaded.inputs.shape == (5 * PER_FILE, 32, 32, 3)
    record = contents["data_batch_3.bin"][2 * 3073 : 3 * 3073]
    place = 2 * PER_FILE + 2
    assert loaded.targets[place] == record[0]
    # Red, green and blue planes of 1,024 bytes, row by row: the green of row 5, column 7.
    assert loaded.inputs[place, 5, 7, 1] == np.float32(record[1 + 1024 + 5 * 32 + 7]) / np.float32(255)
    test = load_from(dataset, "test", folders, {})
    assert len(test) == PER_FILE
    across = load_from(dataset, "train", folders, {}, PER_FILE - 2, 2 * PER_FILE + 1)
    np.testing.assert_array_equal(across.inputs, loaded.inputs[PER_FILE - 2 : 2 * PER_FILE + 1])
    np.testing.assert_array_equal(across.targets, loaded.targets[PER_FILE - 2 : 2 * PER_FILE + 1])


@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_become_pictures(tmp_path: Path, packed: bool) -> None:
    dataset, contents = small_mnist()
    folders = Folders(write_files(tmp_path, contents, packed=packed))
    loaded = load_from(dataset, "test", folders, {}, 1, 4)
    assert loaded.inputs.shape == (3, 28, 28, 1)
    assert loaded.samples.values[0, 3, 4, 0] == contents["t10k-images-idx3-ubyte"][16 + 784 + 3 * 28 + 4]
    assert loaded.targets[2] == contents["t10k-labels-idx1-ubyte"][8 + 3]
    assert len(load_from(dataset, "train", folders, {})) == COUNTS["train"]


def test_damaged_files_are_named(tmp_path: Path) -> None:
    dataset, contents = small_mnist()
    name = "train-images-idx3-ubyte"
    folders = Folders(write_files(tmp_path, contents, packed=True))
    packed = (tmp_path / f"{name}.gz").read_bytes()
    bomb = gzip.compress(contents[name] + bytes(50_000_000), 9)
    wrong_header = gzip.compress(b"\0\0\x0d\x03" + contents[name][4:])
    for content, message in (
        (packed[:200], "cannot be read"),
        (b"<html>", "cannot be read"),
        (gzip.compress(b""), "holds 0 bytes"),
        (bomb, "holds more bytes"),
        (wrong_header, "begins with"),
    ):
        (tmp_path / f"{name}.gz").write_bytes(content)
        with pytest.raises(NetworkError, match=message):
            load_from(dataset, "train", folders, {}, 0, 2)
        with pytest.raises(NetworkError, match=message):
            load_from(dataset, "train", folders, {})
    (tmp_path / f"{name}.gz").write_bytes(packed)
    load_from(dataset, "train", folders, {})
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(contents["train-labels-idx1-ubyte"][:-1] + b"\x0b")
    )
    with pytest.raises(NetworkError, match="has the label 11"):
        load_from(dataset, "train", folders, {})
    (tmp_path / f"{name}.gz").unlink()
    assert not is_here(dataset, folders)
    with pytest.raises(NotFound, match=f"mnist/{name} is not here"):
        load_from(dataset, "train", folders, {})


def test_a_file_of_another_size_is_refused(tmp_path: Path) -> None:
    dataset, contents = small_cifar10()
    contents["test_batch.bin"] += b"\0"
    folders = Folders(write_files(tmp_path, contents, packed=False))
    with pytest.raises(NetworkError, match="has 21,512 bytes; expected 21,511 bytes"):
        load_from(dataset, "test", folders, {})


@needs_shared
def test_the_real_cifar10() -> None:
    folders = Folders(Path("/nowhere"), SHARED)
    test = load("cifar10", "test", folders)
    assert (np.bincount(test.targets) == 1000).all()
    # The published means of the channels are those of the training pictures; those of the test pictures are as near.
    means = test.samples.values.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=0.004)
    assert test.classes[test.targets[0]] == "cat"


@needs_shared
def test_the_real_mnist() -> None:
    folders = Folders(Path("/nowhere"), SHARED)
    test = load("mnist", "test", folders)
    assert test.inputs.shape == (10_000, 28, 28, 1)
    assert test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert test.inputs.mean() == pytest.approx(0.1325, abs=1e-3)
