"""A realistic example for every operation of the API, by its id; a test runs each one and compares the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app import __version__
from app.api.examples_signal import COMPARISON, SIGNAL
from app.api.examples_trainings import APART, QUEUED, REQUEST, TRAINING

WALKTHROUGH: dict[str, Any] = {
    "name": "walkthrough",
    "dtype": "float64",
    "seed": 0,
    "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
    "layers": [
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 3,
            "activation": "relu",
            "parameters": {"kernel": [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]], "bias": [0.1, 0.2, 0.3]},
        },
        {
            "name": "output",
            "kind": "Dense",
            "units": 1,
            "activation": "linear",
            "parameters": {"kernel": [[0.1], [0.3], [0.5]], "bias": [0.4]},
        },
    ],
}
"""The 2-3-1 network whose numbers are in every lesson; the stored network `walkthrough` is the same."""


KEPT: dict[str, Any] = {
    "id": "k7m2x9p4qa",
    "name": "walkthrough",
    "title": "My first network",
    "description": "Two inputs, three hidden nodes, one output: small enough to check every number by hand.",
    "read_only": False,
    "input_shape": [2],
    "layers": 2,
    "parameters": 13,
    "multiply_adds": 9,
    "version": 1,
    "created": "2026-01-31T12:00:00.000Z",
    "changed": "2026-01-31T12:00:00.000Z",
    "deleted": None,
}
"""What is said of a network that somebody stored."""


_SPLIT_OPTION = {
    "type": "number",
    "default": 0.2,
    "minimum": 0.05,
    "maximum": 0.95,
    "description": "The share of the examples that is kept for testing.",
}
_SEED_OPTION = {
    "type": "integer",
    "default": 0,
    "minimum": 0,
    "maximum": 4294967295,
    "description": "What the division into training and test examples is drawn from.",
}
DIGITS_DATASET: dict[str, Any] = {
    "name": "digits",
    "title": "Handwritten digits, 8×8",
    "description": "1,797 small pictures of handwritten digits, as they come with scikit-learn; grey from 0 to 16, "
    "divided by 16.",
    "task": "classification",
    "shape": [8, 8, 1],
    "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    "features": [],
    "target": "digit",
    "splits": {"train": 1437, "test": 360},
    "levels": 16,
    "options": {"test_split": _SPLIT_OPTION, "seed": _SEED_OPTION},
    "source": "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    "licence": "CC BY 4.0",
    "own": False,
    "here": True,
    "download": None,
}
"""What is said of a data set that comes with Vitrine."""
_JOB_PLACE = "/api/v1/jobs/p4t8w2kd7x"
JOB: dict[str, Any] = {
    "id": "p4t8w2kd7x",
    "kind": "signal",
    "title": "Signal through walkthrough",
    "status": "running",
    "ahead": None,
    "created": "2026-01-31T12:00:00.000Z",
    "started": "2026-01-31T12:00:00.500Z",
    "ended": None,
    "progress": {"done": 40, "total": 100, "unit": "layers", "seconds_left": 3.2},
    "error": None,
    "resumable": False,
    "facts": {},
    "links": {"self": _JOB_PLACE, "events": f"{_JOB_PLACE}/events", "stop": f"{_JOB_PLACE}/stop"},
}
"""What is said of a job."""


@dataclass(frozen=True)
class Example:
    """A call and its answer: the `parameters` of path, query and header, the body.

    Of a long list, `answer` holds the first item.
    """

    answer: Any
    body: Any = None
    parameters: Mapping[str, str | float] = field(default_factory=dict)


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
    "summarize_network": Example(
        answer={
            "layers": [
                {
                    "name": "input",
                    "kind": "Input",
                    "inputs": [],
                    "output_shape": [2],
                    "parameters": 0,
                    "trainable": 0,
                    "non_trainable": 0,
                    "multiply_adds": 0,
                },
                {
                    "name": "hidden",
                    "kind": "Dense",
                    "inputs": ["input"],
                    "output_shape": [3],
                    "parameters": 9,
                    "trainable": 9,
                    "non_trainable": 0,
                    "multiply_adds": 6,
                },
                {
                    "name": "output",
                    "kind": "Dense",
                    "inputs": ["hidden"],
                    "output_shape": [1],
                    "parameters": 4,
                    "trainable": 4,
                    "non_trainable": 0,
                    "multiply_adds": 3,
                },
            ],
            "total_parameters": 13,
            "trainable_parameters": 13,
            "non_trainable_parameters": 0,
            "multiply_adds": 9,
            "parameter_bytes": 104,
            "repeats": [],
        },
        body={
            "network": {
                "base": "walkthrough",
                "edits": [{"layer": "hidden", "parameter": "bias", "index": [0], "value": 0.5}],
            }
        },
    ),
    "edit_network": Example(
        answer={
            "document": {
                "name": "walkthrough",
                "dtype": "float64",
                "seed": 0,
                "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
                "layers": [
                    {
                        "name": "hidden",
                        "kind": "Dense",
                        "units": 2,
                        "activation": "relu",
                        "parameters": {"kernel": [[0.2, 0.6], [0.3, 0.7]], "bias": [0.1, 0.3]},
                    },
                    {
                        "name": "output",
                        "kind": "Dense",
                        "units": 1,
                        "activation": "linear",
                        "parameters": {"kernel": [[0.1], [0.5]], "bias": [0.4]},
                    },
                    {"name": "squash", "kind": "Activation", "activation": "sigmoid"},
                ],
            },
            "renamed": {},
            "added": ["squash"],
            "removed": [],
            "notes": ['"squash" is the output now.'],
        },
        body={
            "network": WALKTHROUGH,
            "operations": [
                {"operation": "remove_unit", "layer": "hidden", "index": 1},
                {
                    "operation": "add_layer",
                    "layer": {"name": "squash", "kind": "Activation", "activation": "sigmoid"},
                    "after": "output",
                },
            ],
        },
    ),
    "list_networks": Example(
        answer=[
            {
                "id": "walkthrough",
                "name": "walkthrough",
                "title": "First steps: 2-3-1",
                "description": "Two inputs, three hidden nodes, one output: small enough to check every "
                "number by hand.",
                "read_only": True,
                "input_shape": [2],
                "layers": 2,
                "parameters": 13,
                "multiply_adds": 9,
                "version": None,
                "created": None,
                "changed": None,
                "deleted": None,
            }
        ],
        parameters={"q": "first steps", "limit": 10},
    ),
    "create_network": Example(
        answer=KEPT,
        body={
            "base": "walkthrough",
            "edits": [{"layer": "hidden", "parameter": "bias", "index": [0], "value": 0.5}],
            "title": "My first network",
        },
    ),
    "replace_network": Example(
        answer={**KEPT, "title": "Renamed", "description": None, "version": 2},
        body={**WALKTHROUGH, "title": "Renamed"},
        parameters={"id": KEPT["id"], "If-Match": '"1"'},
    ),
    "replace_parameters": Example(
        answer={**KEPT, "version": 2},
        parameters={"id": KEPT["id"], "If-Match": '"1"'},
    ),
    "delete_network": Example(answer=None, parameters={"id": KEPT["id"], "If-Match": '"2"'}),
    "restore_network": Example(
        answer={**KEPT, "title": "Renamed", "description": None, "version": 4}, parameters={"id": KEPT["id"]}
    ),
    "get_network": Example(
        answer={
            "name": "walkthrough",
            "title": "First steps: 2-3-1",
            "description": "Two inputs, three hidden nodes, one output: small enough to check every number by hand.",
            "dtype": "float64",
            "seed": 0,
            "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
            "layers": [
                {
                    "name": "hidden",
                    "kind": "Dense",
                    "units": 3,
                    "activation": "relu",
                    "parameters": {"kernel": [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]], "bias": [0.1, 0.2, 0.3]},
                },
                {
                    "name": "output",
                    "kind": "Dense",
                    "units": 1,
                    "activation": "linear",
                    "parameters": {"kernel": [[0.1], [0.3], [0.5]], "bias": [0.4]},
                },
            ],
        },
        parameters={"id": "walkthrough"},
    ),
    "list_layers": Example(
        answer=[
            {
                "kind": "Dense",
                "description": "Every node adds up all its inputs, each times a weight, plus a bias, and "
                "applies an activation.",
                "operation": "weighted_sum",
                "arguments": {
                    "type": "object",
                    "properties": {
                        "units": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 2147483647,
                            "description": "The number of nodes.",
                        }
                    },
                    "required": ["units"],
                    "additionalProperties": False,
                },
            }
        ],
    ),
    "list_activations": Example(
        answer=[
            {
                "name": "linear",
                "aliases": ["identity"],
                "title": "Linear (identity)",
                "formula": "f(x) = x",
                "derivative_formula": "f'(x) = 1",
                "parameters": [],
                "range": "(-\\infty, \\infty)",
                "monotonic": True,
                "elementwise": True,
                "description": "Passes its input on unchanged. It is used in the last layer of regression "
                "networks; between hidden layers it adds nothing, because linear layers in a "
                "row are together still one linear layer.",
                "source": "Keras 3: linear. The identity function.",
            }
        ],
    ),
    "get_activation": Example(
        answer={
            "name": "leaky_relu",
            "aliases": [],
            "title": "Leaky ReLU",
            "formula": "f(x) = \\begin{cases} s\\,x & x \\le 0 \\\\ x & x > 0 \\end{cases} \\qquad s = "
            "\\texttt{negative\\_slope}",
            "derivative_formula": "f'(x) = \\begin{cases} s & x \\le 0 \\\\ 1 & x > 0 \\end{cases}",
            "parameters": [
                {
                    "name": "negative_slope",
                    "type": "number",
                    "default": 0.2,
                    "minimum": 0.0,
                    "maximum": 1000000.0,
                    "description": "The slope s for negative inputs.",
                }
            ],
            "range": "(-\\infty, \\infty)",
            "monotonic": True,
            "elementwise": True,
            "description": "A ReLU that lets a small part of negative inputs through, so that no node can "
            "die. The slope is one more number to choose, and the gain over ReLU is often "
            "small.",
            "source": "Keras 3: leaky_relu, negative_slope 0.2 (PyTorch: 0.01). A. L. Maas, A. Y. Hannun "
            "and A. Y. Ng, Rectifier nonlinearities improve neural network acoustic models, "
            "2013.",
        },
        parameters={"name": "leaky_relu"},
    ),
    "get_activation_curve": Example(
        answer={
            "x": [-5.0, 0.0, 5.0],
            "y": [-0.9999092042625951, 0.0, 0.9999092042625951],
            "dy": [0.00018158323094380667, 1.0, 0.00018158323094380667],
        },
        parameters={"name": "tanh", "start": -5, "stop": 5, "num": 3},
    ),
    "evaluate_activation": Example(
        answer={"outputs": [-0.5, 5.0], "derivatives": [0.1, 1.0]},
        body={"inputs": [-5, 5], "parameters": {"negative_slope": 0.1}},
        parameters={"name": "leaky_relu"},
    ),
    "write_code": Example(
        answer={
            "target": "curl",
            "language": "shell",
            "filename": "walkthrough_curl.sh",
            "code": "curl --silent --show-error 'https://vitrine.example/api/v1/forward' \\\n"
            "  --header 'Content-Type: application/json' \\\n"
            "  --data-binary @- <<'JSON'\n"
            '{"network": "walkthrough", "inputs": [0.5, 0.7]}\n'
            "JSON\n",
            "parameters_file": {"needed": False, "filename": "walkthrough.npz", "bytes": 104},
            "notes": ["Needs curl, and a shell such as sh, bash or zsh. The answer is JSON."],
        },
        body={
            "network": "walkthrough",
            "inputs": [0.5, 0.7],
            "target": "curl",
            "base_url": "https://vitrine.example",
        },
    ),
    "get_parameter_file": Example(answer=None, body={"network": "walkthrough", "format": "safetensors"}),
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
    "list_datasets": Example(answer=[DIGITS_DATASET]),
    "get_dataset": Example(answer=DIGITS_DATASET, parameters={"name": "digits"}),
    "get_samples": Example(
        answer={
            "name": "xor",
            "split": "train",
            "start": 0,
            "count": 2,
            "total": 400,
            "shape": [2],
            "classes": ["0", "1"],
            "inputs": [[0.24536046296491354, -0.8823805746144947], [-0.4540595037860258, -0.7773645666782709]],
            "targets": [1, 0],
        },
        parameters={"name": "xor", "count": 2},
    ),
    "create_dataset": Example(
        answer={
            "name": "flowers",
            "title": "flowers",
            "description": "6 examples of flowers.",
            "task": "classification",
            "shape": [3],
            "classes": ["rose", "tulip"],
            "features": ["height", "colour=red", "colour=white"],
            "target": "kind",
            "splits": {"train": 4, "test": 2},
            "levels": None,
            "options": {"test_split": _SPLIT_OPTION, "seed": _SEED_OPTION},
            "source": "brought by somebody",
            "licence": "whatever its owner says",
            "own": True,
            "here": True,
            "download": None,
            "columns": [
                {"name": "height", "kind": "number", "minimum": 28.0, "maximum": 52.5, "target": False},
                {"name": "colour", "kind": "category", "categories": ["red", "white"], "target": False},
                {"name": "kind", "kind": "category", "categories": ["rose", "tulip"], "target": True},
            ],
            "dropped": 0,
        },
        body={
            "name": "flowers",
            "csv": "height,colour,kind\n45,red,rose\n52.5,white,rose\n28,red,tulip\n31,white,tulip\n"
            "50,red,rose\n30,red,tulip\n",
            "target": "kind",
        },
    ),
    "delete_dataset": Example(answer=None, parameters={"name": "flowers"}),
    "download_dataset": Example(
        answer={
            **JOB,
            "kind": "download",
            "title": "Download of CIFAR-10 (162 MiB)",
            "progress": {"done": 88604672, "total": 170052171, "unit": "bytes", "seconds_left": 12.5},
            "resumable": True,
            "facts": {"dataset": "cifar10"},
        },
        parameters={"name": "cifar10"},
    ),
    "get_sample_sheet": Example(answer=None, parameters={"name": "digits", "count": 4, "columns": 2}),
    "describe_the_signal": Example(answer=SIGNAL, body={"network": "walkthrough", "inputs": [[0.5, 0.7], [1.0, -1.0]]}),
    "compare_signals": Example(
        answer=COMPARISON,
        body={
            "network": "walkthrough",
            "inputs": [[0.5, 0.7], [1.0, -1.0]],
            "variants": [{"activation": "tanh", "initializer": "glorot_uniform"}],
        },
    ),
    "create_training": Example(answer=QUEUED, body=REQUEST),
    "list_trainings": Example(answer=[QUEUED], parameters={"limit": 10}),
    "get_training": Example(answer=TRAINING, parameters={"id": QUEUED["id"]}),
    "follow_training": Example(answer=None, parameters={"id": QUEUED["id"], "Last-Event-ID": "12"}),
    "get_trained_parameters": Example(answer=None, parameters={"id": QUEUED["id"]}),
    "pause_training": Example(answer={**TRAINING, "status": "paused"}, parameters={"id": QUEUED["id"]}),
    "resume_training": Example(answer=TRAINING, parameters={"id": QUEUED["id"]}),
    "step_training": Example(
        answer={**TRAINING, "status": "paused"}, body={"steps": 5}, parameters={"id": QUEUED["id"]}
    ),
    "stop_training": Example(answer={**TRAINING, "status": "stopping"}, parameters={"id": QUEUED["id"]}),
    "take_training_apart": Example(
        answer=APART,
        body={"example": 2, "weight": {"layer": "dense_1", "parameter": "kernel", "index": [0, 1]}},
        parameters={"id": QUEUED["id"], "step": 2},
    ),
    "evaluate_examples": Example(
        answer={"loss": 0.02302099999999997, "mean_absolute_error": 0.12499999999999994, "count": 2},
        body={
            "network": "walkthrough",
            "dataset": {"inputs": [[0.5, 0.7], [0.2, 0.1]], "targets": [1.0, 0.8]},
            "loss": "mean_squared_error",
            "metrics": ["mean_absolute_error"],
        },
    ),
    "list_jobs": Example(answer=[JOB], parameters={"kind": "signal", "limit": 10}),
    "get_job": Example(answer={**JOB, "result": None}, parameters={"id": JOB["id"]}),
    "stop_job": Example(answer={**JOB, "status": "stopping", "result": None}, parameters={"id": JOB["id"]}),
    "follow_job": Example(answer=None, parameters={"id": JOB["id"], "Last-Event-ID": "12"}),
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
    "get_health": Example(
        answer={"status": "ok", "version": __version__},
    ),
}

PROBLEM_EXAMPLE: dict[str, Any] = {
    "type": "urn:vitrine:problem:invalid-network",
    "title": "Invalid network",
    "status": 422,
    "detail": 'layers/1 "output": kernel is 2×1, but its input has 3 features; expected 3×1',
    "pointer": "/network/layers/1/parameters/kernel",
    "expected": "3×1",
    "received": "2×1",
    "errors": [
        {
            "detail": 'layers/1 "output": kernel is 2×1, but its input has 3 features; expected 3×1',
            "pointer": "/network/layers/1/parameters/kernel",
            "expected": "3×1",
            "received": "2×1",
        }
    ],
}
