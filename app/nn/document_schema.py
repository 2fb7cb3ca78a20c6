"""The JSON Schema of a network document, made from the layer kinds and their arguments."""

from collections.abc import Mapping
from typing import Any

from app.nn.arguments import arguments_schema
from app.nn.document import MAXIMUM_TEXT, NAME_PATTERN
from app.nn.input_spec import MAXIMUM_NAME, PREPROCESSING
from app.nn.layers import LAYERS
from app.nn.reading import LARGEST_INTEGER


def _network_schema() -> dict[str, Any]:
    common: dict[str, Any] = {
        "name": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "The layer's name; default: its kind and a number.",
        },
        "inputs": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "description": "The layers it reads; default: the one before.",
        },
        "parameters": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {}},
            "description": "Its parameters as nested lists; those left out are drawn.",
        },
        "repeat": {"type": "integer", "minimum": 1, "description": "How many such layers follow each other."},
    }
    kinds = []
    for kind, layer in LAYERS.items():
        schema = arguments_schema(layer)
        kinds.append(
            {
                "type": "object",
                "title": kind,
                "description": layer.description,
                "properties": {"kind": {"const": kind}, **common, **schema["properties"]},
                "required": ["kind", *schema["required"]],
                "additionalProperties": False,
            }
        )
    block = {
        "type": "object",
        "title": "Repeated block",
        "description": "Layers written once and used several times.",
        "properties": {
            "repeat": {"type": "integer", "minimum": 1},
            "layers": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
        "required": ["repeat", "layers"],
        "additionalProperties": False,
    }
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "title": "Network document",
        "properties": {
            "name": {**text, "maxLength": MAXIMUM_NAME},
            "title": {**text, "maxLength": MAXIMUM_NAME},
            "description": {**text, "maxLength": MAXIMUM_TEXT},
            "dtype": {"enum": ["float64", "float32"], "default": "float64"},
            "seed": {"type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER, "default": 0},
            "input": {
                "type": "object",
                "properties": {
                    "shape": {
                        "type": "array",
                        "items": {"type": "integer", "minimum": 1},
                        "minItems": 1,
                        "maxItems": 8,
                    },
                    "dtype": {"enum": ["float", "int"], "default": "float"},
                    "names": {"type": "array", "items": text},
                    "default": {
                        "description": "The example that is shown first.",
                        "anyOf": [{"type": "number"}, {"type": "array"}],
                    },
                    "preprocessing": {
                        "type": "object",
                        "properties": {name: {} for name in PREPROCESSING},
                        "additionalProperties": False,
                    },
                    "classes": {"type": "array", "items": text},
                },
                "required": ["shape"],
                "additionalProperties": False,
            },
            "layers": {"type": "array", "minItems": 1, "items": {"anyOf": [*kinds, block]}},
            "training": {"type": "object", "description": "How it was trained, for people and programs to read."},
        },
        "required": ["input", "layers"],
        "additionalProperties": False,
    }


NETWORK_SCHEMA: Mapping[str, Any] = _network_schema()
