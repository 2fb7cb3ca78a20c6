import numpy as np
import pytest

from app.nn.materialize import edited_value_count, materialize
from app.nn.network import Network

EDITS = [
    {"layer": "kept", "parameter": "kernel", "index": [1, 0], "value": 0.1},
    {"layer": "twice_2", "parameter": "bias", "index": [2], "value": -1.5},
    {"layer": "dense_5", "parameter": "kernel", "index": [0, 0], "value": 7.0},
    {"layer": "kept", "parameter": "kernel", "index": [1, 0], "value": 1 / 3},
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edits_become_parameters_of_the_same_network(dtype: str) -> None:
    document = {
        "title": "Edited",
        "dtype": dtype,
        "seed": 5,
        "input": {"shape": [2]},
        "layers": [
            {"kind": "Dense", "name": "kept", "units": 3, "parameters": {"bias": [0.1, 0.2, 0.3]}},
            {
                "repeat": 2,
                "layers": [
                    {"kind": "Dense", "name": "twice", "units": 3},
                    {"kind": "Add", "name": "sum", "inputs": ["twice", "kept"]},
                ],
            },
            {"kind": "Dense", "units": 3, "repeat": 2, "activation": {"name": "leaky_relu", "negative_slope": 0.1}},
        ],
    }
    network = Network.from_document(document)
    edited = network.with_edits(EDITS)
    assert edited_value_count(edited) == 6 + 3 + 9
    written = Network.from_document(materialize(edited))
    assert [placed.inputs for placed in written.layers] == [placed.inputs for placed in edited.layers]
    assert [placed.layer for placed in written.layers] == [placed.layer for placed in edited.layers]
    assert list(written.parameters) == list(edited.parameters)
    for layer, parameters in edited.parameters.items():
        for name, values in parameters.items():
            np.testing.assert_array_equal(written.parameters[layer][name], values, strict=True)
    assert written.document["title"] == "Edited"
    assert set(written.given["kept"]) == {"kernel", "bias"}
    assert "twice_1" not in written.given
    assert materialize(network) is document
