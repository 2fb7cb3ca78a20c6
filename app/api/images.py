"""Pictures as inputs."""

import base64
import binascii
import math
from dataclasses import asdict

from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.route import api_router, json_response
from app.api.schemas_images import ImageAnswer, ImageRequest
from app.images import Opened, Step, open_picture, picture_shape, prepare
from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype
from app.nn.network import Network
from app.nn.reading import format_shape

router = api_router("Values")

SECONDS_PER_PIXEL = 5e-8
BYTES_PER_PIXEL = 16  # decoded, as RGBA, on white, as RGB
OPENING_SECONDS = 2e-3  # Pillow may have to be loaded


@router.post("/images", response_model=ImageAnswer)
async def read_image(body: ImageRequest, call: Call) -> Response:
    """Make an input of a picture, as the network's `input.preprocessing` says, and tell each step."""
    network = await call.network(body.network)
    picture_shape(network.input)
    limit = call.services.settings.image_pixels
    cost = Cost(OPENING_SECONDS, len(body.image))
    opened = await call.run(cost, _open, body.image, limit)
    pixels = opened.source.width * opened.source.height + math.prod(network.input.preprocessing.get("resize", ()))
    values = math.prod(network.input.shape)
    cost = Cost(pixels * SECONDS_PER_PIXEL, pixels * BYTES_PER_PIXEL + values * 60, values)
    return await call.run(cost, _answer, network, opened)


def _open(text: str, limit: int) -> Opened:
    """Read base64 and the head of the picture in it; raises `NetworkError`."""
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            detail = "the image is a data: URL without ;base64; expected base64"
            raise NetworkError([Problem("/image", detail, "base64", head[:60])])
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        detail = "the image is not base64; expected a PNG, JPEG or WebP file in base64"
        raise NetworkError([Problem("/image", detail, "base64", text[:20])]) from None
    try:
        return open_picture(content, limit)
    except NetworkError as error:
        raise error.within("/image") from None


def _answer(network: Network, opened: Opened) -> Response:
    try:
        pixels, notes = opened.pixels()
    except NetworkError as error:
        raise error.within("/image") from None
    decoded = Step("decode", f"{opened.source.format}, {format_shape(pixels.shape)}", pixels.shape)
    steps = [decoded, *(Step(operation, detail, pixels.shape) for operation, detail in notes)]
    prepared = prepare(pixels, network.input, input_dtype(network))
    return json_response(
        {
            "inputs": prepared.inputs,
            "shape": network.input.shape,
            "source": asdict(opened.source),
            "steps": [asdict(step) for step in (*steps, *prepared.steps)],
        }
    )
