"""One call of the API: its body, the network it is about, and where its work is done.

Work says what it will cost before it starts. While a call's work adds up to less than about a millisecond it is
done in place, because the hop to a thread halves the requests per second; from then on it is done in a worker
thread, once the gate has let the call in.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

import anyio.to_thread
from pydantic import BaseModel, RootModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from app.api.bodies import parse_json, read_request
from app.api.built import BuiltNetworks
from app.api.drawn import DrawnParameters
from app.api.errors import validation_problems
from app.api.event_stream import Streams
from app.api.gate import Gate, Holding
from app.api.media import JSON, SAFETENSORS, prefers_safetensors
from app.api.traces import RecentTraces, Tracer
from app.datasets import Folders
from app.errors import InvalidRequest, NotFound, TooLarge, UnsupportedMediaType, VitrineError
from app.jobs import Jobs
from app.nn.document import count_layers
from app.nn.errors import NetworkError, Problem
from app.nn.layers.values import NOTHING
from app.nn.limits import Limits
from app.nn.network import Draw, Network
from app.nn.reading import Array, describe
from app.settings import Settings
from app.storage import Networks, Stored, unpack
from app.tensors.safetensors import header_length

MOST_FIELDS = 100
"""So many fields of a request are named one by one when they are unknown."""

IN_PLACE_SECONDS = 1e-3
SECONDS_PER_BYTE = 2e-8  # of a body: reading the text, and then the lists of numbers in it
BYTES_PER_BYTE = 10  # what the Python objects of a body take, for a body made of short numbers
SECONDS_PER_PARAMETER_DRAWN = 1e-8
SECONDS_PER_BYTE_CHECKED = 1e-9  # of parameters that came as tensors: that they are finite, and of the right type
SECONDS_PER_EDIT = 1e-5
SECONDS_PER_LAYER_READ = 5e-5  # to check a layer of a document

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True)
class Services:
    """What calls share: `gate` is before computing, `database_gate` before the database, `files_gate` before files."""

    settings: Settings
    networks: Networks
    gate: Gate
    database_gate: Gate
    files_gate: Gate
    bodies: Holding
    jobs: Jobs
    streams: Streams
    built: BuiltNetworks
    drawn: DrawnParameters
    traces: RecentTraces

    @property
    def dataset_folders(self) -> Folders:
        """Where files of data sets are."""
        return Folders(self.settings.data_dir / "datasets", self.settings.datasets_dir)

    def prepare_stop(self) -> None:
        """Let end what goes on for long: followers of jobs, and the jobs; to be called when the server is to stop."""
        self.streams.close()
        self.jobs.interrupt()


class Cost(NamedTuple):
    """What a piece of work will take, by estimate: time, memory, and the numbers in its answer."""

    seconds: float = 0.0
    memory_bytes: int = 0
    values: int = 0


class Call(Request):
    """A request on its way through load, call and encode."""

    _tensors: Mapping[str, Array] = NOTHING
    _seconds = 0.0
    _held_bytes: int | None = None
    _body_bytes = 0

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.services: Services = scope["app"].state.services

    def header(self, name: bytes) -> str:
        """Return the header called `name`, in lower case, or "" if there is none: quicker than `headers`."""
        for header, value in self.scope["headers"]:
            if header == name:
                return str(value, "latin-1")
        return ""

    @property
    def received_bytes(self) -> int:
        """How much of the body has come."""
        return self._body_bytes

    async def body_bytes(self) -> bytes:
        """Return the body; raises `TooLarge` as soon as it is known to be over the limit, `Busy` for one too many."""
        limit = self.services.settings.body_bytes
        announced = self.header(b"content-length")
        if announced.isdecimal() and int(announced) > limit:
            raise _body_too_large(limit)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise _body_too_large(limit)
            self.services.bodies.take(len(chunk))
            self._body_bytes = size
            chunks.append(chunk)
            if not message.get("more_body", False):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    @property
    def media_type(self) -> str:
        """Of what type the body is said to be, in lower case and without parameters; "" if nothing is said."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    @property
    def wants_tensors(self) -> bool:
        """Whether the client asks for the numbers of the answer as safetensors rather than in JSON."""
        return prefers_safetensors(self.header(b"accept"))

    async def read(self, model: type[Model]) -> Model:
        """Read the body as `model`; reports every mistake, those in its network too.

        What a body of safetensors holds as `parameters/<layer>/<name>` belongs to the network of the request.
        """
        media_type = self.media_type
        takes_tensors = getattr(model, "takes_tensors", False)
        if media_type != JSON and not (media_type == SAFETENSORS and takes_tensors):
            received = f'"{media_type[:80]}"' if media_type else "no content type"
            expected = f"{JSON} or {SAFETENSORS}" if takes_tensors else JSON
            detail = f"expected a body of type {expected}, received {received}"
            raise UnsupportedMediaType(Problem("", detail, expected, media_type[:80] or None))
        body = await self.body_bytes()
        if media_type == SAFETENSORS:
            value = await self._read_tensors(body, model)
        else:
            cost = Cost(len(body) * SECONDS_PER_BYTE, len(body) * BYTES_PER_BYTE)
            value = await self.run(cost, parse_json, body)
        try:
            return await self.run(Cost(), validate, model, value)
        except ValidationError as error:
            problems = validation_problems(error, "the request", model.model_fields)
        if isinstance(value, dict) and "network" in value and "network" in model.model_fields:
            try:
                await self.network(value["network"])
            except (NetworkError, VitrineError) as error:
                problems.extend(error.problems)
        raise InvalidRequest(problems)

    async def _read_tensors(self, body: bytes, model: type[BaseModel]) -> Any:
        """Read a body of safetensors: return its JSON with the tensor `inputs` in it, and keep the parameters."""
        length = header_length(body)
        cost = Cost(length * SECONDS_PER_BYTE, length * BYTES_PER_BYTE)
        request = await self.run(cost, read_request, body, "inputs" in model.model_fields)
        self._tensors = request.parameters
        return request.value

    async def run(self, cost: Cost, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Return `function(*arguments)`, done in place or in a worker thread.

        Raises `TooLarge` for work over this server's limits, `Busy` if it cannot be done soon.
        """
        settings = self.services.settings
        if cost.values > settings.values:
            detail = (
                f"the answer would hold {cost.values:,} numbers; this server sends at most {settings.values:,}: "
                "ask for fewer layers or examples, a slice, or a smaller top"
            )
            raise TooLarge(Problem("", detail, f"at most {settings.values:,} numbers", f"{cost.values:,} numbers"))
        self._seconds += cost.seconds
        if self._seconds < IN_PLACE_SECONDS:
            return function(*arguments)
        await self._admit(cost.memory_bytes, settings.memory_bytes)
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self.services.gate.limiter)

    @property
    def given_parameters(self) -> Mapping[str, Array]:
        """What a body of safetensors gave beside the document, by `<layer>/<name>`."""
        return self._tensors

    def refuse_too_large(self, cost: Cost) -> None:
        """Raise `TooLarge` for work that never fits into the memory that there is for it."""
        limit = self.services.settings.memory_bytes
        if cost.memory_bytes > limit:
            raise _needs_too_much(cost.memory_bytes, limit)

    async def _admit(self, size: int, limit: int) -> None:
        total = size + (self._held_bytes or 0)
        if total > limit:
            raise _needs_too_much(total, limit)
        if self._held_bytes is None:
            waited = await self.services.gate.enter(size)
            self._held_bytes = total
            if waited and await self.is_disconnected():
                raise ClientDisconnect
        else:
            self.services.gate.grow(size)
            self._held_bytes = total

    def _leave(self) -> None:
        if self._held_bytes is not None:
            self.services.gate.leave(self._held_bytes)
            self._held_bytes = None

    def release(self) -> None:
        """Let the next call in; to be called at the end of every call."""
        self._leave()
        self.services.bodies.give_back(self._body_bytes)
        self._body_bytes = 0

    async def query(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Return `function(*arguments)`, which waits for the database in a thread.

        The call gives up its place at the gate: a database that hangs stops nothing but its own users. Raises `Busy`.
        """
        return await self._wait_for(self.services.database_gate, function, *arguments)

    async def file(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Return `function(*arguments)`, which waits for the disk in a thread. Raises `Busy`."""
        return await self._wait_for(self.services.files_gate, function, *arguments)

    async def _wait_for(self, gate: Gate, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        self._leave()
        await gate.enter(0)
        try:
            return await anyio.to_thread.run_sync(function, *arguments, limiter=gate.limiter)
        finally:
            gate.leave(0)

    async def network(self, reference: object, pointer: str = "/network") -> Network:
        """Return the network that `reference` stands for: a document, an id, or a base with edits.

        Raises `NetworkError`, `LimitError` or `NotFound`, with pointers below `pointer`.
        """
        if isinstance(reference, dict) and "base" in reference:
            network = await self._edited(reference, pointer)
        else:
            network = await self._unedited(reference, pointer)
        if not self._tensors:
            return network
        size = sum(values.nbytes for values in self._tensors.values())
        return await self.run(Cost(size * SECONDS_PER_BYTE_CHECKED, size), network.with_parameters, self._tensors)

    async def _unedited(self, reference: object, pointer: str) -> Network:
        if isinstance(reference, str):
            try:
                return await self._stored(reference)
            except NetworkError as error:
                raise error.within(pointer) from None
            except NotFound as error:
                raise NotFound(problem.within(pointer) for problem in error.problems) from None
        if not isinstance(reference, dict):
            expected = "a network document, the id of a stored network, or an object with base and edits"
            detail = f"expected {expected}; received {describe(reference)}"
            raise InvalidRequest(Problem(pointer, detail, expected, describe(reference)))
        try:
            return await self.document(reference)
        except NetworkError as error:
            raise error.within(pointer) from None

    async def document(self, document: dict[str, Any], size: int | None = None) -> Network:
        """Return the network of a document; raises `NetworkError` and `LimitError` with pointers into it.

        `size` is about that of its JSON, by default that of the body.
        """
        built = self.services.built
        key = built.key(document, self._body_bytes if size is None else size)
        network = built.get(key)
        if network is not None:
            return network
        settings = self.services.settings
        layers = min(await self.run(Cost(), count_layers, document), settings.layers)
        limits = Limits(settings.layers, settings.parameters)
        cost = Cost(layers * SECONDS_PER_LAYER_READ)
        network = await self.run(cost, build, document, limits, self.services.drawn)
        if key is not None:
            network = network.traced_by(self.services.traces.of(key))
        built.keep(key, network)
        return network

    async def _stored(self, id: str) -> Network:  # noqa: A002 - what it is called everywhere
        services, settings = self.services, self.services.settings
        if id in services.networks.examples:
            return self._example(id)
        held = self._held_bytes
        network = services.built.get(_stored_key(id, await self.query(services.networks.version, id)))
        if network is None:
            stored = await self.query(services.networks.read, id)
        if held is not None:
            await self._admit(held, settings.memory_bytes)
        if network is not None:
            return network
        layers = min(stored.record.facts["layers"], settings.layers)
        cost = Cost(stored.size * SECONDS_PER_BYTE + layers * SECONDS_PER_LAYER_READ, stored.size * BYTES_PER_BYTE)
        limits = Limits(settings.layers, settings.parameters)
        network = await self.run(cost, build_stored, stored, limits, services.drawn)
        key = _stored_key(id, stored.record.version)
        network = network.traced_by(services.traces.of(key))
        services.built.keep(key, network, stored.size)
        return network

    def _example(self, id: str) -> Network:  # noqa: A002
        services = self.services
        key = _stored_key(id, None)
        network = services.built.get(key)
        if network is None:
            example = services.networks.examples[id]
            network = example.network.anew(services.drawn).traced_by(services.traces.of(key))
            services.built.keep(key, network, len(example.json))
        return network

    async def _edited(self, reference: Mapping[str, Any], pointer: str) -> Network:
        problems = [
            Problem(
                f"{pointer}/{name}", f'beside base and edits there is no field "{name[:60]}"', "base, edits", name[:60]
            )
            for name in reference
            if name not in {"base", "edits"}
        ]
        if problems:
            raise InvalidRequest(problems)
        base = await self._unedited(reference["base"], f"{pointer}/base")
        edits = reference.get("edits", [])
        seconds = len(edits) * SECONDS_PER_EDIT if isinstance(edits, list) else 0.0
        try:
            edited = await self.run(Cost(seconds), base.with_edits, edits)
        except NetworkError as error:
            raise error.within(f"{pointer}/edits") from None
        if not isinstance(base.tracer, Tracer):
            return edited
        return edited.traced_by(base.tracer.after(repr(edited.edits).encode()))


def build(document: Any, limits: Limits, draw: Draw) -> Network:
    """Return the network of a document with its sizes counted; raises `NetworkError` and `LimitError`."""
    network = Network.from_document(document, limits, draw)
    # Counted here, where the work may be in a thread: the network remembers them.
    _ = network.parameter_count, network.drawn_parameter_count, network.multiply_adds
    return network


def _stored_key(id: str, version: int | None) -> bytes:  # noqa: A002
    return f"{id} {version}".encode()  # no document is written like this


def build_stored(stored: Stored, limits: Limits, draw: Draw) -> Network:
    """Return the network of a stored document; raises `LimitError` if the limits are smaller than they were."""
    return build(parse_json(unpack(stored.document)), limits, draw)


def drawing_seconds(network: Network) -> float:
    """Estimate the time that the first use of a network's parameters takes."""
    return 0.0 if "parameters" in vars(network) else network.drawn_parameter_count * SECONDS_PER_PARAMETER_DRAWN


def _needs_too_much(size: int, limit: int) -> TooLarge:
    return TooLarge(
        f"this would take about {math.ceil(size / 2**20):,} MiB of memory; "
        f"this server has {limit // 2**20:,} MiB for it: send fewer examples, or a smaller network"
    )


def _body_too_large(limit: int) -> TooLarge:
    detail = f"the body is larger than {limit:,} bytes, the most that this server takes"
    return TooLarge(Problem("", detail, f"at most {limit:,} bytes"))


def validate(model: type[Model], value: Any) -> Model:
    """Return `value` as a request; refuses one with so many fields that naming the unknown ones would take long."""
    if isinstance(value, dict) and len(value) > MOST_FIELDS and not issubclass(model, RootModel):
        known = ", ".join(model.model_fields)
        detail = f"the request has {len(value):,} fields; it may have: {known}"
        raise InvalidRequest(Problem("", detail, f"one or more of {known}", f"{len(value):,} fields"))
    return model.model_validate(value)
