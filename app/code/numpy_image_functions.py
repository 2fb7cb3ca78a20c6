"""What NumPy programs need to compute layers of images: readable, and the same arithmetic as Vitrine's."""

from collections.abc import Mapping

IMAGE_FUNCTIONS: Mapping[str, str] = {
    "frame": """\
def frame(x, rows, columns, value=0.0):
    # Images with so many rows and columns more in front and behind.
    return np.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=value)
""",
    "windows": """\
def windows(x, size, strides=(1, 1), dilation=(1, 1)):
    # Every window of some images: (batch, rows, columns, window rows, window columns, channels).
    span = [(length - 1) * apart + 1 for length, apart in zip(size, dilation)]
    every = np.lib.stride_tricks.sliding_window_view(x, span, axis=(1, 2))
    every = every[:, :: strides[0], :: strides[1], :, :: dilation[0], :: dilation[1]]
    return np.moveaxis(every, 3, -1)
""",
    "convolve": """\
def convolve(x, kernel, strides=(1, 1), dilation=(1, 1), groups=1):
    # Each window times the kernel, added up; with groups, every part of the channels has filters of its own.
    seen = windows(x, kernel.shape[:2], strides, dilation)
    parts = zip(np.split(seen, groups, axis=-1), np.split(kernel, groups, axis=-1))
    return np.concatenate([np.tensordot(one, weights, axes=3) for one, weights in parts], axis=-1)
""",
}
"""By the name of the function."""

IMAGE_NEEDS: Mapping[str, tuple[str, ...]] = {"convolve": ("windows",)}
"""Which functions the text of another calls."""
