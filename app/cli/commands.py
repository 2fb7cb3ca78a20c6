"""The commands: load, call, and say the result as text or as the API's JSON object."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from app.api.answers import check_layer_names, describe_forward
from app.api.encoding import encode, plain
from app.api.problems import Problems
from app.cli import reports
from app.cli.arguments import number
from app.cli.datasets import download_dataset, list_datasets
from app.cli.reading import read_input, read_network, read_pins
from app.cli.text import printable_json
from app.errors import NotFound
from app.nn.activations import ACTIVATIONS, Activation, BoundActivation, find_activation
from app.nn.errors import NetworkError, Problem
from app.nn.explain import explain
from app.nn.forward import forward as compute
from app.nn.inputs import read_node
from app.nn.reading import Array, quote, read_array
from app.nn.summary import summarize


def forward(chosen: Namespace) -> str:
    """Return the value of every node."""
    network = read_network(chosen.network, chosen.parameter_file)
    with Problems() as problems:
        given = problems.read("", read_input, network, chosen.input)
        pins = problems.read("", read_pins, network, chosen.pins)
        problems.read("--layers ", check_layer_names, network, chosen.layers)
    inputs, batched = given
    trace = compute(network, inputs, pins)
    if chosen.json:
        return _json(describe_forward(trace, batched, chosen.layers))
    return reports.describe_trace(trace, batched, chosen.layers)


def explain_node(chosen: Namespace) -> str:
    """Return the arithmetic of one node."""
    network = read_network(chosen.network, chosen.parameter_file)
    with Problems() as problems:
        given = problems.read("", read_input, network, chosen.input)
        pins = problems.read("", read_pins, network, chosen.pins)
        node = problems.read("NODE ", read_node, network, chosen.node)
        problems.read("--example", _check_example, given, chosen.example)
    layer, index = node
    trace = compute(network, given[0], pins)
    explanation = explain(trace, layer, index, chosen.example, chosen.top)
    if chosen.json:
        return _json(plain(explanation.to_dict()))
    return reports.describe_explanation(trace, explanation)


def _check_example(given: tuple[Array, bool] | None, example: int) -> None:
    """Refuse an example that the input, if it could be read, does not hold; raises `NetworkError`."""
    count = 0 if given is None else len(given[0])
    if count and example >= count:
        holds = "1 example" if count == 1 else f"{count} examples"
        raise NetworkError([Problem("", f"the input holds {holds}, counted from 0; there is none at {example}")])


def summary(chosen: Namespace) -> str:
    """Return what a network is made of, and what it costs."""
    found = summarize(read_network(chosen.network, chosen.parameter_file))
    return _json(found.to_dict()) if chosen.json else found.as_text(folded=not chosen.all) + "\n"


def activation(chosen: Namespace) -> str:
    """Return an activation function's values and derivatives."""
    record = find_activation(chosen.name)
    if record is None:
        known = ", ".join(ACTIVATIONS)
        raise NotFound(Problem("NAME", f"no activation is called {quote(chosen.name)}; there are {known}"))
    with Problems() as problems:
        x = problems.read("VALUE ", _read_values, chosen.values)
        bound = problems.read("--parameter ", _bind, record, chosen.parameters)
        problems.read("VALUE ", _check_length, bound, x)
    outputs, derivatives = bound(x), bound.derivative(x)
    if chosen.json:
        return _json({"outputs": outputs, "derivatives": derivatives})
    return reports.describe_activation(bound, x, outputs, derivatives)


def _read_values(texts: list[str]) -> Array:
    """Read numbers; raises `NetworkError` with every text that is none."""
    values = [text if (read := number(text)) is None else read for text in texts]
    array, problems = read_array(values, np.dtype(np.float64))
    if array is None:
        raise NetworkError(problems)
    return array


def _bind(record: Activation, given: list[tuple[str, Any]]) -> BoundActivation:
    """Return the function with its parameters; raises `NetworkError`."""
    names = [name for name, _ in given]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise NetworkError(Problem(name, "is given twice") for name in twice)
    return BoundActivation(record, dict(given))


def _check_length(bound: BoundActivation | None, x: Array | None) -> None:
    """Refuse as many values as the function cannot take, if both could be read; raises `NetworkError`."""
    if bound is None or x is None:
        return
    try:
        bound.output_shape(x.shape)
    except ValueError as error:
        raise NetworkError([Problem("", str(error))]) from None


def _json(answer: Any) -> str:
    return printable_json(encode(answer).decode()) + "\n"


def train(chosen: Namespace) -> str:
    """Train a network and say what was stored."""
    from app.cli import training  # noqa: PLC0415 - other commands need neither jobs nor data sets

    return training.train(chosen)


def evaluate(chosen: Namespace) -> str:
    """Return how well a network does on examples."""
    from app.cli import training  # noqa: PLC0415

    return training.evaluate(chosen)


COMMANDS: Mapping[str, Callable[[Namespace], str]] = {
    "datasets": list_datasets,
    "download": download_dataset,
    "train": train,
    "evaluate": evaluate,
    "forward": forward,
    "explain": explain_node,
    "summary": summary,
    "activation": activation,
}
"""What each command's name stands for; a command returns what is to be printed."""
