"""Parameters in a file beside a document: .npz and safetensors, what fits, what does not, and what is hostile."""

import io
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from app.nn.editing import complete_document, edit_document
from app.nn.errors import LimitError, NetworkError
from app.nn.limits import Limits
from app.nn.network import Network
from app.tensors.parameter_file import WRITERS, apply_parameter_file, named_parameters

DOCUMENT: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [3]},
    "layers": [
        {"name": "deep", "kind": "Dense", "units": 3, "activation": "tanh", "repeat": 3},
        {"name": "norm", "kind": "BatchNormalization"},
        {"name": "last", "kind": "Dense", "units": 2, "parameters": {"bias": [0.1, 0.2]}},
    ],
}
NETWORK = Network.from_document(DOCUMENT)
ARRAYS: dict[str, Any] = {
    name: np.asarray(np.random.default_rng(number).random(values.shape), dtype=np.float32)
    for number, (name, values) in enumerate(named_parameters(NETWORK).items())
}


def npz(arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


FORMS: dict[str, Callable[[dict[str, Any]], bytes]] = {"npz": npz, "safetensors": save}


def applied(content: bytes, form: str, network: Network = NETWORK) -> Network:
    return apply_parameter_file(network, io.BytesIO(content), form)


def mistakes(content: bytes, form: str) -> dict[str, str]:
    with pytest.raises(NetworkError) as caught:
        applied(content, form)
    return {problem.pointer: problem.detail for problem in caught.value.problems}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_in_the_file_is_what_the_network_has(form: str, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(FORMS[form](ARRAYS))
    with path.open("rb") as file:
        network = apply_parameter_file(NETWORK, file, form)
    for name, values in named_parameters(network).items():
        np.testing.assert_array_equal(values, ARRAYS[name])
        assert values.dtype == np.float32
    assert named_parameters(NETWORK)["last/bias"].tolist() == [np.float32(0.1), np.float32(0.2)]
    written = b"".join(WRITERS[form](named_parameters(network)))
    assert named_parameters(applied(written, form)).keys() == ARRAYS.keys()


@pytest.mark.parametrize("form", FORMS)
def test_other_types_are_converted_and_what_the_document_gives_may_be_left_out(form: str) -> None:
    arrays = {name: values.astype(np.float64) for name, values in ARRAYS.items() if name != "last/bias"}
    arrays["norm/beta"] = np.array([1, 2, 3], dtype=np.int64)
    arrays["norm/gamma"] = np.array([1.5, 2, 3], dtype=np.float16)
    found = named_parameters(applied(FORMS[form](arrays), form))
    assert found["last/bias"].tolist() == [np.float32(0.1), np.float32(0.2)]
    assert found["norm/beta"].tolist() == [1.0, 2.0, 3.0]
    assert found["norm/gamma"].tolist() == [1.5, 2.0, 3.0]
    np.testing.assert_array_equal(found["deep_2/kernel"], ARRAYS["deep_2/kernel"])


def test_fortran_order_and_big_endian_are_read() -> None:
    arrays = {**ARRAYS, "deep_1/kernel": np.asfortranarray(ARRAYS["deep_1/kernel"].astype(">f4"))}
    np.testing.assert_array_equal(
        named_parameters(applied(npz(arrays), "npz"))["deep_1/kernel"], ARRAYS["deep_1/kernel"]
    )


@pytest.mark.parametrize("form", FORMS)
def test_all_mistakes_are_listed_at_once(form: str) -> None:
    arrays = {name: values for name, values in ARRAYS.items() if name not in {"deep_3/kernel", "norm/moving_mean"}}
    arrays |= {
        "deep_1/kernel": np.ones((3, 4)),
        "deep_4/bias": np.ones(3),
        "last/gamma": np.ones(2),
        "loose": np.ones(1),
    }
    found = mistakes(FORMS[form](arrays), form)
    assert found.keys() == {
        *("/deep_1/kernel", "/deep_4/bias", "/last/gamma", "/loose", "/deep_3/kernel", "/norm/moving_mean"),
    }
    assert found["/deep_1/kernel"] == '"deep_1": kernel is 3×4; expected 3×3'
    assert "missing" in found["/deep_3/kernel"]
    wrong = {**ARRAYS, "norm/gamma": np.array([1.0, np.nan, 2.0]), "norm/beta": np.array([1.0, 2.0, 1e300])}
    assert mistakes(FORMS[form](wrong), form).keys() == {"/norm/gamma/1", "/norm/beta/2"}


class Harmful:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("it was unpickled",))


def member(content: bytes, name: str = "norm/gamma.npy", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO(npz({key: value for key, value in ARRAYS.items() if key != "norm/gamma"}))
    with zipfile.ZipFile(file, "a", compression) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def header(text: str) -> bytes:
    padded = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded


def test_nothing_is_unpickled() -> None:
    objects = np.array([Harmful()] * 3, dtype=object)
    content = io.BytesIO()
    np.save(content, objects, allow_pickle=True)
    assert "never loaded" in mistakes(member(content.getvalue()), "npz")["/norm/gamma"]
    assert "no array" in mistakes(member(pickle.dumps(Harmful())), "npz")["/norm/gamma"]


F3 = header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }")
HOSTILE = {
    "nothing": b"",
    "no array": member(b"hello"),
    "a header that is no literal": member(header("__import__('os').abort()")),
    "a header that goes on": member(header("{" + " " * 60_000 + "}")),
    "another version": member(b"\x93NUMPY\x09\x00" + F3[8:]),
    "a negative length": member(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }")),
    "a shape beyond memory": member(header("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999,), }")),
    "complex numbers": member(header("{'descr': '<c8', 'fortran_order': False, 'shape': (3,), }") + b"\0" * 24),
    "texts": member(header("{'descr': '<U1', 'fortran_order': False, 'shape': (3,), }") + b"\0" * 12),
    "too few bytes": member(F3 + b"\0" * 11),
    "too many bytes": member(F3 + b"\0" * 13),
    "another ending": member(F3 + b"\0" * 12, "norm/gamma.txt"),
    "another compression": member(F3 + b"\0" * 12, compression=zipfile.ZIP_BZIP2),
    "cut off": npz(ARRAYS)[:-40],
    "damaged": npz(ARRAYS).replace(b"PK\x01\x02", b"PK\x01\x03", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_are_refused(name: str) -> None:
    found = mistakes(HOSTILE[name], "npz")
    assert found
    assert all(text for text in found.values())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice() -> None:
    file = io.BytesIO(npz(ARRAYS))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("norm/gamma.npy", F3 + b"\0" * 12)
    assert "twice" in mistakes(file.getvalue(), "npz")["/norm/gamma"]


def test_an_archive_that_unpacks_to_gigabytes_takes_no_memory() -> None:
    zeros = b"\0" * 2**26
    large = header("{'descr': '<f4', 'fortran_order': False, 'shape': (16777216,), }")
    bombs = {
        "a shape that fits, and far more bytes": member(F3 + zeros),
        "a name that nobody asked for": member(large + zeros, "x/y.npy"),
        "a shape that does not fit": member(large + zeros),
    }
    for name, content in bombs.items():
        assert len(content) < 2**17, name
        tracemalloc.start()
        assert mistakes(content, "npz")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2**22, name


def test_hostile_safetensors_are_refused() -> None:
    whole = save(ARRAYS)
    for content in (b"", whole[:-1], b"\xff" * 8 + whole[8:]):
        assert mistakes(content, "safetensors")


def test_a_document_with_all_its_parameters_means_the_same_network() -> None:
    network = applied(npz(ARRAYS), "npz")
    assert network.beside
    document = complete_document(network, Limits())
    assert document["layers"][0]["parameters"]["bias"] == [float(str(one)) for one in ARRAYS["deep_1/bias"]]
    again = Network.from_document(document)
    for name, values in named_parameters(again).items():
        np.testing.assert_array_equal(values, ARRAYS[name])
    assert complete_document(NETWORK, Limits()) == DOCUMENT
    edit = [{"operation": "remove_layer", "layer": "norm"}]
    edited = Network.from_document(edit_document(network, edit).document)
    np.testing.assert_array_equal(edited.parameters["deep_3"]["kernel"], ARRAYS["deep_3/kernel"])


def test_too_many_numbers_are_not_written_into_a_document() -> None:
    wide = Network.from_document(
        {"input": {"shape": [1001]}, "layers": [{"name": "d", "kind": "Dense", "units": 1000}]}
    )
    network = wide.with_parameters({"d/kernel": np.zeros((1001, 1000))})
    with pytest.raises(LimitError, match="neither stored nor edited"):
        complete_document(network, Limits())
