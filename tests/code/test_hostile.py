"""Nothing that a user called something can get into a program as code, or out of a shell's here-document."""

import ast
import builtins
import json
import re
import subprocess
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.code import TARGETS, Question
from app.code.curl import BASE_URL, write_curl
from app.code.literals import number, numbers
from app.code.names import Identifiers, comment, file_stem, quoted
from app.nn.document import NAME_PATTERN
from app.nn.inputs import read_inputs, read_overrides
from app.nn.network import Network
from tests.code.zoo import CASES

MODULES = {"np", "math", "torch", "nn", "F", "keras", "dtypes"}
EVIL = ['"""', "'''", "\\", "\n", "\r", "\u2028", "\x00", "\x0c", "\x1b", "\u202e", "$(reboot)", "`reboot`", "EOF"]
EVIL += ["\nJSON\n", "JSON", "# coding: utf-7", "{x}", "{0}", "%s", "import os", "<script>", "é", "😀", "';", '")']
texts = st.lists(st.one_of(st.sampled_from(EVIL), st.text(max_size=5)), max_size=8).map("".join)
names = st.lists(
    st.one_of(
        st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: name != "input" and "\n" not in name),
        st.sampled_from(["class", "np", "x", "x_2", "torch", "self", "_", "__init__", "print", "a.b", "a-b", "F"]),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


def called(tree: ast.AST) -> set[str]:
    """Return everything that a program calls, as dotted names; methods of values as `.name`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            parts: list[str] = []
            function: ast.expr = node.func
            while isinstance(function, ast.Attribute):
                parts.insert(0, function.attr)
                function = function.value
            known = isinstance(function, ast.Name) and (function.id in MODULES or not parts)
            found.add(".".join([function.id if known and isinstance(function, ast.Name) else "", *parts]))
    return found


def literals(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def hostile(layers: list[str], title: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a network with the given names, and the same one with harmless names."""

    def document(called: list[str], **more: str) -> dict[str, Any]:
        activations = ["relu", "softplus", {"name": "leaky_relu", "negative_slope": 0.1}]
        return {
            "input": {"shape": [2]},
            "layers": [
                {"name": one, "kind": "Dense", "units": 2, "activation": activations[position % 3]}
                for position, one in enumerate(called)
            ],
            **more,
        }

    return document(layers, title=title, name=name), document([f"layer{number}" for number in range(len(layers))])


def ask(document: dict[str, Any]) -> Question:
    network = Network.from_document(document)
    last = document["layers"][-1]["name"]
    overrides = read_overrides(network, [{"layer": last, "index": [1], "value": -1.5}])
    return Question(network, *read_inputs(network, [0.5, -0.25]), overrides)


@given(layers=names, title=texts, name=texts)
def test_names_and_titles_change_nothing_that_a_program_does(layers: list[str], title: str, name: str) -> None:
    document, harmless = hostile(layers, (title or " ")[:200], (name or " ")[:200])
    for target in TARGETS.values():
        question = ask(document)
        tree = ast.parse(target.write(question).encode())
        plain = ast.parse(target.write(ask(harmless)))
        unnamed = {call for call in called(tree) if not is_of_a_layer(call)}
        assert unnamed == {call for call in called(plain) if not is_of_a_layer(call)}
        assert [type(node) for node in ast.walk(tree)] == [type(node) for node in ast.walk(plain)]
        ours = {question.parameter_file, *layers, *(f"{one}/{p}" for one in layers for p in ("kernel", "bias"))}
        assert literals(tree) - literals(plain) <= ours | set(Identifiers_of(layers))
        assert re.fullmatch(r"[a-z0-9-]{1,40}_(numpy|keras|pytorch)\.py", target.filename(question))


def is_of_a_layer(call: str) -> bool:
    """Tell whether a call is that of a layer of a PyTorch module, whose name is the user's."""
    return call.startswith(".") and call not in {".tolist", ".copy_", ".clone", ".items", ".eval", ".set_weights"}


def Identifiers_of(layers: list[str]) -> list[str]:  # noqa: N802 - what the class makes
    made = Identifiers()
    return [f"{base}{suffix}" for base in map(made.make, layers) for suffix in ("", *(f"_{n}" for n in range(2, 20)))]


@given(names)
def test_identifiers_are_valid_and_unique(layers: list[str]) -> None:
    identifiers = Identifiers(["np", "torch"])
    made = [identifiers.make(name) for name in layers]
    assert len(set(made)) == len(made)
    for one in made:
        assert one.isidentifier()
        assert one.isascii()
        assert not one.startswith("_")
        assert one not in {"np", "torch", *dir(builtins)}
        compile(f"{one} = 1", "", "exec")


@given(texts)
def test_comments_are_one_line_of_printable_text(text: str) -> None:
    line = comment(text)
    assert len(line.splitlines()) == 1
    assert line.startswith("#")
    assert line.isprintable()
    assert not ast.parse(f"\n\n{line}\n").body


@given(texts)
def test_strings_and_file_names(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert re.fullmatch(r"[a-z0-9-]{1,40}", file_stem(text))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.lists(st.floats(), min_size=1, max_size=40))
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_numbers_read_back_as_they_were(dtype: Any, values: list[float]) -> None:
    array: Any = np.array(values, dtype=dtype)
    back = eval(numbers(array), {"__builtins__": {"float": float}})  # noqa: S307 - our own literals
    np.testing.assert_array_equal(np.array(back, dtype=dtype), array)
    assert [number(value) for value in [0.1, -0.0, 3]] == ["0.1", "-0.0", "3"]


def test_the_first_lines_never_hold_a_name() -> None:
    # There, `coding:` in a comment would change how Python reads the file.
    for target in TARGETS.values():
        first, second = target.write(CASES["strange names"].question()).splitlines()[:2]
        assert first.startswith('"""A neural network in ')
        assert second == ""


values = st.recursive(
    st.one_of(texts, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans()),
    lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(texts, children, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_the_shell_hands_curl_the_body_as_it_is(body: dict[str, Any]) -> None:
    command = write_curl("http://[::1]:8000", "/api/v1/forward", body)
    assert command.isascii()
    start, _, rest = command.partition("<<'JSON'\n")
    text, end, after = rest.rpartition("\nJSON\n")
    assert (end, after) == ("\nJSON\n", "")
    assert json.loads(text) == body
    assert "JSON" not in text.splitlines()
    assert "--globoff 'http://[::1]:8000/api/v1/forward'" in start


@pytest.mark.parametrize("title", EVIL)
def test_a_real_shell_passes_the_text_on(title: str) -> None:
    command = write_curl("http://localhost", "/forward", {"title": title, "again": [title] * 30})
    shell = "curl() { cat; }\n" + command
    run = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == {"title": title, "again": [title] * 30}
    assert run.stderr == ""


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://vitrine.example/prefix/", True),
        ("http://[::1]:80", True),
        ("http://host'; reboot; '", False),
        ("http://$(reboot)", False),
        ("http://host\n", False),
        ("http://host:80:90", False),
        ("ftp://host", False),
        ("http://user@host", False),
        ("http://", False),
        ("--config=/etc/passwd", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    assert bool(BASE_URL.fullmatch(url)) is good
