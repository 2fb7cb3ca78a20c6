"""Editing a network: operations on its layers, units and connections."""

from starlette.responses import Response

from app.api.call import SECONDS_PER_LAYER_READ, Call, Cost
from app.api.route import api_router, json_response
from app.api.schemas_networks import EditAnswer, EditRequest
from app.nn.editing import edit_document
from app.nn.errors import NetworkError
from app.nn.limits import Limits
from app.nn.network import Network

router = api_router("Networks")

_SECONDS_PER_VALUE = 1e-7  # of parameters in the document: read, put into lists, and written
_BYTES_PER_VALUE = 100
_BYTES_PER_NODE = 50
_LAYERS_OF_A_ROUND = 8  # where the operation does not say


@router.post("/edit", response_model=EditAnswer)
async def edit_network(body: EditRequest, call: Call) -> Response:
    """Apply operations one after the other and answer with the new document; weights that keep their meaning stay."""
    network = await call.network(body.network)
    settings = call.services.settings
    limits = Limits(settings.layers, settings.parameters)
    return await call.run(_cost(network, body.operations, limits), _edit, network, body.operations, limits)


def _cost(network: Network, operations: object, limits: Limits) -> Cost:
    """Estimate the work: the network is checked once for each operation, and once as a whole."""
    listed = operations if isinstance(operations, list) else []
    rounds = 2 + len(listed)
    added = sum(_layers_added(operation) for operation in listed)
    layers = min(len(network.layers) + added, limits.layers)
    values = network.parameter_count - network.drawn_parameter_count
    seconds = layers * rounds * SECONDS_PER_LAYER_READ + values * _SECONDS_PER_VALUE
    return Cost(seconds, values * _BYTES_PER_VALUE + network.value_count * _BYTES_PER_NODE, values)


def _layers_added(operation: object) -> int:
    """Return how many layers an operation on a repeat may add: the others add one at most."""
    if not isinstance(operation, dict):
        return 0
    rounds, block = operation.get("repeat"), operation.get("layers")
    if not isinstance(rounds, int):
        return 1
    return max(1, rounds) * (len(block) if isinstance(block, list) else _LAYERS_OF_A_ROUND)


def _edit(network: Network, operations: object, limits: Limits) -> Response:
    try:
        edited = edit_document(network, operations, limits)
    except NetworkError as error:
        raise error.within("/operations") from None
    return json_response(
        {
            "document": edited.document,
            "renamed": dict(edited.renamed),
            "added": edited.added,
            "removed": edited.removed,
            "notes": edited.notes,
        }
    )
