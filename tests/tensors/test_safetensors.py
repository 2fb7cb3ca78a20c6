"""The safetensors codec, against the library of those who made the format, and against hostile bytes."""

import json
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import load, save

from app.nn.errors import NetworkError
from app.tensors.safetensors import read_safetensors, write_safetensors

ARRAYS = {
    "first/output": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    "second/output": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-310]),
    "indices": np.array([[2**63 - 1, -(2**63)]]),
    "odd": np.ones(3, dtype=np.float32),
    "empty": np.zeros((0, 4)),
    "one": np.float64(0.1).reshape(()),
    "turned": np.arange(12.0).reshape(3, 4).T,
}


def written(arrays: dict[str, Any], metadata: dict[str, str] | None = None) -> bytes:
    return b"".join(write_safetensors(arrays, metadata or {}))


def assert_same(found: Any, expected: dict[str, Any]) -> None:
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        assert found[name].shape == values.shape
        assert found[name].tobytes() == np.ascontiguousarray(values).tobytes()


def test_what_is_written_is_what_the_formats_own_library_reads() -> None:
    content = written(ARRAYS, {"response": '{"a": "é\\n"}'})
    assert_same(load(content), ARRAYS)
    found = read_safetensors(content)
    assert_same(found.arrays, ARRAYS)
    assert found.metadata == {"response": '{"a": "é\\n"}'}
    assert_same(read_safetensors(written({})).arrays, {})


def test_what_the_formats_own_library_writes_is_read() -> None:
    half = {"half": np.array([1.5, -2.0], dtype=np.float16)}
    plain = {name: np.ascontiguousarray(values) for name, values in ARRAYS.items()}
    found = read_safetensors(save({**plain, **half}, {"format": "np"}))
    assert_same(found.arrays, {**plain, **half})
    assert found.metadata == {"format": "np"}


def test_brain_floats_become_float32() -> None:
    exact = np.array([[1.0, -2.5], [np.inf, 3.0e38]], dtype=np.float32)
    upper = (exact.view(np.uint32) >> 16).astype(np.uint16)
    content = save({"brain": upper}).replace(b'"U16"', b'"BF16"', 1)
    length = int.from_bytes(content[:8], "little")
    content = (length + 1).to_bytes(8, "little") + content[8:]  # the name is one letter longer
    found = read_safetensors(content).arrays["brain"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.view(np.uint32), exact.view(np.uint32) & 0xFFFF0000)


def test_every_value_is_aligned_and_nothing_is_copied() -> None:
    for number in range(9):  # names that make the header longer, byte by byte
        arrays = {"x" * (number + 1): np.ones(3, dtype=np.float32), "y": np.ones(5)}
        content = written(arrays)
        assert int.from_bytes(content[:8], "little") % 8 == 0
        whole = np.frombuffer(content, dtype=np.uint8)
        for values in read_safetensors(content).arrays.values():
            assert np.shares_memory(values, whole)
            assert values.ctypes.data % values.itemsize == 0
            assert not values.flags.writeable
    large = np.ones((100, 100))
    pieces = write_safetensors({"large": large})
    assert np.shares_memory(np.frombuffer(pieces[1], dtype=np.uint8), large)


def test_bytes_that_are_not_aligned_are_read() -> None:
    content = written({"x": np.arange(4.0)})
    shifted = memoryview(b"?" + content)[1:]
    found = read_safetensors(shifted).arrays["x"]
    assert found.flags.aligned
    np.testing.assert_array_equal(found, np.arange(4.0))


def header(entries: Any, data: bytes = b"") -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(start: int = 0, end: int = 8, dtype: Any = "F64", shape: Any = (1,)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape if isinstance(shape, str) else list(shape), "data_offsets": [start, end]}


EIGHT = b"\0" * 8
HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "", "8 bytes"),
    "half a length": (b"\1\0\0", "", "3 bytes"),
    "a header of 2⁶³ bytes": (b"\xff" * 8 + b"{}", "", "only 2 follow"),
    "a header longer than the body": ((100).to_bytes(8, "little") + b"{}", "", "100 bytes"),
    "no JSON": (header(b"{'a'}"), "", "not JSON"),
    "no UTF-8": (header(b'{"\xff": 1}'), "", "not JSON"),
    "a list": (header([]), "", "a list of 0"),
    "nested too deep": (header(b"[" * 5000 + b"]" * 5000), "", "not JSON"),
    "an entry that is a number": (header({"a": 1}, EIGHT), "/a", "dtype, shape, data_offsets"),
    "an entry without a shape": (header({"a": {"dtype": "F64", "data_offsets": [0, 8]}}, EIGHT), "/a", "shape"),
    "an unknown type": (header({"a": entry(dtype="F8_E4M3")}, EIGHT), "/a/dtype", "F64, F32, F16, I64, BF16"),
    "a type that is a list": (header({"a": entry(dtype=["F64"])}, EIGHT), "/a/dtype", "a list of 1"),
    "a negative length": (header({"a": entry(shape=(-1,))}, EIGHT), "/a/shape", "lengths"),
    "a length that is a fraction": (header({"a": entry(shape=(1.0,))}, EIGHT), "/a/shape", "lengths"),
    "too many axes": (header({"a": entry(shape=(1,) * 100)}, EIGHT), "/a/shape", "at most 16"),
    "a shape larger than memory": (header({"a": entry(shape=(2**62, 2**62))}, EIGHT), "/a/data_offsets", "bytes"),
    "a shape that lies": (header({"a": entry(shape=(2,))}, EIGHT), "/a/data_offsets", "16 bytes by its shape"),
    "an offset beyond the end": (header({"a": entry(8, 16)}, EIGHT), "/a/data_offsets", "≤ 8"),
    "offsets in the wrong order": (header({"a": entry(8, 0)}, EIGHT), "/a/data_offsets", "start ≤ end"),
    "a huge offset": (header({"a": entry(0, 2**63)}, EIGHT), "/a/data_offsets", "[start, end]"),
    "one offset": (header({"a": {**entry(), "data_offsets": [0]}}, EIGHT), "/a/data_offsets", "[start, end]"),
    "overlapping tensors": (header({"a": entry(), "b": entry()}, EIGHT), "/b", "overlap"),
    "half overlapping tensors": (
        header({"a": entry(0, 16, shape=(2,)), "b": entry(8, 16)}, EIGHT * 2),
        "/b",
        "overlap",
    ),
    "a gap": (header({"a": entry(), "b": entry(16, 24)}, EIGHT * 3), "/b", "no tensor"),
    "bytes at the end": (header({"a": entry()}, EIGHT * 2), "", "last 8 bytes"),
    "metadata that is a list": (header({"__metadata__": []}), "/__metadata__", "texts"),
    "metadata that is no text": (header({"__metadata__": {"a": 1}}), "/__metadata__/a", "texts"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_with_the_reason(name: str) -> None:
    content, pointer, words = HOSTILE[name]
    with pytest.raises(NetworkError) as caught:
        read_safetensors(content)
    assert caught.value.problems[0].pointer == pointer
    assert words in caught.value.problems[0].detail
    if name != "an unknown type":  # it is one of the format's
        with pytest.raises((SafetensorError, ValueError)):
            load(content)


def test_every_mistake_is_named_up_to_a_hundred() -> None:
    entries = {"a": entry(dtype="I8"), "b": entry(8, 99), "c": entry(shape=(3,))}
    with pytest.raises(NetworkError) as caught:
        read_safetensors(header(entries, EIGHT * 2))
    assert [problem.pointer for problem in caught.value.problems] == ["/a/dtype", "/b/data_offsets", "/c/data_offsets"]
    with pytest.raises(NetworkError) as caught:
        read_safetensors(header({f"t{number}": 0 for number in range(1000)}))
    assert len(caught.value.problems) == 100
