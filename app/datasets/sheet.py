"""Pictures of a data set drawn side by side, as one PNG."""

import io

import numpy as np

from app.datasets.record import LoadedDataset


def draw_sheet(loaded: LoadedDataset, columns: int) -> bytes:
    """Return a PNG with all examples of a data set of pictures, row by row; places that are left over are black.

    Pixels are stretched to go from 0 to 255; grey pictures give a grey PNG.
    """
    from PIL import Image  # noqa: PLC0415 - loaded when the first picture is drawn

    height, width, channels = loaded.shape
    rows = -(-len(loaded) // columns)
    pixels = np.zeros((rows * columns, height, width, channels), np.uint8)
    values = loaded.samples.values.astype(np.float32) * (255 / loaded.samples.divisor)
    pixels[: len(loaded)] = np.rint(values)
    sheet = pixels.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    sheet = sheet.reshape(rows * height, columns * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet).save(buffer, "PNG")
    return buffer.getvalue()
