"""Editing a network: operations on its layers, units and connections."""

from starlette.responses import Response

from app.api.call import SECONDS_PER_LAYER_READ, Call, Cost
from app.api.route import api_router, json_response
from app.api.schemas import EditAnswer, EditRequest
from app.nn.editing import edit_document
from app.nn.errors import NetworkError
from app.nn.limits import Limits
from app.nn.network import Network

router = api_router("Networks")

_SECONDS_PER_VALUE = 1e-7  # of parameters in the document: read, put into lists, and written
_BYTES_PER_VALUE = 100
_BYTES_PER_NODE = 50


@router.post("/edit", response_model=EditAnswer)
async def edit_network(body: EditRequest, call: Call) -> Response:
    """Apply operations one after the other and answer with the new document; weights that keep their meaning stay."""
    network = await call.network(body.network)
    settings = call.services.settings
    limits = Limits(settings.layers, settings.parameters)
    return await call.run(_cost(network, body.operations), _edit, network, body.operations, limits)


def _cost(network: Network, operations: object) -> Cost:
    """Estimate the work: the network is checked once for each operation, and once as a whole."""
    rounds = 2 + (len(operations) if isinstance(operations, list) else 0)
    values = network.parameter_count - network.drawn_parameter_count
    seconds = len(network.layers) * rounds * SECONDS_PER_LAYER_READ + values * _SECONDS_PER_VALUE
    return Cost(seconds, values * _BYTES_PER_VALUE + network.value_count * _BYTES_PER_NODE, values)


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
