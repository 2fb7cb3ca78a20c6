from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _no_floating_point_warning() -> Iterator[None]:
    """Turn everything that NumPy could report into an error; a result that rounds to 0 is none of it."""
    with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
        yield
