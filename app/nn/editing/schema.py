"""The JSON Schema of a list of operations, made from the operations and the fields they have."""

from collections.abc import Mapping
from typing import Any

from app.nn.document_schema import NETWORK_SCHEMA
from app.nn.editing.editor import OPERATIONS
from app.nn.editing.merges import MERGES
from app.nn.editing.operation import Operation

_NAME = {"type": "string", "description": "A layer's name."}
_TENSOR = {"type": "string", "description": 'A layer\'s name, or "input".'}
_INDEX = {"type": "integer", "minimum": 0}
_LAYER = {
    "type": "object",
    "properties": {"kind": {"type": "string"}},
    "required": ["kind"],
    "description": "A layer as in a document, without repeat.",
}

_FIELDS: Mapping[str, Any] = {
    "layer": _NAME,
    "parameter": {"type": "string", "description": 'Such as "kernel".'},
    "values": {
        "anyOf": [{"type": "number"}, {"type": "array", "items": {}}],
        "description": "The whole parameter as nested lists.",
    },
    "value": {"type": "number"},
    "index": {**_INDEX, "description": "Which unit, from 0."},
    "arguments": {"type": "object", "minProperties": 1, "description": "By name; null brings a default back."},
    "after": _TENSOR,
    "before": _NAME,
    "branch": {"type": "boolean", "description": "Whether nothing reads the new layer yet.", "default": False},
    "from": _TENSOR,
    "to": _NAME,
    "position": {**_INDEX, "description": "Where among the inputs; at the end by default."},
    "merge": {"enum": list(MERGES), "description": "How a layer that takes one input reads two."},
    "name": _NAME,
    "activation": {"anyOf": [{"type": "string"}, {"type": "object"}], "description": "For hidden layers."},
    "initializer": {"anyOf": [{"type": "string"}, {"type": "object"}], "description": "Of all weights."},
    "seed": {**_INDEX, "description": "Draws all weights anew."},
    "last": {"type": "string", "description": "The last layer to repeat; `layer` by default."},
    "repeat": {"type": "integer", "minimum": 1, "description": "How many rounds."},
    "layers": {"type": "array", "items": _LAYER, "minItems": 1, "description": "One round; names are numbered."},
}
_OF_ONE_OPERATION: Mapping[tuple[str, str], Any] = {
    ("set_parameters", "index"): {"type": "array", "items": _INDEX, "description": "Which value of the parameter."},
    ("add_layer", "layer"): _LAYER,
    ("move_unit", "to"): {**_INDEX, "description": "Where it stands afterwards."},
}


def _operation_schema(operation: Operation) -> dict[str, Any]:
    properties: dict[str, Any] = {"operation": {"const": operation.name}}
    for name in (*operation.required, *operation.optional):
        properties[name] = _field_schema(operation.name, name)
    schema = {
        "type": "object",
        "title": operation.name,
        "description": operation.description,
        "properties": properties,
        "required": ["operation", *operation.required],
        "additionalProperties": False,
    }
    return schema if operation.required else {**schema, "minProperties": 2}


def _field_schema(operation: str, name: str) -> Any:
    document = NETWORK_SCHEMA["properties"]
    if operation == "set_network":
        return {"anyOf": [document[name], {"type": "null"}]}
    if operation == "set_input":
        field = document["input"]["properties"][name]
        return field if name == "shape" else {"anyOf": [field, {"type": "null"}]}
    return _OF_ONE_OPERATION.get((operation, name), _FIELDS.get(name))


OPERATIONS_SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "title": "Operations",
    "items": {"anyOf": [_operation_schema(operation) for operation in OPERATIONS.values()]},
}
