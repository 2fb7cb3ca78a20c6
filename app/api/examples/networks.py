"""Examples of the calls about networks, their summaries and programs."""

from collections.abc import Mapping
from typing import Any

from app.api.examples.example import WALKTHROUGH, Example

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

EXAMPLES: Mapping[str, Example] = {
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
}
