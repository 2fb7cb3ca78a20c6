"""Examples of the calls about the signal through the depth."""

from collections.abc import Mapping
from typing import Any

from app.api.examples.example import Example

HEALTHY = (
    "Nothing vanishes, explodes or saturates: through the whole depth, the size of values and gradients changes by "
    "less than a factor of 1,000."
)

SIGNAL: dict[str, Any] = {
    "network": "walkthrough",
    "dtype": "float64",
    "examples": 2,
    "target": {"layer": "output", "index": [0]},
    "percentiles": [0, 1, 5, 25, 50, 75, 95, 99, 100],
    "layers": {
        "name": ["input", "hidden", "output"],
        "kind": ["Input", "Dense", "Dense"],
        "activation": [None, "relu", "linear"],
        "nodes": [2, 3, 1],
    },
    "values": {
        "percentiles": [
            [-1.0, 2.7755575615628914e-17, 0.53],
            [-0.955, 0.005000000000000028, 0.53681],
            [-0.7749999999999999, 0.02500000000000003, 0.5640499999999999],
            [0.125, 0.12500000000000003, 0.70025],
            [0.6, 0.30500000000000005, 0.8704999999999999],
            [0.7749999999999999, 0.665, 1.0407499999999998],
            [0.9549999999999998, 1.005, 1.1769499999999997],
            [0.9909999999999999, 1.073, 1.2041899999999999],
            [1.0, 1.0899999999999999, 1.2109999999999999],
        ],
        "mean": [0.30000000000000004, 0.42500000000000004, 0.8704999999999999],
        "size": [0.8276472678623424, 0.5728146878936212, 0.9347248258177375],
        "zeros": [0.0, 0.0, 0.0],
        "non_finite": [0.0, 0.0, 0.0],
        "saturated": [None, None, None],
        "dead": [None, 0.0, None],
        "spread": [0.6264982043070834, 0.33944808144987354, 0.3404999999999999],
    },
    "pre_activations": None,
    "gradients": {
        "percentiles": [
            [0.44, 0.1, 1.0],
            [0.44, 0.1, 1.0],
            [0.44, 0.1, 1.0],
            [0.44, 0.15000000000000002, 1.0],
            [0.485, 0.3, 1.0],
            [0.53, 0.45, 1.0],
            [0.53, 0.5, 1.0],
            [0.53, 0.5, 1.0],
            [0.53, 0.5, 1.0],
        ],
        "mean": [0.485, 0.3, 1.0],
        "size": [0.4870831551183022, 0.3415650255319866, 1.0],
        "zeros": [0.0, 0.0, 0.0],
        "non_finite": [0.0, 0.0, 0.0],
        "norm": [0.688839603971781, 0.5916079783099616, 1.0],
    },
    "findings": [
        {
            "kind": "healthy",
            "of": "values",
            "severity": "good",
            "layer": "input",
            "last": "output",
            "count": 3,
            "text": HEALTHY,
            "factor": None,
        }
    ],
}
"""What `/signal` answers about two examples of the walkthrough."""

COMPARISON: dict[str, Any] = {
    "variants": [
        {
            "label": "tanh + glorot_uniform",
            "activation": "tanh",
            "initializer": "glorot_uniform",
            "seed": 0,
            "changed_activations": 1,
            "changed_initializers": 2,
            "signal": {
                "network": "walkthrough",
                "dtype": "float64",
                "examples": 2,
                "target": {"layer": "output", "index": [0]},
                "percentiles": [0, 1, 5, 25, 50, 75, 95, 99, 100],
                "layers": {
                    "name": ["input", "hidden", "output"],
                    "kind": ["Input", "Dense", "Dense"],
                    "activation": [None, "tanh", "linear"],
                    "nodes": [2, 3, 1],
                },
                "values": {
                    "percentiles": [
                        [-1.0, -0.7698843230537147, 0.37562117026059605],
                        [-0.955, -0.7666172929973276, 0.3785846318097052],
                        [-0.7749999999999999, -0.7535491727717794, 0.39043847800614184],
                        [0.125, -0.683511287692933, 0.4497077089883251],
                        [0.6, -0.5638374818727026, 0.5237942477160542],
                        [0.7749999999999999, -0.3665121923629068, 0.5978807864437834],
                        [0.9549999999999998, 0.054691376994407445, 0.6571500174259666],
                        [0.9909999999999999, 0.15450132558847465, 0.6690038636224033],
                        [1.0, 0.17945381273699137, 0.6719673251715125],
                    ],
                    "mean": [0.30000000000000004, -0.45704085437024106, 0.5237942477160542],
                    "size": [0.8276472678623424, 0.5576253476210029, 0.5443488539742216],
                    "zeros": [0.0, 0.0, 0.0],
                    "non_finite": [0.0, 0.0, 0.0],
                    "saturated": [None, 0.0, None],
                    "dead": [None, None, None],
                    "spread": [0.6264982043070834, 0.28824394772781775, 0.1481730774554582],
                },
                "pre_activations": None,
                "gradients": {
                    "percentiles": [
                        [0.2820346348526135, -0.5235188128067019, 1.0],
                        [0.2857812612042092, -0.5235188128067019, 1.0],
                        [0.30076776661059224, -0.5235188128067019, 1.0],
                        [0.37570029364250723, -0.5157911777473505, 1.0],
                        [0.454613699366943, -0.4926082725692966, 1.0],
                        [0.5568050034431965, -0.00966072075686053, 1.0],
                        [0.6876044865194737, 0.1513217965139515, 1.0],
                        [0.7137643831347292, 0.1513217965139515, 1.0],
                        [0.7203043572885431, 0.1513217965139515, 1.0],
                    ],
                    "mean": [0.47789159771876066, -0.28826842962068233, 1.0],
                    "size": [0.5040530963466366, 0.4241199294485994, 1.0],
                    "zeros": [0.0, 0.0, 0.0],
                    "non_finite": [0.0, 0.0, 0.0],
                    "norm": [0.7016835002653281, 0.7345972663075019, 1.0],
                },
                "findings": [
                    {
                        "kind": "healthy",
                        "of": "values",
                        "severity": "good",
                        "layer": "input",
                        "last": "output",
                        "count": 3,
                        "text": HEALTHY,
                        "factor": None,
                    }
                ],
            },
        }
    ]
}
"""The same with weights drawn for tanh."""

EXAMPLES: Mapping[str, Example] = {
    "describe_the_signal": Example(answer=SIGNAL, body={"network": "walkthrough", "inputs": [[0.5, 0.7], [1.0, -1.0]]}),
    "compare_signals": Example(
        answer=COMPARISON,
        body={
            "network": "walkthrough",
            "inputs": [[0.5, 0.7], [1.0, -1.0]],
            "variants": [{"activation": "tanh", "initializer": "glorot_uniform"}],
        },
    ),
}
