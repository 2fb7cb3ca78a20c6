"""Stored networks: the examples, and what people keep.

A change names the version that it changes in `If-Match`, so that none is ever lost by another: RFC 9110, 13.1.1.
"""

import io
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import Response

from app.api.call import BYTES_PER_BYTE, SECONDS_PER_BYTE, SECONDS_PER_LAYER_READ, Call, Cost
from app.api.encoding import encode
from app.api.media import SAFETENSORS
from app.api.route import BASE, api_router, json_response
from app.api.schemas_networks import NetworkInfo, NetworksQuery, NetworkToReplace, NetworkToStore, StoredDocument
from app.errors import (
    Conflict,
    InvalidNetwork,
    InvalidRequest,
    TooLarge,
    UnsupportedMediaType,
    VersionMissing,
)
from app.nn.editing import complete_document, edit_document
from app.nn.editing.draft import MOST_DRAWN_VALUES
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.limits import Limits
from app.nn.network import Network
from app.nn.reading import describe
from app.storage import Packed, Record, Selection, pack, unpack
from app.tensors.parameter_file import apply_parameter_file

router = api_router("Networks")

SECONDS_PER_BYTE_PACKED = 5e-8
SECONDS_PER_VALUE_WRITTEN = 1e-7
BYTES_PER_VALUE_WRITTEN = 100
BYTES_PER_NUMBER = 20  # of JSON

_TAG = re.compile(r'(?P<weak>W/)?"(?P<value>[^"]*)"')
_NOTHING_CHANGES = "no-cache"


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


_IF_MATCH = _header(
    "If-Match",
    "The `ETag` of the version that is changed, or `*` for whichever is there. Without it 428, with another 412.",
    required=True,
)
_FORMS = {SAFETENSORS: "safetensors", "application/octet-stream": "npz", "application/zip": "npz"}
_PARAMETER_FILE = {
    "required": True,
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary", "description": f"A file in the format {form}."}}
        for media_type, form in _FORMS.items()
    },
}
_IF_NONE_MATCH = _header("If-None-Match", "An `ETag` that is known already: 304 if it is still that.", required=False)


@router.get("/networks", response_model=list[NetworkInfo])
async def list_networks(query: Annotated[NetworksQuery, Query()], call: Call) -> Response:
    """List the examples and the stored networks.

    `X-Total-Count` says how many there are in all, and `Link` (`rel="next"`) leads to the following ones. Without a
    database the list holds the examples, and `Vitrine-Storage-Problem` says what is wrong.
    """
    selection = Selection(query.q, query.sort, query.limit, query.offset, query.deleted)
    page = await call.query(call.services.networks.find, selection)
    response = json_response([describe_record(record) for record in page.records])
    response.headers["X-Total-Count"] = str(page.total)
    response.headers["Cache-Control"] = _NOTHING_CHANGES
    following = query.offset + len(page.records)
    if page.records and following < page.total:
        address = urlencode({**query.model_dump(exclude_defaults=True), "offset": following})
        response.headers["Link"] = f'<{BASE}/networks?{address.replace("True", "true")}>; rel="next"'
    if page.problem is not None:
        response.headers["Vitrine-Storage-Problem"] = str(page.problem)
    return response


@router.post("/networks", response_model=NetworkInfo, status_code=201)
async def create_network(body: NetworkToStore, call: Call) -> Response:
    """Store a network under a new id: a document, or a copy of another network, with edits or another title."""
    packed = await _pack(call, await _read_new(call, body.root))
    record = await call.query(call.services.networks.create, packed)
    return _describe(record, 201, {"Location": f"{BASE}/networks/{record.id}"})


@router.get(
    "/networks/{id}",
    response_model=StoredDocument,
    responses={304: {"description": "It is still the one that is known."}},
    openapi_extra={"parameters": [_IF_NONE_MATCH]},
)
async def get_network(id: str, call: Call) -> Response:  # noqa: A002 - the name in the path
    """Return the document of a stored network, with its version as `ETag`; `Allow` says whether it can be changed."""
    networks = call.services.networks
    known = _tags(call.headers.get("if-none-match", ""))
    if id in networks.examples:
        example = networks.examples[id]
        tag, allowed, document = example.digest, "GET, HEAD", example.json
    else:
        version = next((int(tag) for tag in known or () if tag.isdecimal() and len(tag) < 10), None)
        stored = await call.query(networks.read, id, version)
        tag, allowed = str(stored.record.version), "DELETE, GET, HEAD, PUT"
        # Without its document it is the version that is known.
        cost = Cost(stored.size * SECONDS_PER_BYTE, stored.size * 2)
        document = await call.run(cost, unpack, stored.document) if stored.document else b""
    headers = {"ETag": f'"{tag}"', "Cache-Control": _NOTHING_CHANGES, "Allow": allowed}
    if known is None or tag in known:
        return Response(status_code=304, headers=headers)
    return Response(document, headers=headers, media_type="application/json")


@router.put("/networks/{id}", response_model=NetworkInfo, openapi_extra={"parameters": [_IF_MATCH]})
async def replace_network(id: str, body: NetworkToReplace, call: Call) -> Response:  # noqa: A002
    """Replace the document of a stored network, all of it; with another `title` this renames it."""
    versions = await _versions(call, id)
    packed = await _pack(call, await _read(call, body.root))
    return _describe(await _change(call, partial(call.services.networks.replace, id, packed, versions)))


@router.put(
    "/networks/{id}/parameters",
    response_model=NetworkInfo,
    openapi_extra={"parameters": [_IF_MATCH], "requestBody": _PARAMETER_FILE},
)
async def replace_parameters(id: str, call: Call) -> Response:  # noqa: A002
    """Give a stored network the parameters in a file, .npz or safetensors, each called `<layer>/<parameter>`.

    Layers have the names that they have after a `repeat` is written out. Names, shapes and numbers are checked, and all
    that the document does not give has to be there; nothing is ever unpickled.
    """
    versions = await _versions(call, id)
    form = _FORMS.get(call.media_type)
    if form is None:
        expected = " or ".join(_FORMS)
        detail = f"expected a file of type {expected}, received {call.media_type[:80] or 'no content type'}"
        raise UnsupportedMediaType(Problem("", detail, expected, call.media_type[:80] or None))
    body = await call.body_bytes()
    network = await call.network(id, "")
    settings = call.services.settings
    limits = Limits(settings.layers, settings.parameters)
    cost = Cost(
        len(body) * SECONDS_PER_BYTE + network.parameter_count * SECONDS_PER_VALUE_WRITTEN,
        2 * network.parameter_bytes + min(network.parameter_count, MOST_DRAWN_VALUES) * BYTES_PER_VALUE_WRITTEN,
    )
    document = await call.run(cost, _apply_file, network, body, form, limits)
    packed = await _pack(call, await _read(call, document, network.parameter_count * BYTES_PER_NUMBER))
    return _describe(await _change(call, partial(call.services.networks.replace, id, packed, versions)))


def _apply_file(network: Network, body: bytes, form: str, limits: Limits) -> dict[str, Any]:
    return complete_document(apply_parameter_file(network, io.BytesIO(body), form), limits)


@router.delete("/networks/{id}", status_code=204, openapi_extra={"parameters": [_IF_MATCH]})
async def delete_network(id: str, call: Call) -> Response:  # noqa: A002
    """Delete a stored network; for a while `restore` brings it back."""
    versions = await _versions(call, id)
    await _change(call, partial(call.services.networks.delete, id, versions))
    return Response(status_code=204)


@router.post("/networks/{id}/restore", response_model=NetworkInfo)
async def restore_network(id: str, call: Call) -> Response:  # noqa: A002
    """Undo the deletion of a network; one that is not deleted stays as it is."""
    return _describe(await call.query(call.services.networks.restore, id))


async def _read_new(call: Call, value: object) -> Network:
    if not isinstance(value, dict) or "base" not in value:
        return await _read(call, value)
    reference = {name: item for name, item in value.items() if name != "title"}
    try:
        network = await call.network(reference, "")
    except LimitError:
        raise
    except NetworkError as error:
        raise InvalidNetwork(error.problems) from None
    document = network.document
    settings = call.services.settings
    limits = Limits(settings.layers, settings.parameters)
    if network.beside and not network.edits:
        document = await call.run(_cost_of_all(network), complete_document, network, limits)
    if network.edits:
        document = (await call.run(_cost_of_edits(network), edit_document, network, [], limits)).document
    if "title" in value:
        document = {**document, "title": value["title"]}
    # A small request may copy a large network.
    return await _read(call, document, max(call.received_bytes, _given_bytes(network)))


def _cost_of_all(network: Network) -> Cost:
    """Estimate what it takes to write all parameters that are given into a document."""
    written = network.parameter_count - network.drawn_parameter_count
    seconds = written * SECONDS_PER_VALUE_WRITTEN + len(network.layers) * SECONDS_PER_LAYER_READ
    return Cost(seconds, written * BYTES_PER_VALUE_WRITTEN)


def _cost_of_edits(network: Network) -> Cost:
    """Estimate what it takes to write edits into a document: every parameter with one is written out."""
    written = sum(network.placed(layer).parameter_count for layer in {edit.layer for edit in network.edits})
    seconds = written * SECONDS_PER_VALUE_WRITTEN + len(network.layers) * SECONDS_PER_LAYER_READ
    return Cost(seconds, written * BYTES_PER_VALUE_WRITTEN)


async def _read(call: Call, value: object, size: int | None = None) -> Network:
    """Check a document; `size` is about that of its JSON, by default that of the body. Raises `InvalidNetwork`."""
    if not isinstance(value, dict):
        expected = "a network document"
        detail = f"expected {expected}, received {describe(value)}"
        raise InvalidRequest(Problem("", detail, expected, describe(value)))
    try:
        return await call.document(value, size)
    except LimitError:
        raise
    except NetworkError as error:
        raise InvalidNetwork(error.problems) from None


async def _pack(call: Call, network: Network) -> Packed:
    size = max(call.received_bytes, _given_bytes(network))
    packed = await call.run(Cost(size * SECONDS_PER_BYTE_PACKED, size * BYTES_PER_BYTE), pack, network)
    limit = call.services.settings.document_bytes
    if packed.size > limit:
        detail = f"the document takes {packed.size:,} bytes; at most {limit:,} are stored"
        raise TooLarge(Problem("", detail, f"at most {limit:,} bytes", f"{packed.size:,} bytes"))
    return packed


def _given_bytes(network: Network) -> int:
    """Estimate how much JSON the parameters are that a document gives."""
    return (network.parameter_count - network.drawn_parameter_count) * BYTES_PER_NUMBER


async def _versions(call: Call, id: str) -> Collection[int] | None:  # noqa: A002
    """Read which versions a change is for, `None` for whichever is there.

    Raises `VersionMissing`, and what there is to say of a network that cannot be changed at all.
    """
    header = call.headers.get("if-match")
    if header is None or id in call.services.networks.examples:
        version = await call.query(call.services.networks.version, id)
        expected = f'If-Match: "{version}"'
        detail = f"a change has to say which version it changes, in the header If-Match; now it is {expected}"
        raise VersionMissing(Problem("", detail, expected, "no If-Match"), version)
    tags = _tags(header, strong=True)
    return None if tags is None else {int(tag) for tag in tags if tag.isdecimal() and len(tag) < 10}


async def _change(call: Call, change: Callable[[], Record]) -> Record:
    try:
        return await call.query(change)
    except Conflict as error:
        expected, received = f'"{error.version}"', call.headers.get("if-match", "")[:80]
        detail = (
            f"the network was changed meanwhile: its version is {expected} now, and If-Match says {received}; "
            "get it again, apply the change to that, and send it with the new ETag"
        )
        raise Conflict(Problem("", detail, expected, received), error.version) from None


def _tags(header: str, *, strong: bool = False) -> list[str] | None:
    """Return the values of entity tags in a header, `None` for `*`; weak ones only where they count."""
    if header.strip() == "*":
        return None
    return [found["value"] for found in _TAG.finditer(header) if not (strong and found["weak"])]


def _describe(record: Record, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    tag = {} if record.version is None else {"ETag": f'"{record.version}"'}
    return Response(encode(describe_record(record)), status, {**(headers or {}), **tag}, "application/json")


def describe_record(record: Record) -> dict[str, Any]:
    """Return what a list of networks says of one."""
    return {
        "id": record.id,
        **record.facts,
        "read_only": record.read_only,
        "version": record.version,
        "created": describe_time(record.created),
        "changed": describe_time(record.changed),
        "deleted": describe_time(record.deleted),
    }


def describe_time(milliseconds: int | None) -> str | None:
    """Return a time in milliseconds since 1970 as RFC 3339 writes it."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
