"""Reading a picture that anybody may have sent: its head first, its pixels only when they are known to be few enough.

Pillow decodes. Nothing but the three formats is tried, whatever the file calls itself.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.reading import Array

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP")
EXPECTED = "a PNG, JPEG or WebP picture"
_FAILURES = (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, struct.error, zlib.error)
"""What Pillow's readers raise for files that are damaged or made to do harm."""

_OTHER_TYPES = {
    b"GIF8": "a GIF",
    b"BM": "a BMP",
    b"II*\0": "a TIFF",
    b"MM\0*": "a TIFF",
    b"%PDF": "a PDF",
    b"<svg": "an SVG",
    b"<?xm": "an XML file",
    b"<!DO": "a web page",
    b"<htm": "a web page",
    b"PK\3\4": "a ZIP archive",
    b"\0\0\1\0": "an icon",
}


@dataclass(frozen=True)
class Source:
    """What a picture is by itself: `mode` is Pillow's word for its channels, `frames` how many pictures it holds."""

    format: str
    width: int
    height: int
    mode: str
    frames: int = 1


@dataclass(frozen=True)
class Opened:
    """A picture whose head was read; `notes` on what was done to it come with its pixels."""

    source: Source
    _image: Any

    def pixels(self) -> tuple[Array, list[tuple[str, str]]]:
        """Decode: return bytes (height, width, 1 or 3) and what was done, as (operation, detail).

        Several pictures: the first. The camera's orientation is applied, what is transparent stands on white,
        16 bits become 8, and other colour spaces become RGB. Raises `NetworkError` for a damaged file.
        """
        try:
            return _pixels(self._image, self.source)
        except _FAILURES as error:
            raise _damaged(self.source.format, error) from None


def open_picture(content: bytes, most_pixels: int) -> Opened:
    """Read the head of a picture; raises `NetworkError` for what is none, `LimitError` for more pixels than allowed."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loaded when the first picture comes

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # damaged metadata
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        frames = int(getattr(image, "n_frames", 1))
    except UnidentifiedImageError:
        raise _not_a_picture(content) from None
    except _FAILURES as error:
        raise _damaged("picture", error) from None
    source = Source("JPEG" if image.format == "MPO" else str(image.format), *image.size, image.mode, frames)
    count = source.width * source.height
    if count > most_pixels:
        detail = (
            f"the picture has {source.width:,}×{source.height:,} = {count:,} pixels; "
            f"at most {most_pixels:,} are read: make it smaller first"
        )
        raise LimitError([Problem("", detail, f"at most {most_pixels:,} pixels", f"{count:,} pixels")])
    return Opened(source, image)


def _not_a_picture(content: bytes) -> NetworkError:
    if not content:
        return NetworkError([Problem("", f"the file is empty; expected {EXPECTED}", EXPECTED, "nothing")])
    start = content[:12].lstrip()
    found = next((name for magic, name in _OTHER_TYPES.items() if start.startswith(magic)), None)
    if found is None:
        found = "a HEIC or AVIF picture" if content[4:8] == b"ftyp" else "no picture that can be read"
    return NetworkError([Problem("", f"the file is {found}; expected {EXPECTED}", EXPECTED, found)])


def _damaged(kind: str, error: Exception) -> NetworkError:
    what = "is cut off" if "truncated" in str(error) else "is damaged and cannot be decoded"
    kind = kind if kind == "picture" else f"{kind} picture"
    return NetworkError([Problem("", f"the {kind} {what}", EXPECTED)])


def _pixels(image: "Image", source: Source) -> tuple[Array, list[tuple[str, str]]]:
    from PIL import Image, ImageOps  # noqa: PLC0415

    image.load()
    notes: list[tuple[str, str]] = []
    if source.frames > 1:
        notes.append(("frame", f"the first of {source.frames} pictures in the file"))
    turned = ImageOps.exif_transpose(image)
    if turned is not image and turned.getexif().get(0x0112) != image.getexif().get(0x0112):
        notes.append(("orient", "turned as the camera was held"))
        image = turned
    if image.mode.startswith("I") or image.mode == "F":
        notes.append(("depth", "16 bits a pixel made 8"))
        return _eight_bits(np.asarray(image))[..., np.newaxis], notes
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        image = image.convert("RGBA")
        if np.asarray(image.getchannel("A")).min() < 255:
            notes.append(("flatten", "what is transparent stands on white"))
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = image.convert("L" if source.mode in {"L", "LA", "La", "1"} else "RGB")
    if image.mode == "1":
        image = image.convert("L")
    if image.mode not in {"L", "RGB"}:
        if image.mode != "P":
            notes.append(("colour", f"{image.mode} made RGB"))
        image = image.convert("RGB")
    pixels = np.asarray(image)
    return pixels.reshape(*pixels.shape[:2], -1), notes


def _eight_bits(values: Array) -> Array:
    """Return numbers up to 65,535 as bytes, 65,535 as 255."""
    return np.rint(np.clip(values.astype(np.float64), 0, 65_535) / 257).astype(np.uint8)
