"""A job's process, seen from its server: started, told that the server leaves, killed if it does not end."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import app
from app.jobs.folder import JobFolder
from app.jobs.locks import FileLock
from app.settings import Settings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
LAST_WORDS = 2000
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class WorkerProcess:
    """The process that does the work of the job in `folder`; it holds the `locks`, too, for as long as it lives."""

    def __init__(self, folder: JobFolder, settings: Settings, locks: Sequence[FileLock]) -> None:
        self._folder = folder
        options: dict[str, Any] = {}
        if os.name == "posix":
            options = {"pass_fds": [lock.descriptor for lock in locks], "start_new_session": True}
        with folder.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "app.jobs.worker", str(folder.path)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment_of(settings),
                **options,
            )

    def leave(self) -> None:
        """Let it know that the server is leaving: the other end of its standard input is closed."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def wait(self, patience: Callable[[], float | None]) -> int:
        """Wait until it ends and return its exit code.

        As soon as `patience` gives a number it may take so many seconds more; then it is killed.
        """
        kill_at: float | None = None
        while self._process.poll() is None:
            seconds = patience() if kill_at is None else None
            if seconds is not None:
                kill_at = time.monotonic() + seconds
            elif kill_at is not None and time.monotonic() > kill_at:
                self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK_SECONDS)
        self.leave()
        code = self._process.returncode
        if code:
            logger.warning("job %s ended with %d: %s", self._folder.id, code, self._last_words())
        return code

    def _last_words(self) -> str:
        with suppress(OSError):
            return self._folder.log.read_bytes()[-LAST_WORDS:].decode("utf-8", "replace").strip()
        return ""


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which workers run: that of the server, with its settings."""
    package = str(Path(app.__file__).parent.parent)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VITRINE_")}
    environment |= settings.environment()
    environment |= {name: environment.get(name, str(settings.job_threads)) for name in _THREADS}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (package, environment.get("PYTHONPATH"))))
    return environment


def explain_end(code: int) -> str:
    """Say what an exit code means of a process that did not write down how it ended."""
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        memory = ", as systems do when memory runs out" if name == "SIGKILL" else ""
        return f"its process was ended by another ({name}{memory})"
    return f"its process ended by itself with code {code}; the server's log says more"
