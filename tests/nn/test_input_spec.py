"""The `input` of a document: shape, names, the example shown first, preprocessing and classes."""

from typing import Any

import numpy as np
import pytest

from app.nn.errors import LimitError
from app.nn.network import Network
from tests.nn.networks import document_problems


def network_with(**spec: Any) -> dict[str, Any]:
    """Describe a network that copies an input with this `input` part."""
    integers = spec.get("dtype") == "int"
    embedding = {"kind": "Embedding", "input_dim": 4, "output_dim": 2}
    return {"input": spec, "layers": [embedding if integers else {"kind": "Flatten"}]}


def test_everything_is_kept() -> None:
    preprocessing = {"scale": 255, "resize": [2, 1], "mean": [0.1, 0.2], "std": 0.5, "fit": "pad", "invert": "auto"}
    spec = Network.from_document(
        network_with(shape=[2], names=["a", "b"], default=[1, 2.5], preprocessing=preprocessing, classes=["no", "yes"])
    ).input
    assert spec.shape == (2,)
    assert spec.names == ("a", "b")
    assert spec.classes == ("no", "yes")
    assert spec.preprocessing == preprocessing
    assert spec.default is not None
    assert spec.default.dtype == np.float64
    np.testing.assert_array_equal(spec.default, [1.0, 2.5])


def test_defaults_have_the_inputs_dtype() -> None:
    integers = Network.from_document(network_with(shape=[2], dtype="int", default=[0, 3])).input.default
    single = Network.from_document({**network_with(shape=[1], default=0.1), "dtype": "float32"}).input.default
    assert integers is not None
    assert integers.dtype == np.int64
    assert single is not None
    assert single.dtype == np.float32
    assert single.shape == (1,)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "", "input needs shape"),
    ({"shape": []}, "/shape", "expected a list of 1 to 8 positive integers, without the batch"),
    ({"shape": 2}, "/shape", "the input's shape is 2"),
    ({"shape": None}, "/shape", "null"),
    ({"shape": [0]}, "/shape", "expected a list"),
    ({"shape": [-1]}, "/shape", "expected a list"),
    ({"shape": [None, 2]}, "/shape", "expected a list"),
    ({"shape": [2.0]}, "/shape", "expected a list"),
    ({"shape": [True]}, "/shape", "expected a list"),
    ({"shape": ["2"]}, "/shape", "expected a list"),
    ({"shape": [1] * 9}, "/shape", "expected a list"),
    ({"shape": [10**400]}, "/shape", "expected a list"),
    ({"shape": [2], "size": 1}, "/size", 'input has no field "size"'),
    ({"shape": [2], "dtype": "float64"}, "/dtype", '"float" or "int"'),
    ({"shape": [2], "dtype": []}, "/dtype", '"float" or "int"'),
    ({"shape": [2], "names": ["a"]}, "/names", "there are 1 names, but the input has 2 values"),
    ({"shape": [2], "names": ["a", 5]}, "/names", "a list of texts"),
    ({"shape": [2], "names": ["a", ""]}, "/names", "a list of texts"),
    ({"shape": [2], "names": "ab"}, "/names", "a list of texts"),
    ({"shape": [2], "names": []}, "/names", "a list of texts"),
    ({"shape": [2], "classes": [1, 2]}, "/classes", "a list of texts"),
    ({"shape": [2], "classes": ["a", "b", "c"]}, "/classes", "there are 3 classes, but the output has 2 nodes"),
    ({"shape": [2], "default": [1]}, "/default", "the default input: expected 2 numbers, received 1"),
    ({"shape": [2], "default": [[1, 2]]}, "/default", "expected 2 numbers, received 1×2"),
    ({"shape": [2], "default": 1}, "/default", "expected 2 numbers, received a number"),
    ({"shape": [2], "default": None}, "/default", "received null"),
    ({"shape": [2], "default": []}, "/default", "an empty list holds no numbers"),
    ({"shape": [2], "default": [1, "1.5"]}, "/default/1", 'received the text "1.5"'),
    ({"shape": [2], "default": [1, True]}, "/default/1", "received true"),
    ({"shape": [2], "default": [1, float("nan")]}, "/default/1", "received NaN"),
    ({"shape": [2, 2], "default": [[1, 2], [3]]}, "/default/1", "different lengths"),
    ({"shape": [2], "dtype": "int", "default": [1, 1.5]}, "/default/1", "expected whole numbers"),
    ({"shape": [2], "dtype": "int", "default": [1, 2.0]}, "/default/1", "expected whole numbers"),
    ({"shape": [2], "dtype": "int", "default": [1, 4]}, "/default", "integers from 0 to 3"),
    ({"shape": [2], "dtype": "int", "default": [1, -1]}, "/default", "integers from 0 to 3"),
    ({"shape": [2], "dtype": "int", "default": [1, 10**30]}, "/default", "too large"),
    ({"shape": [2], "preprocessing": []}, "/preprocessing", "expected an object"),
    ({"shape": [2], "preprocessing": {"crop": 1}}, "/preprocessing/crop", "no field"),
    ({"shape": [2], "preprocessing": {"fit": "cover"}}, "/preprocessing/fit", '"pad"'),
    ({"shape": [2], "preprocessing": {"fit": []}}, "/preprocessing/fit", '"pad"'),
    ({"shape": [2], "preprocessing": {"invert": 1}}, "/preprocessing/invert", '"auto"'),
    ({"shape": [2], "preprocessing": {"scale": 0}}, "/preprocessing/scale", "a positive number"),
    ({"shape": [2], "preprocessing": {"scale": [255]}}, "/preprocessing/scale", "a positive number"),
    ({"shape": [2], "preprocessing": {"scale": True}}, "/preprocessing/scale", "a positive number"),
    ({"shape": [2], "preprocessing": {"resize": [8]}}, "/preprocessing/resize", "[height, width]"),
    ({"shape": [2], "preprocessing": {"resize": [8, 0]}}, "/preprocessing/resize", "[height, width]"),
    ({"shape": [2], "preprocessing": {"resize": [8, 65_537]}}, "/preprocessing/resize", "each from 1 to 65,536"),
    ({"shape": [2], "preprocessing": {"mean": []}}, "/preprocessing/mean", "a number, or a list"),
    ({"shape": [2], "preprocessing": {"mean": ["0"]}}, "/preprocessing/mean", "a number, or a list"),
    ({"shape": [2], "preprocessing": {"std": [1, 0]}}, "/preprocessing/std", "a positive number"),
]


@pytest.mark.parametrize(("spec", "place", "words"), WRONG, ids=[f"{one[1]} {one[0]}"[:60] for one in WRONG])
def test_each_mistake_has_its_place_and_its_words(spec: dict[str, Any], place: str, words: str) -> None:
    problems = document_problems(network_with(**spec))
    assert list(problems) == [f"/input{place}"]
    assert words in problems[f"/input{place}"]


@pytest.mark.parametrize("value", [None, [], "input", 5])
def test_the_input_is_an_object(value: object) -> None:
    problems = document_problems({"input": value, "layers": [{"kind": "Flatten"}]})
    assert "expected an object" in problems["/input"]


def test_a_document_needs_an_input_and_layers() -> None:
    assert {"/input", "/layers"} <= set(document_problems({})) | {""}


def test_an_enormous_example_is_refused() -> None:
    with pytest.raises(LimitError) as caught:
        Network.from_document(network_with(shape=[2**31 - 1] * 8))
    assert caught.value.problems[0].pointer == "/input/shape"
