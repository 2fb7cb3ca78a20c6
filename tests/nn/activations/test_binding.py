"""Activations with their parameters chosen."""

import copy
import pickle

import numpy as np
import pytest

from app.nn.activations import Activation, BoundActivation, bind
from app.nn.errors import NetworkError
from tests.nn.activations.cases import (
    each,
)


def test_binding() -> None:
    bound = bind("swish")
    assert bound.name == "silu"
    assert bound.to_document() == "silu"
    leaky = bind("leaky_relu")
    assert dict(leaky.parameters) == {"negative_slope": 0.2}
    assert leaky.to_document() == "leaky_relu"
    assert leaky == bind("leaky_relu", negative_slope=0.2)
    assert hash(leaky) == hash(bind("leaky_relu", negative_slope=0.2))
    steep = bind("leaky_relu", negative_slope=0.5)
    assert steep != leaky
    assert steep.to_document() == {"name": "leaky_relu", "negative_slope": 0.5}
    assert steep(np.array([-2.0])).tolist() == [-1.0]
    assert bind("glu").output_shape((4,)) == (2,)
    with pytest.raises(TypeError):
        leaky.parameters["negative_slope"] = 1.0  # type: ignore[index]


def test_binding_an_unknown_name() -> None:
    with pytest.raises(NetworkError) as caught:
        bind("rellu")
    (problem,) = caught.value.problems
    assert problem.pointer == ""
    assert problem.received == 'the text "rellu"'
    assert problem.expected is not None
    assert "relu" in problem.expected


@each
def test_bound_activations_can_be_copied_and_pickled(activation: Activation) -> None:
    bound = BoundActivation(activation)
    assert copy.deepcopy(bound) == bound
    assert pickle.loads(pickle.dumps(bound)) == bound  # noqa: S301 - our own bytes
