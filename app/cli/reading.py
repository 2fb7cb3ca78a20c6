"""What the command line names, read: networks, inputs, pinned nodes. Every problem says where it is."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from app.cli.arguments import Pin, number
from app.errors import NotFound
from app.example_files import complete
from app.ids import ID
from app.nn.document import WEIGHTS
from app.nn.editing import complete_document
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.inputs import Override, read_inputs, read_overrides
from app.nn.network import Limits, Network
from app.nn.reading import Array
from app.settings import Settings
from app.tensors.parameter_file import WRITERS, apply_parameter_file

if TYPE_CHECKING:
    from app.storage import StoredNetwork

STANDARD_INPUT = "-"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # with which some editors on Windows begin a file


def open_network(name: str, parameters: str | None) -> "StoredNetwork":
    """Return the network of a file as one to be served, read-only, under an id made of its name; raises as below."""
    from app.storage import StoredNetwork  # noqa: PLC0415 - loads the database's libraries

    network = read_network(name, parameters)
    stem = "standard-input" if name == STANDARD_INPUT else Path(name).stem
    try:
        document = complete_document(network, Limits())
    except LimitError:
        # Whoever sends this document instead of its id is told so: it does not mean the network without its weights.
        document = {**network.document, WEIGHTS: Path(parameters or "").name}
    return StoredNetwork(re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or "network", document, network)


def read_network(name: str, parameters: str | None = None) -> Network:
    """Return the network of an example, a file or standard input, or one that is stored.

    `parameters` is the path of a file with what the document leaves out. Raises `NotFound` if there is none of that
    name, `NetworkError` if it cannot be read or is no network.
    """
    settings = Settings.from_environment()
    examples = {path.stem: path for path in sorted(settings.bundle.examples.glob("*.json"))}
    place = "standard input" if name == STANDARD_INPUT else name
    try:
        content = _read_bytes(str(examples.get(name, name)))
    except FileNotFoundError:
        if ID.fullmatch(name):
            stored = _read_stored(name, settings)
            return stored if parameters is None else _with_parameters(stored, parameters)
        known = ", ".join(examples) or "none"
        raise NotFound(Problem(name, f"no example has this name, and no file is there; examples: {known}")) from None
    except OSError as error:
        raise NetworkError([_unreadable(place, error)]) from None
    document = parse_json(content, place)
    if name in examples and isinstance(document, dict):
        document = complete(document, examples[name].with_suffix(".safetensors"))
    try:
        network = Network.from_document(document, Limits(settings.layers, settings.parameters))
    except NetworkError as error:
        raise error.within(f"{place} ") from None
    return network if parameters is None else _with_parameters(network, parameters)


def _with_parameters(network: Network, path: str) -> Network:
    form = Path(path).suffix.lower().removeprefix(".")
    if form not in WRITERS:
        detail = f"expected a file that ends with {' or '.join(f'.{one}' for one in WRITERS)}"
        raise NetworkError([Problem(path, detail)])
    try:
        with Path(path).open("rb") as file:
            return apply_parameter_file(network, file, form)
    except OSError as error:
        raise NetworkError([_unreadable(path, error)]) from None
    except NetworkError as error:
        raise error.within(f"{path} ") from None


def _read_stored(name: str, settings: Settings) -> Network:
    """Return the network that is stored under an id; raises `NotFound` and `Unavailable`."""
    from app.cli.stored import read_stored  # noqa: PLC0415 - loads the database's libraries

    return Network.from_document(orjson.loads(read_stored(name)), Limits(settings.layers, settings.parameters))


def read_file(path: str) -> bytes:
    """Return what is in a file, or in standard input; raises `NetworkError`."""
    try:
        return _read_bytes(path)
    except OSError as error:
        raise NetworkError([_unreadable(path, error)]) from None


def _read_bytes(path: str) -> bytes:
    """Return what is in a file, or in standard input; raises `OSError`."""
    if path == STANDARD_INPUT:
        return b"" if sys.stdin is None else sys.stdin.buffer.read()
    return Path(path).read_bytes()


def _unreadable(place: str, error: OSError) -> Problem:
    return Problem(place, f"cannot be read: {error.strerror}")


def parse_json(content: bytes, place: str) -> object:
    """Return the value that JSON text holds; raises `NetworkError`."""
    try:
        value: object = orjson.loads(content.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        detail = f"this is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise NetworkError([Problem(place, detail)]) from None
    return value


def read_input(network: Network, text: str | None) -> tuple[Array, bool]:
    """Return the batch of inputs that `--input` holds, and whether it was given as a batch.

    Without one it is the document's default. Raises `NetworkError`.
    """
    value: object = network.input.default
    if text is not None:
        value = _read_value(text.strip())
    elif value is None:
        raise NetworkError([Problem("--input", "is needed, because the document has no default input")])
    try:
        return read_inputs(network, value)
    except NetworkError as error:
        raise error.within("--input ") from None


def _read_value(text: str) -> object:
    if text.startswith("@"):
        place = f"--input {text}"
        try:
            return parse_json(_read_bytes(text[1:]), place)
        except OSError as error:
            raise NetworkError([_unreadable(place, error)]) from None
    if text.startswith(("[", "{", '"')):
        return parse_json(text.encode("utf-8", "replace"), "--input")
    # What is no number stays a text, so that all of them are reported, each with its place.
    parts = [part.strip() for part in text.split(",")]
    return [part if (read := number(part)) is None else read for part in parts]


def read_pins(network: Network, pins: Sequence[Pin]) -> tuple[Override, ...]:
    """Return the pinned nodes; raises `NetworkError`, each problem with the text of its `--pin`."""
    try:
        return read_overrides(network, [{**pin.node, "value": pin.value} for pin in pins])
    except NetworkError as error:
        raise NetworkError(
            Problem(f"--pin {pins[int(problem.pointer.split('/')[1])].text}", problem.detail)
            for problem in error.problems
        ) from None
