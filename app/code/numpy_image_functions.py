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
    "convolve_channels": """\
def convolve_channels(x, kernel, strides=(1, 1), dilation=(1, 1)):
    # Each channel by itself: its windows times its own kernel, once for every map that it makes.
    seen = windows(x, kernel.shape[:2], strides, dilation)
    sums = np.einsum("nrcijk,ijkm->nrckm", seen, kernel)
    return sums.reshape(*sums.shape[:3], -1)
""",
    "spread": """\
def spread(x, kernel, strides, dilation, size, before):
    # Every pixel adds its value times the kernel (rows, columns, filters, channels) to a larger image.
    span = [(length - 1) * apart + 1 for length, apart in zip(kernel.shape, dilation)]
    reach = [max(b + s, (n - 1) * step + d) for n, step, d, b, s in zip(x.shape[1:3], strides, span, before, size)]
    image = np.zeros((len(x), *reach, kernel.shape[2]), dtype=x.dtype)
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            down, right = row * dilation[0], column * dilation[1]
            rows = slice(down, down + (x.shape[1] - 1) * strides[0] + 1, strides[0])
            columns = slice(right, right + (x.shape[2] - 1) * strides[1] + 1, strides[1])
            image[:, rows, columns] += x @ kernel[row, column].T
    return image[:, before[0] : before[0] + size[0], before[1] : before[1] + size[1]]
""",
    "interpolate": """\
def interpolate(x, axis, factor):
    # Values between the pixels along an axis; beyond the outermost centres the last pixel counts.
    length = x.shape[axis]
    place = np.clip((np.arange(length * factor) + 0.5) / factor - 0.5, 0.0, length - 1.0)
    first = np.floor(place).astype(int)
    second = np.minimum(first + 1, length - 1)
    share = (place - first).astype(x.dtype).reshape([-1 if one == axis else 1 for one in range(x.ndim)])
    return np.take(x, first, axis) * (1 - share) + np.take(x, second, axis) * share
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

IMAGE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "convolve": ("windows",),
    "convolve_channels": ("windows",),
}
"""Which functions the text of another calls."""
