"""Pictures as inputs: every kind that people send, what the document says is done to them, and hostile ones."""

import base64
import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.images import open_picture, prepare
from app.main import create_app
from app.nn.errors import NetworkError
from app.nn.input_spec import InputSpec
from app.nn.reading import Array
from app.settings import Settings
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio

LIMIT = 1_000_000
RANDOM = np.random.default_rng(8)
COLOUR = RANDOM.integers(0, 256, (6, 9, 3), np.uint8)
NOISE = RANDOM.integers(0, 256, (64, 64, 3), np.uint8)
GREY = RANDOM.integers(0, 256, (6, 9), np.uint8)


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002 - Pillow's word
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def decode(content: bytes) -> tuple[Array, list[str]]:
    pixels, notes = open_picture(content, LIMIT).pixels()
    return pixels, [operation for operation, _ in notes]


def network(shape: list[int], preprocessing: dict[str, Any] | None = None) -> dict[str, Any]:
    layers = [{"kind": "Flatten"}, {"kind": "Dense", "units": 1}]
    return {"input": {"shape": shape, "preprocessing": preprocessing or {}}, "dtype": "float32", "layers": layers}


def question(content: bytes, shape: list[int], preprocessing: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"network": network(shape, preprocessing), "image": base64.b64encode(content).decode()}


def test_lossless_pictures_keep_their_pixels() -> None:
    for options in ({"format": "PNG"}, {"format": "WEBP", "lossless": True}):
        pixels, notes = decode(encoded(Image.fromarray(COLOUR), **options))
        np.testing.assert_array_equal(pixels, COLOUR)
        assert notes == []
    pixels, _ = decode(encoded(Image.fromarray(GREY)))
    np.testing.assert_array_equal(pixels[..., 0], GREY)
    smooth = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    pixels, _ = decode(encoded(Image.fromarray(smooth), "JPEG", quality=95))
    np.testing.assert_allclose(pixels, smooth, atol=3)


def test_every_kind_of_pixel_is_understood() -> None:
    deep = RANDOM.integers(0, 65536, (6, 9)).astype(np.uint16)
    pixels, notes = decode(encoded(Image.fromarray(deep)))
    assert notes == ["depth"]
    np.testing.assert_allclose(pixels[..., 0], deep / 257, atol=0.5)

    alpha = RANDOM.integers(0, 256, (6, 9, 1), np.uint8)
    pixels, notes = decode(encoded(Image.fromarray(np.concatenate([COLOUR, alpha], axis=2))))
    assert notes == ["flatten"]
    over = alpha / 255
    np.testing.assert_allclose(pixels, COLOUR * over + 255 * (1 - over), atol=1.5)

    palette = Image.fromarray(GREY).convert("P")
    palette.info["transparency"] = 0
    pixels, _ = decode(encoded(palette, transparency=0))
    expected = np.where(GREY == 0, 255, GREY)
    np.testing.assert_array_equal(pixels, np.repeat(expected[..., np.newaxis], 3, axis=2))

    pixels, _ = decode(encoded(Image.fromarray(GREY > 127)))
    np.testing.assert_array_equal(pixels[..., 0], np.where(GREY > 127, 255, 0))

    smooth = Image.new("RGB", (16, 16), (200, 100, 50))
    pixels, notes = decode(encoded(smooth.convert("CMYK"), "JPEG", quality=95))
    assert notes == ["colour"]
    np.testing.assert_allclose(pixels, np.asarray(smooth), atol=4)


def test_the_orientation_of_the_camera_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the first row of the file is the right side
    pixels, notes = decode(encoded(Image.fromarray(COLOUR), exif=exif))
    assert notes == ["orient"]
    np.testing.assert_array_equal(pixels, np.rot90(COLOUR, -1))


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_is_taken(format: str) -> None:  # noqa: A002
    frames = [Image.new("RGB", (4, 4), (value, 0, 0)) for value in (10, 120, 240)]
    options = {"lossless": True} if format == "WEBP" else {}
    content = encoded(frames[0], format, save_all=True, append_images=frames[1:], **options)
    opened = open_picture(content, LIMIT)
    assert opened.source.frames == 3
    pixels, notes = opened.pixels()
    assert notes == [("frame", "the first of 3 pictures in the file")]
    assert (pixels[..., 0] == 10).all()


def prepared(pixels: Array, shape: tuple[int, ...], **preprocessing: Any) -> tuple[Array, list[str]]:
    found = prepare(pixels, InputSpec(shape, preprocessing=preprocessing), np.dtype(np.float64))
    assert found.inputs.shape == shape
    assert found.steps[-1].shape == shape
    return found.inputs, [step.operation for step in found.steps]


def test_channels_follow_the_network() -> None:
    inputs, steps = prepared(COLOUR, (6, 9), scale=1)
    np.testing.assert_allclose(inputs, COLOUR @ [0.299, 0.587, 0.114], atol=0.6)
    assert steps == ["grey", "scale", "reshape"]
    inputs, steps = prepared(GREY[..., np.newaxis], (6, 9, 3))
    np.testing.assert_array_equal(inputs, np.repeat(GREY[..., np.newaxis], 3, axis=2) / 255)
    assert steps == ["rgb", "scale"]


def test_numbers_are_made_as_the_document_says() -> None:
    inputs, steps = prepared(COLOUR, (6, 9, 3), scale=2, mean=[1.0, 2.0, 3.0], std=4)
    np.testing.assert_allclose(inputs, (COLOUR / 2 - [1, 2, 3]) / 4)
    assert steps == ["scale", "mean", "std"]
    inputs, _ = prepared(COLOUR[:, :6], (108,))
    np.testing.assert_array_equal(inputs, COLOUR[:, :6].reshape(-1) / 255)
    inputs, _ = prepared(COLOUR, (162,), resize=[6, 9])
    np.testing.assert_array_equal(inputs, COLOUR.reshape(-1) / 255)


def test_a_flat_input_may_be_scaled_place_by_place() -> None:
    mean = list(range(54))
    inputs, steps = prepared(GREY[..., np.newaxis], (54,), resize=[6, 9], scale=1, mean=mean)
    np.testing.assert_array_equal(inputs, GREY.reshape(-1) - np.array(mean, np.float64))
    assert steps == ["scale", "mean", "reshape"]


def test_proportions_are_kept_or_not() -> None:
    wide = np.zeros((4, 8, 1), np.uint8)
    wide[:, 2:6] = 200
    inputs, steps = prepared(wide, (2, 2), scale=1)
    np.testing.assert_array_equal(inputs, np.full((2, 2), 200))
    assert steps == ["crop", "resize", "scale", "reshape"]
    inputs, steps = prepared(wide, (2, 2), scale=1, fit="stretch")
    assert steps == ["resize", "scale", "reshape"]
    assert 0 < inputs.mean() < 200
    inputs, steps = prepared(np.full((4, 8, 1), 9, np.uint8), (4, 4), scale=1, fit="pad")
    np.testing.assert_array_equal(inputs, [[0] * 4, [9] * 4, [9] * 4, [0] * 4])
    assert steps == ["resize", "pad", "scale", "reshape"]
    tall = wide.transpose(1, 0, 2)
    inputs, _ = prepared(tall, (2, 2), scale=1)
    np.testing.assert_array_equal(inputs, np.full((2, 2), 200))
    inputs, steps = prepared(np.arange(64, dtype=np.uint8).reshape(8, 8, 1), (4, 4), scale=1, resize=[8, 8])
    np.testing.assert_array_equal(inputs, np.arange(64).reshape(8, 8)[2:6, 2:6])
    assert steps == ["crop", "scale", "reshape"]


def test_smaller_pictures_average_all_pixels() -> None:
    fine = np.zeros((64, 64, 1), np.uint8)
    fine[::2] = 255  # every other row: a filter that skips pixels would see black or white
    inputs, _ = prepared(fine, (4, 4), scale=1)
    np.testing.assert_allclose(inputs, 127.5, atol=3)


def test_dark_ink_on_light_paper_is_inverted_where_asked() -> None:
    paper = np.full((8, 8, 1), 250, np.uint8)
    paper[3:5, 3:5] = 10
    for invert, picture, expected in (
        ("auto", paper, 245),
        ("auto", 255 - paper, 245),
        (True, paper, 245),
        (False, paper, 10),
    ):
        inputs, steps = prepared(picture, (8, 8), scale=1, invert=invert)
        assert inputs[3, 3] == expected
        assert ("invert" in steps) == (invert is True or (invert == "auto" and picture is paper))


def test_an_input_that_is_no_picture_is_named() -> None:
    for shape in ((7,), (4, 4, 2), (2, 2, 2, 2)):
        with pytest.raises(NetworkError, match="a picture fits"):
            prepared(COLOUR, shape)
    with pytest.raises(NetworkError, match="resize makes 4×4"):
        prepared(COLOUR, (8, 8), resize=[4, 4])
    with pytest.raises(NetworkError, match="3 numbers as mean"):
        prepared(COLOUR, (8, 8), mean=[1, 2, 3])


async def test_a_picture_becomes_an_input(client: Client) -> None:
    answer = await client.post("/api/v1/images", question(encoded(Image.fromarray(COLOUR)), [6, 9, 3], {"scale": 255}))
    assert answer["source"] == {"format": "PNG", "width": 9, "height": 6, "mode": "RGB", "frames": 1}
    assert answer["shape"] == [6, 9, 3]
    np.testing.assert_array_equal(answer["inputs"], COLOUR.astype(np.float32) / np.float32(255))
    assert [step["operation"] for step in answer["steps"]] == ["decode", "scale"]
    body = question(encoded(Image.fromarray(COLOUR)), [6, 9, 3])
    body["image"] = "data:image/png;base64," + body["image"]
    assert (await client.post("/api/v1/images", body))["inputs"] == answer["inputs"]


def bomb(width: int, height: int) -> bytes:
    """Return a PNG whose head promises many pixels, and whose data are zeros that pack a thousand to one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 422, "is empty"),
        (b"GIF89a" + bytes(50), 422, "is a GIF"),
        (b"<svg xmlns=''/>", 422, "an SVG"),
        (b"%PDF-1.7", 422, "a PDF"),
        (bytes(1000), 422, "no picture"),
        (encoded(Image.fromarray(COLOUR))[:60], 422, "PNG picture is"),
        (encoded(Image.fromarray(NOISE), "JPEG")[:2000], 422, "JPEG picture is cut off"),
        (encoded(Image.fromarray(COLOUR), "WEBP")[:40], 422, "is damaged"),
        (encoded(Image.new("RGB", (9, 9)), "BMP"), 422, "is a BMP"),
        (encoded(Image.new("RGB", (9, 9)), "TIFF"), 422, "is a TIFF"),
        (bomb(60_000, 60_000), 413, "3,600,000,000 pixels"),
        (bomb(2**31 - 1, 2**31 - 1), 413, "pixels"),
        (bomb(5000, 5000), 422, "PNG picture is"),
    ],
)
async def test_hostile_pictures_get_a_clear_error(client: Client, content: bytes, status: int, says: str) -> None:
    body = question(content, [8, 8, 3])
    problem = await client.problem("POST", "/api/v1/images", status, json=body)
    assert problem["pointer"] == "/image"
    assert says in problem["detail"]


async def test_what_is_no_base64_or_fits_no_network(client: Client) -> None:
    for image in ("????", "data:image/png,abc", "YWJj\n=", "é"):
        body = {"network": network([8, 8]), "image": image}
        assert (await client.problem("POST", "/api/v1/images", 422, json=body))["pointer"] == "/image"
    problem = await client.problem("POST", "/api/v1/images", 422, json=question(b"", [7]))
    assert problem["pointer"] == "/network/input/shape"
    huge = question(encoded(Image.fromarray(COLOUR)), [8, 8], {"resize": [60_000, 60_000]})
    await client.problem("POST", "/api/v1/images", 413, json=huge)


@pytest.fixture
def small_server() -> Iterator[Client]:
    app = create_app(Settings(image_pixels=100))
    yield Client(connect(app))
    app.state.services.networks.database.close()


async def test_the_limit_is_a_setting(small_server: Client) -> None:
    body = question(encoded(Image.new("L", (11, 10))), [8, 8])
    problem = await small_server.problem("POST", "/api/v1/images", 413, json=body)
    assert "at most 100 are read" in problem["detail"]


@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_raise_nothing_but_a_named_problem() -> None:
    """Flip bytes of good files: it is decoded, or refused with a reason, and nothing else ever comes out."""
    picture = Image.fromarray(RANDOM.integers(0, 256, (40, 40, 3), np.uint8))
    files = [encoded(picture), encoded(picture, "JPEG"), encoded(picture, "WEBP"), encoded(picture.convert("P"))]
    files.append(encoded(picture, "WEBP", save_all=True, append_images=[picture]))
    chance = random.Random(4)  # noqa: S311 - no secret
    refused = 0
    for content in files:
        for _ in range(150):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                open_picture(
                    bytes(damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])]), LIMIT
                ).pixels()
            except NetworkError:
                refused += 1
    assert refused > 100
