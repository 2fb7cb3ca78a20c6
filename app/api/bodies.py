"""Bodies of requests: JSON text, or safetensors that hold the large arrays beside the JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.errors import InvalidRequest, TooLarge
from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array, pointer_to
from app.tensors.safetensors import LENGTH_BYTES, METADATA, header_length, read_safetensors

MOST_FIELDS_IN_ALL = 250_000
"""Far beyond what can be computed here. With it no count of a network leaves the integers that JSON readers know."""

INPUTS = "inputs"
PARAMETERS = "parameters/"
REQUEST = "request"


@dataclass(frozen=True)
class TensorRequest:
    """A request that came as safetensors: its JSON `value`, `inputs` in it, and parameters by `<layer>/<name>`."""

    value: Any
    parameters: Mapping[str, Array]


def read_request(body: bytes, takes_inputs: bool) -> TensorRequest:
    """Read a body of safetensors: the JSON in `__metadata__["request"]`, and the tensors that it may have beside it.

    Raises `InvalidRequest` with every mistake, and `TooLarge`.
    """
    _check_fields(memoryview(body)[LENGTH_BYTES : LENGTH_BYTES + header_length(body)].tobytes())
    try:
        tensors = read_safetensors(body)
    except NetworkError as error:
        raise InvalidRequest(error.problems) from None
    problems = []
    parameters = {}
    inputs = None
    for name, values in tensors.arrays.items():
        if name == INPUTS and takes_inputs:
            inputs = values
        elif name.startswith(PARAMETERS) and name.count("/") == 2:
            parameters[name.removeprefix(PARAMETERS)] = values
        else:
            expected = f"{INPUTS} or parameters/<layer>/<name>" if takes_inputs else "parameters/<layer>/<name>"
            detail = f'a tensor is called "{name[:60]}"; expected {expected}'
            problems.append(Problem(pointer_to(name[:60]), detail, expected, name[:60]))
    text = tensors.metadata.get(REQUEST)
    place = pointer_to(METADATA, REQUEST)
    if text is None:
        detail = f'the request is missing: {METADATA} has to hold its JSON as the text "{REQUEST}"'
        problems.append(Problem(place, detail, "the JSON of the request", "nothing"))
    if problems or text is None:
        raise InvalidRequest(problems)
    value = parse_json(text.encode())
    if inputs is not None and isinstance(value, dict):
        if INPUTS in value:
            detail = "inputs stand in the JSON of the request and as a tensor; expected one of them"
            raise InvalidRequest(Problem(pointer_to(INPUTS), detail, "inputs once", "twice"))
        value[INPUTS] = inputs
    return TensorRequest(value, parameters)


def _check_fields(text: bytes) -> None:
    """Refuse text with more fields than any network has: making and naming them would take minutes."""
    if text.count(b":") > MOST_FIELDS_IN_ALL:
        detail = f"the body has more than {MOST_FIELDS_IN_ALL:,} fields in all its objects"
        raise TooLarge(Problem("", detail, f"at most {MOST_FIELDS_IN_ALL:,} fields"))


def parse_json(body: bytes) -> Any:
    """Return the value that JSON text holds; NaN and numbers beyond float64 are refused, with their place.

    Raises `InvalidRequest`, and `TooLarge` for text with more fields than any network has.
    """
    _check_fields(body)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(_not_json(error, body)) from None


def _not_json(error: orjson.JSONDecodeError, body: bytes) -> Problem:
    place = f"line {error.lineno} column {error.colno}"
    found = body.decode("utf-8", "replace")[error.pos : error.pos + 9].lstrip("-")
    for name in ("NaN", "Infinity"):
        if found.startswith(name):
            detail = f"{name} at {place} is not JSON, and no legal input; expected a finite number"
            return Problem("", detail, "a finite number", name)
    if "not valid UTF-8" in error.msg:
        return Problem("", "the body is not UTF-8 text", "JSON in UTF-8")
    if "infinity" in error.msg:
        detail = f"the number at {place} is too large for float64; expected a finite number"
        return Problem("", detail, "a finite number")
    return Problem("", f"the body is not JSON: {error.msg} at {place}", "JSON")
