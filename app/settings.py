"""The settings: read once from the environment into one object that does not change."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from platformdirs import user_data_path

from app.errors import SettingsError

MEBIBYTE = 2**20
PREFIX = "VITRINE_"
MAY_BE_ZERO = {"PORT", "WAITING", "JOBS_WAITING"}
AUTHENTICATION = ("auto", "on", "off")

_TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,200}")


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


def user_data_directory() -> Path:
    """Return the directory for Vitrine's data in which this system's users keep such things."""
    return user_data_path("vitrine", appauthor=False)


@dataclass(frozen=True)
class Settings:
    """What the server is told by its environment. Every field `name` is the variable `VITRINE_NAME`.

    `host`, `port`: where to listen. The default is reachable from this machine only.
    `allowed_hosts`: the names under which the server is asked for, with commas between them; see `app.access`.
    `authentication`: whether a token is asked for: "on", "off", or "auto", which asks for one unless only this
    machine can reach the server.
    `token`: the token to ask for instead of one that is drawn at the start.
    `connections`: how many may be open at one time; a request on one more is told to come back later.
    `client_seconds`: how long a client may take to send a request, or to go on receiving an answer.
    `stop_seconds`: how long what runs may go on when the server is asked to stop.
    `body_bytes`: the largest request body; a larger one is refused while it is still arriving.
    `bodies_bytes`: what all bodies that are held at one time may take; a request beyond that comes back later.
    `answers_bytes`: the same for large answers that are on their way.
    `layers`, `parameters`: the largest network, in layers after expansion and in parameters.
    `values`: the most numbers in one answer.
    `memory_bytes`: the memory that the work running at one time may take, by estimate. Work that
    needs more than all of it is refused; work that needs more than is free waits.
    `cache_bytes`: the memory, beside that, for what is kept to answer sooner: drawn parameters (three quarters of it),
    networks and values.
    `workers`: how many requests compute at one time outside the event loop.
    `waiting`: how many more may wait for that; the next one is told to come back later.
    `wait_seconds`: how long one may wait before it is told the same.
    `blas_threads`: the threads that one matrix product may use.
    `data_dir`: the directory for what is stored; it is made when something is. The default is the user's own.
    `datasets_dir`: a folder with files of data sets that are there already; nothing is written into it.
    `datasets`: how many data sets of their own people may keep here.
    `datasets_mirror`: an address to download data sets from, instead of their makers'.
    `database_url`: another database than the SQLite file there, `postgresql://…` or `sqlite:///FILE`.
    `image_pixels`: the most pixels that a picture may have which is to become an input.
    `networks`: how many networks may be stored, those included that are deleted and can be restored.
    `document_bytes`: the largest document that is stored, as JSON.
    `deleted_days`: for how long at most a deleted network can be restored.
    `jobs_running`: how many jobs (trainings, downloads and other long work) run at one time, each in a process.
    `jobs_waiting`: how many more may wait for that; the next one is told to come back later.
    `jobs_kept`: how many jobs that have ended are remembered, with their results.
    `streams`: how many clients may follow the events of jobs at one time.
    `bundle` is found, not set.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: str | None = None
    authentication: str = "auto"
    token: str | None = field(default=None, repr=False)
    connections: int = 512
    client_seconds: int = 30
    stop_seconds: int = 8
    body_bytes: int = 64 * MEBIBYTE
    bodies_bytes: int = 256 * MEBIBYTE
    answers_bytes: int = 512 * MEBIBYTE
    layers: int = 10_000
    parameters: int = 200_000_000
    values: int = 10_000_000
    memory_bytes: int = 2048 * MEBIBYTE
    cache_bytes: int = 1024 * MEBIBYTE
    workers: int = field(default_factory=available_processors)
    waiting: int = 64
    wait_seconds: int = 30
    blas_threads: int = field(default_factory=lambda: min(4, available_processors()))
    data_dir: Path = field(default_factory=user_data_directory)
    datasets_dir: Path | None = None
    datasets: int = 100
    datasets_mirror: str | None = None
    database_url: str | None = None
    image_pixels: int = 50_000_000
    networks: int = 1000
    document_bytes: int = 16 * MEBIBYTE
    deleted_days: int = 30
    jobs_running: int = 2
    jobs_waiting: int = 100
    jobs_kept: int = 200
    streams: int = 128
    bundle: Bundle = field(default_factory=find_bundle)

    def __post_init__(self) -> None:
        """Raise `SettingsError` for settings that cannot hold together."""
        if self.authentication not in AUTHENTICATION:
            message = f"VITRINE_AUTHENTICATION is {self.authentication!r}; expected one of {', '.join(AUTHENTICATION)}"
            raise SettingsError(message)
        if self.datasets_mirror is not None and not self.datasets_mirror.startswith(("http://", "https://")):
            message = (
                f"VITRINE_DATASETS_MIRROR is {self.datasets_mirror!r}; expected an address with http:// or https://"
            )
            raise SettingsError(message)
        if self.token is None:
            return
        if not _TOKEN.fullmatch(self.token):
            message = (
                f"VITRINE_TOKEN has {len(self.token)} characters or some that do not fit a link; "
                "expected 16 to 200 letters, digits and any of . _ ~ -"
            )
            raise SettingsError(message)
        if self.authentication == "off":
            message = "VITRINE_TOKEN is set, but VITRINE_AUTHENTICATION is off; expected only one of them"
            raise SettingsError(message)

    @property
    def job_threads(self) -> int:
        """The threads of one job: all together take no more than one request, so the page stays quick beside them."""
        return max(1, self.blas_threads // self.jobs_running)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings in `environment` (by default this process's), the defaults where it has none.

        Raises `SettingsError` for a number that is none, or is not positive (some may be 0), and for a token or a
        kind of authentication that cannot be used.
        """
        environment = os.environ if environment is None else environment
        chosen: dict[str, str | int | Path] = {}
        for setting in fields(cls):
            variable = PREFIX + setting.name.upper()
            text = environment.get(variable)
            if text is None or setting.name == "bundle" or (not text and setting.default is None):
                continue
            if setting.type in {Path, Path | None}:
                chosen[setting.name] = Path(text).expanduser()
            else:
                chosen[setting.name] = _positive_integer(variable, text) if setting.type is int else text
        return cls(**chosen)  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """Return the variables from which `from_environment` reads these settings, for a process that works for us.

        The token is left out: whoever computes needs none.
        """
        return {
            PREFIX + setting.name.upper(): str(getattr(self, setting.name))
            for setting in fields(self)
            if setting.name not in {"bundle", "token"} and getattr(self, setting.name) is not None
        }


def _positive_integer(variable: str, text: str) -> int:
    smallest = 0 if variable.removeprefix(PREFIX) in MAY_BE_ZERO else 1
    try:
        number = int(text)
    except ValueError:
        number = smallest - 1
    if number < smallest:
        message = f"{variable} is {text!r}; expected a whole number, at least {smallest}"
        raise SettingsError(message)
    return number
