"""What a program printed, read back, and held against Vitrine's own values.

Imports nothing that only tests have, so that tests/golden/make_code.py can use it too.
"""

import json
from typing import Any

import numpy as np

from app.code import Question
from app.nn.forward import forward

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def read_printed(text: str) -> dict[str, Any]:
    """Return the layers that a program printed, one a line, by name in their order."""
    layers = {}
    for line in text.splitlines():
        name, _, values = line.partition(" ")
        assert name not in layers, line
        layers[name] = np.array(json.loads(values.replace("nan", "NaN").replace("inf", "Infinity")))
    return layers


def expected_values(question: Question) -> dict[str, Any]:
    """Return every layer as the API sends it: with a batch dimension exactly when the inputs have one."""
    trace = forward(question.network, question.inputs, question.overrides)
    return {name: held.output if question.batched else held.output[0] for name, held in trace.layers.items()}


def assert_same(question: Question, printed: dict[str, Any]) -> None:
    """Check that a program of another library printed Vitrine's values.

    The tolerance is relative to the largest value of a layer, because a sum is only as exact as its largest term.
    Where a layer overflows, whether a value is infinite or NaN depends on the order in which a library adds up.
    """
    expected = expected_values(question)
    assert list(printed) == list(expected)
    tolerance = TOLERANCE[question.network.dtype.name]
    overflowed = False
    for name, values in expected.items():
        finite = np.isfinite(values)
        overflowed = overflowed or not finite.all()
        assert printed[name].shape == values.shape, name
        if overflowed:
            assert (np.isfinite(printed[name]) == finite).all(), name
        scale = np.abs(values, where=finite, out=np.zeros(values.shape)).max(initial=0.0)
        np.testing.assert_allclose(printed[name][finite], values[finite], rtol=0, atol=tolerance * scale, err_msg=name)
