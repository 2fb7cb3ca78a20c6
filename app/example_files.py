"""Reading an example from its files: a document `NAME.json`, and what it leaves out in `NAME.safetensors`."""

import json
from pathlib import Path
from typing import Any

import orjson

from app.nn.errors import NetworkError, Problem
from app.tensors.safetensors import read_safetensors


def read_example(path: Path) -> dict[str, Any]:
    """Return the document in a file, complete with the parameters in the file beside it; raises `NetworkError`."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return complete(document, path.with_suffix(".safetensors"))


def complete(document: dict[str, Any], beside: Path) -> dict[str, Any]:
    """Add to a document, in place, the parameters in a file, if that is there.

    Raises `NetworkError` for parameters of a layer that the document does not name (a repeated one among them), and
    for those that it gives itself; names and shapes are checked where the network is built.
    """
    if not beside.is_file():
        return document
    layers = {layer["name"]: layer for layer in document["layers"] if "name" in layer and "repeat" not in layer}
    problems = []
    for place, values in read_safetensors(beside.read_bytes()).arrays.items():
        layer, _, name = place.rpartition("/")
        given = layers[layer].setdefault("parameters", {}) if layer in layers else None
        if given is None or name in given:
            what = "the document gives it itself" if given is not None else f"the document names no layer {layer!r}"
            detail = f"{beside.name} has the parameter {place!r}, but {what}"
            problems.append(Problem(f"/layers/{layer}", detail, "a parameter that the document leaves out", place))
            continue
        # Written and read as JSON: the shortest digits of each number, as in a document that gives it.
        given[name] = orjson.loads(orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY))
    if problems:
        raise NetworkError(problems)
    return document
