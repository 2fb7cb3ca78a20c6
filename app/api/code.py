"""A network as code: a program that prints the same values, the call that does, and the parameters as a file."""

import math
from typing import Any

from starlette.responses import Response

from app.api.call import Call, Cost, drawing_seconds
from app.api.dataset_inputs import DatasetInputs
from app.api.media import SAFETENSORS
from app.api.problems import Problems
from app.api.route import BASE, api_router, json_response
from app.api.schemas_code import CodeAnswer, CodeRequest, ParameterFileRequest
from app.api.tensors import PiecesResponse
from app.api.tracing import count_examples, read_asked
from app.code import TARGETS, Question
from app.code.curl import BASE_URL, write_curl
from app.code.names import file_stem
from app.nn.errors import NetworkError, Problem
from app.nn.network import Network
from app.tensors.parameter_file import WRITERS, named_parameters

MEDIA_TYPES = {"npz": "application/octet-stream", "safetensors": SAFETENSORS}
SECONDS_PER_NUMBER = 3e-6
SECONDS_PER_LAYER = 1e-4
BYTES_PER_NUMBER = 200  # its digits, several times over
BYTES_PER_LAYER = 5_000

router = api_router("Code")


@router.post("/code", response_model=CodeAnswer)
async def write_code(body: CodeRequest, call: Call) -> Response:
    """Write a program, or a curl command, that prints every layer's values.

    A small network whose parameters are all given has them in the code. Any other needs the file with its parameters,
    in the format npz, beside the program; `parameters_file` says so.
    """
    network = await call.network(body.network)
    numbers = count_examples(network, body.inputs) * math.prod(network.input.shape)
    if body.target == "curl" and not isinstance(body.network, str):
        numbers += network.parameter_count - network.drawn_parameter_count
    cost = Cost(
        numbers * SECONDS_PER_NUMBER + len(network.layers) * SECONDS_PER_LAYER,
        numbers * BYTES_PER_NUMBER + len(network.layers) * BYTES_PER_LAYER,
        numbers,
    )
    token = call.app.state.access.token is not None
    return await call.run(cost, _write, network, body, base_url(call), token)


@router.post(
    "/parameters/file",
    response_class=Response,
    responses={200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}},
)
async def get_parameter_file(body: ParameterFileRequest, call: Call) -> Response:
    """Return all parameters of a network as a file, each under `<layer>/<parameter>`."""
    network = await call.network(body.network)
    size = network.parameter_count * network.dtype.itemsize
    seconds = size * 2e-9 + len(network.layers) * SECONDS_PER_LAYER + drawing_seconds(network)
    return await call.run(Cost(seconds, 4 * size), _parameter_file, network, body.format)


def base_url(call: Call) -> str:
    """Return where the client found this server; where it says nothing a shell could take, where the server is."""
    found = f"{call.scope['scheme']}://{call.headers.get('host', '')}"
    return found if BASE_URL.fullmatch(found) else f"http://127.0.0.1:{call.services.settings.port}"


def check_base_url(value: str) -> None:
    """Refuse an address that is none; raises `NetworkError`."""
    if not BASE_URL.fullmatch(value):
        expected = "an address such as http://127.0.0.1:8000"
        detail = f"base_url: expected {expected}, without a query, received {value[:80]!r}"
        raise NetworkError([Problem("", detail, expected, value[:80])])


def _write(network: Network, body: CodeRequest, found_url: str, token: bool) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        if body.base_url is not None:
            problems.read("/base_url", check_base_url, body.base_url)
    question = Question(network, asked.inputs.values, asked.inputs.batched, asked.overrides)
    curl = body.target == "curl"
    answer: dict[str, Any] = {"target": body.target, "language": "shell" if curl else "python"}
    if curl:
        answer["filename"] = f"{question.stem}_curl.sh"
        inputs = body.inputs.reference if isinstance(body.inputs, DatasetInputs) else body.inputs
        request = {"network": body.network, "inputs": inputs}
        if body.overrides:
            request["overrides"] = body.overrides
        answer["code"] = write_curl(body.base_url or found_url, f"{BASE}/forward", request, authenticated=token)
        notes = ["Needs curl, and a shell such as sh, bash or zsh. The answer is JSON."]
        if token:
            notes.append("The server asks for its token: set the environment variable VITRINE_TOKEN to it.")
    else:
        target = TARGETS[body.target]
        answer["filename"] = target.filename(question)
        answer["code"] = target.write(question)
        notes = target.notes(question)
    answer["parameters_file"] = {
        "needed": not curl and question.needs_file,
        "filename": question.parameter_file,
        "bytes": network.parameter_count * network.dtype.itemsize,
    }
    answer["notes"] = notes
    return json_response(answer)


def _parameter_file(network: Network, form: str) -> Response:
    disposition = f'attachment; filename="{file_stem(network.name)}.{form}"'
    headers = {"Content-Disposition": disposition}
    return PiecesResponse(WRITERS[form](named_parameters(network)), MEDIA_TYPES[form], headers)
