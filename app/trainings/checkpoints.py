"""Checkpoints: the state of a training on disk, the latest and some on the way, each whole or not there."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from app.api.encoding import encode, plain
from app.jobs.files import replace_file
from app.nn.errors import NetworkError
from app.nn.reading import Array
from app.nn.training import TrainingState
from app.tensors.mapped import map_file
from app.tensors.safetensors import read_safetensors, write_safetensors

LATEST = "checkpoint.safetensors"
STATES = "states"
VALUES = "values"
PARAMETERS = "parameters/"
MOST_STATES = 16
MOST_STATE_BYTES = 64 * 2**20


class Checkpoints:
    """The states kept in one folder. All methods may raise `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._latest = folder / LATEST
        self._states = folder / STATES

    def write(self, state: TrainingState) -> None:
        """Keep a state as the latest: it is on the disk when this returns. Some of them stay when others follow."""
        metadata = {VALUES: encode(plain(state.values)).decode()}
        replace_file(self._latest, b"".join(write_safetensors(state.arrays, metadata)))
        self._keep(int(state.values["step"]))

    def read(self) -> TrainingState | None:
        """Return the latest state, `None` if there is none that can be read."""
        return _read(self._latest)

    def read_parameters(self) -> dict[str, Array] | None:
        """Return the parameters of the latest state, by `<layer>/<name>`; `None` if there is none."""
        state = self.read()
        if state is None:
            return None
        own = (item for item in state.arrays.items() if item[0].startswith(PARAMETERS))
        return {name.removeprefix(PARAMETERS): values for name, values in own}

    def read_before(self, step: int) -> TrainingState | None:
        """Return the latest state in which no more than `step` updates were made; `None` if there is none."""
        places = [(number, path) for number, path in self._kept() if number <= step]
        return _read(max(places)[1]) if places else None

    def steps(self) -> list[int]:
        """Return after how many updates there are states."""
        return sorted(number for number, _ in self._kept())

    def _kept(self) -> list[tuple[int, Path]]:
        if not self._states.is_dir():
            return []
        found = [(path.name.partition(".")[0], path) for path in self._states.iterdir()]
        return sorted((int(name), path) for name, path in found if name.isdecimal())

    def _keep(self, step: int) -> None:
        """Keep the latest under its number, too; where there are too many, every other one goes."""
        size = self._latest.stat().st_size
        if size > MOST_STATE_BYTES // 4:
            return
        self._states.mkdir(exist_ok=True)
        place = self._states / f"{step}.safetensors"
        with suppress(FileExistsError):
            try:
                os.link(self._latest, place)
            except FileExistsError:
                raise
            except OSError:  # a file system without links
                shutil.copyfile(self._latest, place)
        kept = self._kept()
        if len(kept) > max(2, min(MOST_STATES, MOST_STATE_BYTES // size)):
            for _, path in kept[1:-1:2]:
                path.unlink(missing_ok=True)


def _read(path: Path) -> TrainingState | None:
    """Return a state whose arrays are views of its file, which stays what it is when another takes its place."""
    try:
        with path.open("rb") as file:
            found = read_safetensors(map_file(file))
        values: dict[str, Any] = orjson.loads(found.metadata[VALUES])
    except (FileNotFoundError, NetworkError, KeyError, orjson.JSONDecodeError):
        return None
    return TrainingState(found.arrays, {**values, **_with_numbers(values)})


def _with_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return history and watches with NaN and infinities as numbers again."""
    return {
        "history": {key: [float(number) for number in numbers] for key, numbers in values["history"].items()},
        "watches": [
            {name: float(one) if isinstance(one, str) else one for name, one in watch.items()}
            for watch in values["watches"]
        ],
    }
