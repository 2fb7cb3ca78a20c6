"""The normal distribution Φ and its density φ, accurate far into the tail, from NumPy alone.

Φ(x) = ½ erfc(−x/√2) is what exact GELU multiplies by. The rational approximations, with the coefficients
below, are those of W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
Computation 23 (1969), in the form for Φ of his "Algorithm 715: SPECFUN", ACM TOMS 19 (1993). Their relative
error is below 1e-15, also where Φ itself is 1e-300.
"""

from collections.abc import Sequence

import numpy as np

from app.nn.activations.arrays import Array

_SQRT_32 = 5.656854249492380
_INVERSE_SQRT_2_PI = 0.3989422804014326779
# Beyond this Φ(−x) is below the smallest float64.
_FAR = 40.0
# So many float64 stay in the processor's cache, and are too few to be mapped from the system anew each time.
_BLOCK = 8_192

# |x| ≤ 0.66291: Φ(x) = ½ + x·P(x²)/Q(x²). Coefficients from the highest power down.
_CENTER_BOUND = 0.66291
_CENTER_NUMERATOR = (
    0.065682337918207449113,
    2.2352520354606839287,
    161.02823106855587881,
    1067.6894854603709582,
    18154.981253343561249,
)
_CENTER_DENOMINATOR = (
    1.0,
    47.20258190468824187,
    976.09855173777669322,
    10260.932208618978205,
    45507.789335026729956,
)

# up to √32: Φ(−y) = exp(−y²/2)·P(y)/Q(y)
_MIDDLE_NUMERATOR = (
    1.0765576773720192317e-8,
    0.39894151208813466764,
    8.8831497943883759412,
    93.506656132177855979,
    597.27027639480026226,
    2494.5375852903726711,
    6848.1904505362823326,
    11602.651437647350124,
    9842.7148383839780218,
)
_MIDDLE_DENOMINATOR = (
    1.0,
    22.266688044328115691,
    235.38790178262499861,
    1519.377599407554805,
    6485.558298266760755,
    18615.571640885098091,
    34900.952721145977266,
    38912.003286093271411,
    19685.429676859990727,
)

# beyond √32, with t = 1/y²: Φ(−y) = exp(−y²/2)·(1/√(2π) − t·P(t)/Q(t))/y
_TAIL_NUMERATOR = (
    0.02307344176494017303,
    0.21589853405795699,
    0.1274011611602473639,
    0.022235277870649807,
    0.001421619193227893466,
    2.9112874951168792e-5,
)
_TAIL_DENOMINATOR = (
    1.0,
    1.28426009614491121,
    0.468238212480865118,
    0.0659881378689285515,
    0.00378239633202758244,
    7.29751555083966205e-5,
)


def cumulative(x: Array) -> Array:
    """Return Φ(x), the share of a standard normal distribution that lies below x.

    Any shape with at least one axis; the result has x's dtype, the work is done in float64.
    """
    result = np.empty_like(x)
    flat, flat_result = x.reshape(-1), result.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        flat_result[block] = _cumulative(flat[block].astype(np.float64))
    return result


def density(x: Array) -> Array:
    """Return φ(x) = exp(−x²/2)/√(2π)."""
    result = exponential_of_square(x, -0.5)
    result *= _INVERSE_SQRT_2_PI
    return result


def exponential_of_square(x: Array, factor: float) -> Array:
    """Return exp(factor·x²) for a negative factor of at least −1, accurate also where x² is large.

    Rounding x² would cost as many digits as x² has before the point. So x = h + r with h a multiple of 1/16,
    whose square is exact, and exp(c·x²) = exp(c·h²)·exp(c·r·(x + h)): Cody's splitting.
    """
    y = np.minimum(np.abs(x), _FAR)
    h = np.rint(y * 16.0)
    h *= 0.0625
    rest = (y - h) * (y + h)
    rest *= factor
    h *= h
    h *= factor
    result: Array = np.exp(h) * np.exp(rest)
    return result


def _cumulative(x: Array) -> Array:
    """Return Φ of a flat float64 array, each region computed only for the values that lie in it."""
    y = np.abs(x)
    center = y <= _CENTER_BOUND
    tail = y > _SQRT_32
    middle = ~(center | tail)
    result = np.empty_like(x)
    if center.any():
        z = x[center]
        square = z * z
        result[center] = 0.5 + z * _ratio(_CENTER_NUMERATOR, _CENTER_DENOMINATOR, square)
    if middle.any():
        # NaN is here too: it is in neither of the others, and passes through.
        z = y[middle]
        below = exponential_of_square(z, -0.5) * _ratio(_MIDDLE_NUMERATOR, _MIDDLE_DENOMINATOR, z)
        result[middle] = np.where(x[middle] > 0.0, 1.0 - below, below)
    if tail.any():
        z = np.minimum(y[tail], _FAR)
        t = 1.0 / (z * z)
        below = _INVERSE_SQRT_2_PI - t * _ratio(_TAIL_NUMERATOR, _TAIL_DENOMINATOR, t)
        below *= exponential_of_square(z, -0.5) / z
        result[tail] = np.where(x[tail] > 0.0, 1.0 - below, below)
    return result


def _ratio(numerator: Sequence[float], denominator: Sequence[float], x: Array) -> Array:
    result = _polynomial(numerator, x)
    result /= _polynomial(denominator, x)
    return result


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    """Return the polynomial's value by Horner's rule, the highest power first."""
    result = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        result += coefficient
        result *= x
    result += coefficients[-1]
    return result
