"""The settings: read once from the environment into one object that does not change."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from app.errors import SettingsError

MEBIBYTE = 2**20
PREFIX = "VITRINE_"


@dataclass(frozen=True)
class Bundle:
    """Where the files that are not Python stand.

    An installed package holds them in `app/_bundle`; in a checkout they are at the top of the repository.
    """

    static: Path
    templates: Path
    examples: Path


def find_bundle() -> Bundle:
    """Return the bundle of the installed package, else that of the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_bundle"
    if installed.is_dir():
        return Bundle(installed / "static", installed / "templates", installed / "examples")
    checkout = package.parent
    return Bundle(checkout / "static" / "dist", checkout / "templates", checkout / "examples")


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """What the server is told by its environment. Every field `name` is the variable `VITRINE_NAME`.

    `host`, `port`: where to listen. The default is reachable from this machine only.
    `body_bytes`: the largest request body; a larger one is refused while it is still arriving.
    `layers`, `parameters`: the largest network, in layers after expansion and in parameters.
    `values`: the most numbers in one answer.
    `memory_bytes`: the memory that the work running at one time may take, by estimate. Work that
    needs more than all of it is refused; work that needs more than is free waits.
    `workers`: how many requests compute at one time outside the event loop.
    `waiting`: how many more may wait for that; the next one is told to come back later.
    `blas_threads`: the threads that one matrix product may use.
    `bundle` is found, not set.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    body_bytes: int = 64 * MEBIBYTE
    layers: int = 10_000
    parameters: int = 200_000_000
    values: int = 10_000_000
    memory_bytes: int = 2048 * MEBIBYTE
    workers: int = field(default_factory=available_processors)
    waiting: int = 64
    blas_threads: int = field(default_factory=lambda: min(4, available_processors()))
    bundle: Bundle = field(default_factory=find_bundle)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings in `environment` (by default this process's), the defaults where it has none.

        Raises `SettingsError` for a number that is none, or is not positive (`port` and `waiting` may be 0).
        """
        environment = os.environ if environment is None else environment
        chosen: dict[str, str | int] = {}
        for setting in fields(cls):
            variable = PREFIX + setting.name.upper()
            text = environment.get(variable)
            if text is None or setting.name == "bundle":
                continue
            chosen[setting.name] = text if setting.type is str else _positive_integer(variable, text)
        return cls(**chosen)  # type: ignore[arg-type]


def _positive_integer(variable: str, text: str) -> int:
    smallest = 0 if variable in {PREFIX + "PORT", PREFIX + "WAITING"} else 1
    try:
        number = int(text)
    except ValueError:
        number = smallest - 1
    if number < smallest:
        message = f"{variable} is {text!r}; expected a whole number, at least {smallest}"
        raise SettingsError(message)
    return number
