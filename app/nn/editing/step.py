"""What one operation did to a network, as far as weights have to follow."""

from dataclasses import dataclass, field

from app.nn.editing.change import Change
from app.nn.reading import Array

READER_OF_THE_OUTPUT = ""
"""Stands among the readers for the class names, which belong to the nodes of the output."""


@dataclass
class Step:
    """What one operation did; everything that it does not mention was left alone.

    `input_change`: how the network's input changed. `arguments`: for layers given other arguments, the former positions
    of lengths that these set (`{"hidden": {"units": [0, 2]}}`: unit 1 of 3 was removed). `inputs`: for layers with
    other inputs, the former position of each among the layer's inputs, `None` for one that is new. `carried`: for
    a layer and the position of an input, what is known about a tensor read in place of another. `former_names` by
    new ones. `added`: layers that were not there before. `redraws`: layers of repeats, and those with other names, are
    drawn anew rather than written out to keep their parameters.
    """

    input_change: Change | None = None
    arguments: dict[str, dict[str, Array]] = field(default_factory=dict)
    inputs: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    carried: dict[tuple[str, int], Change | None] = field(default_factory=dict)
    former_names: dict[str, str] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    redraws: bool = False
