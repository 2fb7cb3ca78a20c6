"""Examples of the calls about values, their explanations and derivatives."""

from collections.abc import Mapping

from app.api.examples.example import WALKTHROUGH, Example

EXAMPLES: Mapping[str, Example] = {
    "forward_network": Example(
        answer={
            "network": "walkthrough",
            "dtype": "float64",
            "layers": [
                {
                    "name": "input",
                    "kind": "Input",
                    "activation": None,
                    "shape": [2],
                    "output": [0.5, 0.7],
                    "statistics": {
                        "min": 0.5,
                        "max": 0.7,
                        "mean": 0.6,
                        "std": 0.09999999999999998,
                        "argmax": [1],
                        "zeros": 0,
                        "positive": 2,
                        "negative": 0,
                        "nan": 0,
                        "inf": 0,
                        "first_non_finite": None,
                    },
                },
                {
                    "name": "hidden",
                    "kind": "Dense",
                    "activation": "relu",
                    "shape": [3],
                    "pre_activation": [0.41000000000000003, 0.75, 1.0899999999999999],
                    "output": [0.41000000000000003, 0.75, 1.0899999999999999],
                    "statistics": {
                        "min": 0.41000000000000003,
                        "max": 1.0899999999999999,
                        "mean": 0.75,
                        "std": 0.2776088375154268,
                        "argmax": [2],
                        "zeros": 0,
                        "positive": 3,
                        "negative": 0,
                        "nan": 0,
                        "inf": 0,
                        "first_non_finite": None,
                    },
                },
                {
                    "name": "output",
                    "kind": "Dense",
                    "activation": "linear",
                    "shape": [1],
                    "pre_activation": [1.2109999999999999],
                    "output": [1.2109999999999999],
                    "statistics": {
                        "min": 1.2109999999999999,
                        "max": 1.2109999999999999,
                        "mean": 1.2109999999999999,
                        "std": 0.0,
                        "argmax": [0],
                        "zeros": 0,
                        "positive": 1,
                        "negative": 0,
                        "nan": 0,
                        "inf": 0,
                        "first_non_finite": None,
                    },
                },
            ],
            "output": [1.2109999999999999],
        },
        body={"network": WALKTHROUGH, "inputs": [0.5, 0.7]},
    ),
    "explain_node": Example(
        answer={
            "layer": "hidden",
            "index": [0],
            "kind": "Dense",
            "operation": "weighted_sum",
            "terms": [
                {"source": {"layer": "input", "index": [1]}, "value": 0.7, "weight": 0.3, "product": 0.21},
                {"source": {"layer": "input", "index": [0]}, "value": 0.5, "weight": 0.2, "product": 0.1},
            ],
            "others": {"count": 0, "sum": 0.0},
            "bias": 0.1,
            "pre_activation": 0.41000000000000003,
            "activation": "relu",
            "value": 0.41000000000000003,
            "recomputed": 0.41000000000000003,
            "difference": 0.0,
            "exact": True,
            "pinned": False,
        },
        body={"network": "walkthrough", "inputs": [0.5, 0.7], "node": {"layer": "hidden", "index": [0]}},
    ),
    "list_edges": Example(
        answer={
            "layers": [
                {
                    "name": "hidden",
                    "sources": ["input"],
                    "count": 6,
                    "edges": {
                        "source": [0, 0, 0],
                        "source_node": [1, 1, 0],
                        "node": [2, 1, 2],
                        "weight": [0.7, 0.5, 0.6],
                        "product": [0.48999999999999994, 0.35, 0.3],
                    },
                },
                {
                    "name": "output",
                    "sources": ["hidden"],
                    "count": 3,
                    "edges": {
                        "source": [0, 0, 0],
                        "source_node": [2, 1, 0],
                        "node": [0, 0, 0],
                        "weight": [0.5, 0.3, 0.1],
                        "product": [0.5449999999999999, 0.22499999999999998, 0.04100000000000001],
                    },
                },
            ]
        },
        body={"network": "walkthrough", "inputs": [0.5, 0.7], "top": 3},
    ),
    "find_nodes": Example(
        answer={
            "count": 6,
            "matches": [{"layer": "output", "index": [0], "value": 1.2109999999999999, "nodes": None}],
        },
        body={"network": "walkthrough", "inputs": [0.5, 0.7], "what": "largest"},
    ),
    "trace_receptive_field": Example(
        answer={
            "layers": [
                {"name": "input", "start": [0], "stop": [2]},
                {"name": "hidden", "start": [0], "stop": [3]},
            ]
        },
        body={"network": "walkthrough", "node": {"layer": "output", "index": [0]}},
    ),
    "differentiate_node": Example(
        answer={
            "layers": [
                {"name": "input", "output": [0.43999999999999995, 0.53], "parameters": {}},
                {
                    "name": "hidden",
                    "output": [0.1, 0.3, 0.5],
                    "pre_activation": [0.1, 0.3, 0.5],
                    "parameters": {
                        "kernel": [[0.05, 0.15, 0.25], [0.06999999999999999, 0.21, 0.35]],
                        "bias": [0.1, 0.3, 0.5],
                    },
                },
                {
                    "name": "output",
                    "output": [1.0],
                    "pre_activation": [1.0],
                    "parameters": {"kernel": [[0.41000000000000003], [0.75], [1.0899999999999999]], "bias": [1.0]},
                },
            ]
        },
        body={"network": "walkthrough", "inputs": [0.5, 0.7], "target": {"layer": "output", "index": [0]}},
    ),
    "get_parameters": Example(
        answer={
            "shape": [2, 3],
            "entries": [
                {"index": [1, 2], "weight": 0.7, "product": 0.48999999999999994},
                {"index": [1, 1], "weight": 0.5, "product": 0.35},
            ],
        },
        body={"network": "walkthrough", "layer": "hidden", "parameter": "kernel", "inputs": [0.5, 0.7], "top": 2},
    ),
    "attribute_node": Example(
        answer={
            "method": "gradient_times_input",
            "target": {"layer": "output", "index": [0]},
            "value": 1.2109999999999999,
            "shape": [2],
            "values": [0.21999999999999997, 0.371],
            "minimum": 0.21999999999999997,
            "maximum": 0.371,
        },
        body={
            "network": "walkthrough",
            "inputs": [0.5, 0.7],
            "target": {"layer": "output", "index": [0]},
            "method": "gradient_times_input",
        },
    ),
    "read_image": Example(
        answer={
            "inputs": [[0.0, 1.0], [0.4, 0.8]],
            "shape": [2, 2],
            "source": {"format": "PNG", "width": 2, "height": 2, "mode": "L", "frames": 1},
            "steps": [
                {"operation": "decode", "detail": "PNG, 2×2×1", "shape": [2, 2, 1]},
                {"operation": "scale", "detail": "pixel / 255", "shape": [2, 2, 1]},
                {"operation": "reshape", "detail": "row by row, to 2×2", "shape": [2, 2]},
            ],
        },
        body={
            "network": {
                "input": {"shape": [2, 2], "preprocessing": {"scale": 255}},
                "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 1}],
            },
            "image": "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNg+M+UdhYABaECNckoY+gAAAAASUVORK5CYII=",
        },
    ),
}
