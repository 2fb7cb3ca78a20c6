"""The commands, run in this process: their numbers, their JSON, and what they say of mistakes."""

import io
import json
import math
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from app.cli import main
from app.main import create_app
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect
from tests.huge_examples import HUGE, IMAGES

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = sorted({path.stem for path in EXAMPLES.glob("*.json")} - HUGE - IMAGES)

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that must succeed, and return what it prints."""

    def run_command(*arguments: str) -> str:
        assert main(arguments) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run_command


@pytest.fixture
def fail(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Run a command that must fail with an exit code, and return the lines of what it says."""

    def run_command(code: int, *arguments: str) -> list[str]:
        try:
            result: object = main(arguments)
        except SystemExit as error:
            result = error.code
        assert result == code
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "Traceback" not in printed.err
        return printed.err.splitlines()

    return run_command


def write(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def ask(path: str, body: dict[str, Any]) -> Any:
    """Return what the API answers."""

    async def post() -> Any:
        async with connect(create_app(Settings())) as http:
            return await Client(http).post(f"/api/v1/{path}", body)

    return anyio.run(post)


def default_input(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))["input"]["default"]


def node_name(layer: str, index: Sequence[int]) -> str:
    return f"{layer}[{','.join(map(str, index))}]"


# Values


def test_forward_prints_the_values_of_the_walkthrough(run: Run) -> None:
    lines = [line.split() for line in run("forward", "walkthrough", "--input", "0.5,0.7").splitlines()]
    assert lines[0] == ["walkthrough,", "float64"]
    values = {line[0]: float(line[-1]) for line in lines if line and line[0].startswith(("hidden[", "output["))}
    near = partial(pytest.approx, abs=1e-12, rel=0)
    assert values == near({"hidden[0]": 0.41, "hidden[1]": 0.75, "hidden[2]": 1.09, "output[0]": 1.211})


def test_without_an_input_it_is_the_documents_own(run: Run) -> None:
    given = json.dumps(default_input("propagation"))
    assert run("forward", "propagation") == run("forward", "propagation", "--input", given)


@pytest.mark.parametrize("name", NAMES)
def test_forward_prints_every_node_of_an_example(name: str, run: Run) -> None:
    answer = json.loads(run("forward", name, "--json"))
    text = run("forward", name)
    printed = {line.split()[0]: line.split() for line in text.splitlines() if "[" in line}
    assert len(printed) == sum(math.prod(layer["shape"]) for layer in answer["layers"])
    for layer in answer["layers"]:
        values = np.array(layer["output"], dtype=object)
        for index in np.ndindex(values.shape):
            assert str(values[index]) in printed[node_name(layer["name"], index)]


def test_input_may_be_negative_json_or_a_file(run: Run, tmp_path: Path) -> None:
    given = write(tmp_path / "input.json", [-1, 0.5])
    answers = {run("forward", "walkthrough", "--json", "--input", text) for text in ("-1,.5", "[-1, 0.5]", f"@{given}")}
    assert len(answers) == 1
    assert json.loads(answers.pop())["layers"][0]["output"] == [-1.0, 0.5]


def test_a_batch_is_printed_example_by_example(run: Run) -> None:
    text = run("forward", "walkthrough", "--input", "[[0.5, 0.7], [1, 2]]", "--layers", "output,input")
    assert text.count("output[0]") == text.count("input[1]") == 2
    assert "example 1 of 2" in text
    assert "hidden[0]" not in text
    one = run("forward", "walkthrough", "--input", "1,2", "--layers", "output")
    assert one.splitlines()[-1] == text.splitlines()[-1]


def test_pins_hold_nodes(run: Run) -> None:
    pins = ("--pin", "hidden[0]=-5", "--pin", "hidden[ 2 ]=1e-3")
    text = run("forward", "walkthrough", *pins, "--layers", "hidden")
    assert [line.split()[-2:] for line in text.splitlines() if "pinned" in line] == [
        ["-5.0", "pinned"],
        ["0.001", "pinned"],
    ]
    overrides = [{"layer": "hidden", "index": [0], "value": -5}, {"layer": "hidden", "index": [2], "value": 1e-3}]
    body = {"network": "walkthrough", "inputs": [0.5, 0.7], "overrides": overrides}
    assert json.loads(run("forward", "walkthrough", *pins, "--json")) == ask("forward", body)


def test_a_document_comes_from_a_file_or_from_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a network.json", WALKTHROUGH)
    expected = run("forward", "walkthrough")
    assert run("forward", path) == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + Path(path).read_bytes())))
    assert run("forward", "-") == expected


def test_values_that_are_not_finite_are_counted_and_named(run: Run) -> None:
    text = run("forward", "diverging")
    assert "4 of 4 values are not finite" in text
    assert {"NaN", "Infinity", "-Infinity"} <= set(text.split())


def test_nodes_of_more_axes(run: Run, tmp_path: Path) -> None:
    reshape = {"name": "map", "kind": "Reshape", "target_shape": [2, 2]}
    path = write(tmp_path / "map.json", {"input": {"shape": [4], "default": [1, 2, 3, 4]}, "layers": [reshape]})
    assert "map[1,0]    3.0" in run("forward", path)
    assert run("explain", path, "map[1,0]").startswith("map[1,0] of network is 3.0\nmap: Reshape, 2×2\n")


def test_numbers_of_a_float32_network_are_printed_in_full(run: Run, tmp_path: Path) -> None:
    document = {"dtype": "float32", "input": {"shape": [1], "default": [0.1]}, "layers": [{"kind": "Flatten"}]}
    assert "flatten_1[0]  0.10000000149011612" in run("forward", write(tmp_path / "single.json", document))


def test_pre_activations_that_become_fewer_values_are_printed_too(run: Run, tmp_path: Path) -> None:
    layers = [{"name": "gated", "kind": "Dense", "units": 4, "activation": "glu"}]
    path = write(tmp_path / "gated.json", {"input": {"shape": [1], "default": [1]}, "layers": layers})
    (layer,) = json.loads(run("forward", path, "--layers", "gated", "--json"))["layers"]
    rows = [line.split() for line in run("forward", path).splitlines()]
    assert len(layer["output"]) == 2
    for name in ("output", "pre_activation"):
        for position, value in enumerate(layer[name]):
            assert [f"gated[{position}]", str(value)] in rows


# Explanations


def test_explain_writes_the_sum_as_a_textbook_does(run: Run) -> None:
    text = run("explain", "walkthrough", "hidden[0]", "--input", "0.5,0.7")
    answer = json.loads(run("explain", "walkthrough", "hidden[0]", "--input", "0.5,0.7", "--json"))
    rows = [line.split() for line in text.splitlines()]
    assert ["input[1]", "0.7", "×", "0.3", "=", "0.21", "x2"] in rows
    assert ["input[0]", "0.5", "×", "0.2", "=", "0.1", "x1"] in rows
    assert ["bias", "+", "0.1"] in rows
    assert ["pre-activation", "=", str(answer["pre_activation"])] in rows
    assert ["relu", "→", str(answer["value"])] in rows
    assert rows[-1][-2:] == ["it", "agrees."]


@pytest.mark.parametrize("name", NAMES)
def test_explain_agrees_for_every_layer_of_an_example(name: str, run: Run) -> None:
    for layer in json.loads(run("forward", name, "--json"))["layers"][1:]:
        index = [0] * len(layer["shape"])
        text = run("explain", name, node_name(layer["name"], index))
        finite = isinstance(np.array(layer["output"], dtype=object)[tuple(index)], float)
        assert text.rstrip().endswith("it agrees." if finite else "not finite, so there is nothing to compare.")


def test_top_sums_up_the_other_terms(run: Run) -> None:
    text = run("explain", "digits", "hidden[0]", "--top", "3")
    answer = json.loads(run("explain", "digits", "hidden[0]", "--top", "3", "--json"))
    assert "61 others" in text
    assert ["61", "others", "+", str(answer["others"]["sum"])] in [line.split() for line in text.splitlines()]
    assert text.count(f"{answer['terms'][0]['source']['layer']}[") == 3


def test_softmax_shows_what_it_shares_out(run: Run) -> None:
    text = run("explain", "digits", "output[3]")
    answer = json.loads(run("explain", "digits", "output[3]", "--json"))
    assert ["sum", str(answer["denominator"])] in [line.split() for line in text.splitlines()]
    assert text.count("output[") == 11


def test_factors_statistics_and_inputs_are_explained(run: Run, tmp_path: Path) -> None:
    document = {
        "input": {"shape": [2], "default": [3, 5]},
        "layers": [
            {"name": "scaled", "kind": "LayerNormalization"},
            {"name": "gate", "kind": "Multiply", "inputs": ["input", "scaled"]},
        ],
    }
    path = write(tmp_path / "gate.json", document)
    rows = [line.split() for line in run("explain", path, "gate[1]").splitlines()]
    assert ["input[1]", "5.0"] in rows
    assert [row for row in rows if row[:1] == ["product"]]
    assert "mean" in run("explain", path, "scaled[0]")
    assert "nothing is computed" in run("explain", path, "input[0]")


def test_a_pinned_node_shows_what_it_would_be(run: Run) -> None:
    rows = [line.split() for line in run("explain", "walkthrough", "hidden[1]", "--pin", "hidden[1]=7").splitlines()]
    assert ["relu", "→", "0.75"] in rows
    assert ["pinned", "to", "→", "7.0"] in rows
    text = run("explain", "walkthrough", "input[0]", "--pin", "input[0]=7")
    assert "pinned" in text
    assert "0.5" in text


def test_explain_takes_one_example_of_a_batch(run: Run) -> None:
    batch = ("--input", "[[0.5, 0.7], [1, 2]]", "--example", "1")
    assert run("explain", "walkthrough", "output[0]", *batch) == run(
        "explain", "walkthrough", "output[0]", "--input", "1,2"
    )


# Summaries and activations


def test_summary_counts(run: Run) -> None:
    assert "Total params: 13 " in run("summary", "walkthrough")
    assert json.loads(run("summary", "walkthrough", "--json"))["total_parameters"] == 13


def test_activation_prints_values_and_derivatives(run: Run) -> None:
    text = run("activation", "leaky_relu", "-1", "0.5", "-1e3", "--parameter", "negative_slope=0.1")
    assert text.startswith("leaky_relu(negative_slope=0.1): ")
    assert [line.split() for line in text.splitlines()[2:]] == [
        ["-1.0", "-0.1", "0.1"],
        ["0.5", "0.5", "1.0"],
        ["-1000.0", "-100.0", "0.1"],
    ]


def test_activation_takes_switches_aliases_and_whole_axes(run: Run) -> None:
    assert run("activation", "gelu", "1", "--parameter", "approximate=true") != run("activation", "gelu", "1")
    assert run("activation", "swish", "1").startswith("silu: ")
    assert json.loads(run("activation", "softmax", "1", "1", "--json"))["outputs"] == [0.5, 0.5]
    assert json.loads(run("activation", "glu", "1", "0", "--json")) == {"outputs": [0.5], "derivatives": None}
    assert run("activation", "glu", "1", "0").splitlines()[-1].split() == ["0.0"]


# The same object as the API's


@pytest.mark.parametrize("name", NAMES)
def test_json_is_what_the_api_answers(name: str, run: Run) -> None:
    body: dict[str, Any] = {"network": name, "inputs": default_input(name)}
    forward = json.loads(run("forward", name, "--json"))
    assert forward == ask("forward", body)
    assert json.loads(run("summary", name, "--json")) == ask("summary", {"network": name})
    for layer in forward["layers"]:
        node = {"layer": layer["name"], "index": [length - 1 for length in layer["shape"]]}
        answer = json.loads(run("explain", name, node_name(layer["name"], node["index"]), "--json"))
        assert answer == ask("explain", {**body, "node": node})


def test_json_of_some_layers_and_of_a_batch_is_what_the_api_answers(run: Run) -> None:
    inputs = [[0.5, 0.7], [-1, 2]]
    body: dict[str, Any] = {"network": "walkthrough", "inputs": inputs, "layers": ["hidden"]}
    given = ("--input", json.dumps(inputs))
    assert json.loads(run("forward", "walkthrough", *given, "--layers", "hidden", "--json")) == ask("forward", body)
    node = {"layer": "hidden", "index": [2]}
    body = {"network": "walkthrough", "inputs": inputs, "node": node, "example": 1, "top": 1}
    options = ("--example", "1", "--top", "1", "--json")
    assert json.loads(run("explain", "walkthrough", "hidden[2]", *given, *options)) == ask("explain", body)


@pytest.mark.parametrize(("name", "parameters"), [("relu", {}), ("leaky_relu", {"negative_slope": 0.3}), ("glu", {})])
def test_json_of_an_activation_is_what_the_api_answers(name: str, parameters: dict[str, float], run: Run) -> None:
    options = [part for key, value in parameters.items() for part in ("--parameter", f"{key}={value}")]
    body = {"inputs": [-1.5, 0, 2, 1e-300], "parameters": parameters}
    answer = json.loads(run("activation", name, "-1.5", "0", "2", "1e-300", *options, "--json"))
    assert answer == ask(f"activations/{name}/evaluate", body)


# Mistakes


def test_every_mistake_in_a_document_is_listed_with_its_place(fail: Callable[..., list[str]], tmp_path: Path) -> None:
    layers = [{"kind": "Dense", "units": 0}, {"kind": "Nope"}]
    path = write(tmp_path / "wrong.json", {"input": {"shape": [2]}, "layers": layers, "extra": 1})
    lines = fail(1, "summary", path)
    assert len(lines) == 3
    for place in ("/extra", "/layers/0/units", "/layers/1/kind"):
        assert [line for line in lines if line.startswith(f"vitrine: {path} {place}: ")], place


def test_every_mistake_on_the_command_line_is_listed_with_its_place(fail: Callable[..., list[str]]) -> None:
    pins = ("--pin", "hidden[9]=1", "--pin", "nope[0]=1")
    lines = fail(1, "forward", "walkthrough", "--input", "1,x,nan", *pins, "--layers", "hidden,there")
    places = ["--input /1", "--input /2", "--pin hidden[9]=1", "--pin nope[0]=1", "--layers /1"]
    assert [line.split(": ")[1] for line in lines] == places
    lines = fail(1, "explain", "walkthrough", "hidden[0,1]", "--input", "[1]", "--example", "7")
    assert [line.split(": ")[1] for line in lines] == ["--input", "NODE /index"]
    assert "none at 7" in fail(1, "explain", "walkthrough", "hidden[0]", "--example", "7")[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["summary", "nowhere"], "no example has this name"),
        (["summary", "../examples/walkthrough"], "no example has this name"),
        (["summary", str(EXAMPLES)], "cannot be read"),
        (["forward", "walkthrough", "--input", "@nowhere.json"], "cannot be read"),
        (["forward", "walkthrough", "--input", "[1,"], "not JSON"),
        (["forward", "walkthrough", "--input", "[1, NaN]"], "not JSON"),
        (["forward", "walkthrough", "--input", '{"a": 1}'], "--input: "),
        (["forward", "walkthrough", "--input", ""], "--input /0: "),
        (["forward", "walkthrough", "--input", "1e999,1"], "--input /0: "),
        (["forward", "walkthrough", "--pin", "hidden[0]=1e999"], "--pin hidden[0]=1e999: "),
        (["forward", "walkthrough", "--pin", "hidden[0]=1", "--pin", "hidden[0]=2"], "pinned twice"),
        (["forward", "walkthrough", "--input", f"{10**400},1"], "--input"),
        (["explain", "walkthrough", "hidden[-1]"], "outside"),
        (["explain", "walkthrough", "nope[0]"], "no layer is called"),
        (["activation", "nope", "1"], "no activation is called"),
        (["activation", "relu", "1", "x"], "VALUE /1: "),
        (["activation", "glu", "1", "2", "3"], "VALUE: glu splits"),
        (["activation", "relu", "1", "--parameter", "a=1"], "--parameter /a: "),
        (["activation", "elu", "1", "--parameter", "alpha=x"], "--parameter /alpha: "),
        (["activation", "elu", "1", "--parameter", "alpha=1", "--parameter", "alpha=2"], "given twice"),
    ],
)
def test_a_mistake_in_the_input_is_one_line(arguments: list[str], words: str, fail: Callable[..., list[str]]) -> None:
    (line,) = fail(1, *arguments)
    assert line.startswith("vitrine: ")
    assert words in line


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"\x00", b'"walkthrough"', b"NaN"])
def test_a_file_that_is_no_document_is_refused(content: bytes, tmp_path: Path, fail: Callable[..., list[str]]) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert all(line.startswith(f"vitrine: {path}") for line in fail(1, "forward", str(path)))


def test_an_input_is_needed_where_the_document_has_none(tmp_path: Path, fail: Callable[..., list[str]]) -> None:
    path = write(tmp_path / "bare.json", {"input": {"shape": [1]}, "layers": [{"kind": "Flatten"}]})
    assert "no default input" in fail(1, "forward", path)[0]


def test_limits_are_those_of_the_settings(fail: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_PARAMETERS", "12")
    assert "at most 12" in fail(1, "forward", "walkthrough")[0]
    monkeypatch.setenv("VITRINE_PARAMETERS", "many")
    assert "VITRINE_PARAMETERS" in fail(1, "forward", "walkthrough")[0]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["forward"],
        ["forward", "walkthrough", "--nope"],
        ["forward", "walkthrough", "--pin", "hidden[0]=x"],
        ["forward", "walkthrough", "--pin", "hidden[0]"],
        ["explain", "walkthrough"],
        ["explain", "walkthrough", "hidden"],
        ["explain", "walkthrough", "hidden[x]"],
        ["explain", "walkthrough", "hidden[]"],
        ["explain", "walkthrough", f"hidden[{'9' * 5000}]"],
        ["explain", "walkthrough", "hidden[0]", "--top", "-1"],
        ["activation", "relu"],
        ["activation", "relu", "1", "--parameter", "alpha"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "x"],
        ["serve", "--nope"],
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], fail: Callable[..., list[str]]) -> None:
    lines = fail(2, *arguments)
    assert lines[0].startswith("usage: ")
    assert "error: " in lines[-1]


def test_what_is_read_cannot_speak_to_the_terminal(run: Run, fail: Callable[..., list[str]], tmp_path: Path) -> None:
    escape = "\x1b[31m\u202e\x9b"
    document = {
        "name": f"red{escape}",
        "input": {"shape": [1], "names": [f"x{escape}\n"], "default": [1]},
        "layers": [{"kind": "Flatten"}],
    }
    path = write(tmp_path / "red.json", document)
    for arguments in (["forward", path], ["explain", path, "flatten_1[0]"], ["summary", path, "--json"]):
        assert run(*arguments).replace("\n", "").isprintable()
    text = run("forward", path, "--json")
    assert text.rstrip("\n").isprintable()
    assert json.loads(text)["network"] == document["name"]
    for code, arguments in ((1, ["summary", escape]), (2, ["explain", "walkthrough", escape]), (2, [escape])):
        assert all(line.isprintable() for line in fail(code, *arguments))


def test_a_pixel_of_a_convolution_is_explained_with_its_window(run: Run) -> None:
    text = run("explain", "digits-conv", "conv2[0,3,1]")
    assert "Window: 3×3 of pool1, at -1 to 1, 2 to 4" in text
    assert "channel 7" in text
    assert "Check:" in text
    pooled = run("explain", "digits-conv", "pool1[1,2,0]")
    assert "Window: 2×2 of conv1, at 2 to 3, 4 to 5" in pooled
    # The parameters beside the document were read: it says what the script measured.
    output = json.loads(run("forward", "digits-conv", "--layers", "output", "--json"))["output"]
    assert output.index(max(output)) == 5
    assert max(output) > 0.9


def test_parameters_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "net.json"
    layers = [{"name": "d", "kind": "Dense", "units": 2, "repeat": 2}]
    document.write_text(json.dumps({"input": {"shape": [2], "default": [1, 2]}, "layers": layers}))
    arrays = {
        f"d_{number}/{name}": np.ones(2 if name == "bias" else (2, 2))
        for number in (1, 2)
        for name in ("kernel", "bias")
    }
    weights = tmp_path / "weights.npz"
    np.savez(weights, **arrays)  # type: ignore[arg-type]
    assert main(["forward", str(document), "--parameters", str(weights), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output"] == [9.0, 9.0]
    assert main(["explain", str(document), "d_2[1]", "--parameters", str(weights)]) == 0
    assert "agrees" in capsys.readouterr().out
    assert main(["summary", str(document), "--parameters", str(weights)]) == 0
    capsys.readouterr()
    np.savez(weights, **{**arrays, "d_1/kernel": np.ones((3, 2)), "e/f": np.ones(1)})  # type: ignore[arg-type]
    assert main(["forward", str(document), "--parameters", str(weights)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors == [
        f'vitrine: {weights} /d_1/kernel: "d_1": kernel is 3×2; expected 2×2',
        f'vitrine: {weights} /e/f: no layer is called "e"',
    ]
    for other in (tmp_path / "nothing.npz", document):
        assert main(["forward", str(document), "--parameters", str(other)]) == 1
        assert str(other) in capsys.readouterr().err
