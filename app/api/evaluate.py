"""Evaluating: how well a network does on examples."""

import math

from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.dataset_inputs import READING_SECONDS
from app.api.encoding import plain
from app.api.route import api_router, json_response
from app.api.schemas_evaluate import EvaluateNetworkAnswer, EvaluateNetworkRequest
from app.datasets import Folders
from app.nn.network import Network
from app.trainings.evaluation import Evaluation, evaluate_network, read_evaluation

router = api_router("Trainings")

TRIED = 32
SECONDS_PER_PRODUCT = 1e-9
SECONDS_PER_VALUE = 2e-8
VALUES_AT_ONCE = 2**22


@router.post("/evaluate", response_model=EvaluateNetworkAnswer)
async def evaluate_examples(body: EvaluateNetworkRequest, call: Call) -> Response:
    """Measure loss and metrics of a network over examples that it was not trained on."""
    network = await call.network(body.network)
    folders = call.services.dataset_folders
    asked = await call.run(
        Cost(READING_SECONDS), read_evaluation, network, body.dataset, body.split, body.loss, body.metrics, folders
    )
    count = asked.source.count
    each = math.prod(network.input.shape) + math.prod(network.output.output_shape)
    seconds = count * (network.multiply_adds * SECONDS_PER_PRODUCT + network.value_count * SECONDS_PER_VALUE)
    memory = (2 * count * each + VALUES_AT_ONCE) * network.dtype.itemsize
    return await call.run(Cost(seconds, memory), _evaluate, network, asked, folders)


def _evaluate(network: Network, asked: Evaluation, folders: Folders) -> Response:
    return json_response(plain(evaluate_network(network, asked, folders)))
