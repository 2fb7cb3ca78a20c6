"""Writing parameters that stand beside a document into it."""

from typing import Any

import numpy as np

from app.nn.editing.draft import MOST_DRAWN_VALUES, Draft
from app.nn.editing.writing import write_document
from app.nn.errors import LimitError, Problem
from app.nn.limits import Limits
from app.nn.network import Network
from app.nn.reading import Array


def complete_document(network: Network, limits: Limits) -> dict[str, Any]:
    """Return the document of a network with all parameters in it that are given, wherever they stand.

    A repeat whose layers are given parameters is written out. Raises `LimitError` for more numbers than a document
    should hold.
    """
    if not network.beside:
        return dict(network.document)
    count = network.parameter_count - network.drawn_parameter_count
    if count > MOST_DRAWN_VALUES:
        detail = (
            f"{count:,} parameters stand in a file beside the document of this network, too many to be written into it "
            f"(at most {MOST_DRAWN_VALUES:,}): it can be opened with vitrine serve --network … --parameters …, and "
            "looked at, but neither stored nor edited"
        )
        raise LimitError([Problem("", detail, f"at most {MOST_DRAWN_VALUES}", str(count))])
    draft = Draft(network, limits)
    for layer, values in network.given.items():
        if values:
            draft.give(layer, {name: _digits(array) for name, array in values.items()})
    return write_document(draft)


def _digits(values: Array) -> Array:
    """Return numbers in float64, those of a float32 array as the shortest digits that mean the same."""
    if values.dtype == np.float64:
        return values
    return np.array([float(str(one)) for one in values.reshape(-1)]).reshape(values.shape)
