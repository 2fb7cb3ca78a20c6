"""The process in which a job's work is done: `python -m app.jobs.worker FOLDER`.

It ends when its server does: the server holds the other end of its standard input, which the system closes for
whoever dies.
"""

import importlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.errors import VitrineError
from app.jobs.context import JobContext
from app.jobs.events import END, EventWriter
from app.jobs.files import explain_os_error
from app.jobs.folder import JobFolder, now
from app.jobs.records import Interrupted, JobFailure, Status
from app.nn.errors import NetworkError
from app.settings import Settings

NICENESS = 10
GRACE_SECONDS = 6.0
"""How long work may go on when the server has left."""

LEFT = "the server was stopped while this ran, and work of this kind cannot go on from its middle"
NO_MEMORY = "this machine has not enough free memory for it"

Work = Callable[[Mapping[str, Any], JobContext], Mapping[str, Any]]


def find_work(path: str) -> Work:
    """Return the function that "module:name" stands for."""
    module, _, name = path.partition(":")
    work: Work = getattr(importlib.import_module(module), name)
    return work


def run(folder: JobFolder, settings: Settings, watch: Callable[[JobContext], None]) -> None:
    """Do the work of a job and write down how it ended; `watch` is told of the context before it begins."""
    description = folder.description()
    assert description is not None
    state = folder.state()
    state |= {"status": Status.RUNNING, "runs": state["runs"] + 1, "started": state.get("started") or now()}
    events = EventWriter(folder.events)
    error: str | None = None
    try:
        folder.write_state(state)
        context = JobContext(folder, settings, events)
        watch(context)
        context.event("status", {"status": Status.RUNNING})
        result = find_work(description["work"])(folder.arguments(), context)
        if context.noticed_that_server_left:
            raise Interrupted
        folder.write_result(result)
        status = Status.STOPPED if context.stop_is_wanted else Status.DONE
    except Interrupted:
        if description["resumable"]:
            state = folder.state() | {"status": Status.QUEUED, "steps_taken": context.steps_taken}
            folder.write_state(state)
            events.append("status", {"status": folder.status_of(state)})
            return
        status, error = Status.STOPPED, None if context.stop_is_wanted else LEFT
    except (JobFailure, VitrineError, NetworkError) as failure:
        status, error = Status.FAILED, str(failure)
    except OSError as failure:
        traceback.print_exc()
        status, error = Status.FAILED, f"what it keeps could not be written: {explain_os_error(failure)}"
    except MemoryError:
        status, error = Status.FAILED, NO_MEMORY
    except Exception as failure:  # noqa: BLE001 - it is written down
        traceback.print_exc()
        status, error = Status.FAILED, f"Vitrine made a mistake ({type(failure).__name__}); the server's log says more"
    conclude(folder, events, status, error)


def conclude(folder: JobFolder, events: EventWriter, status: Status, error: str | None) -> None:
    """Write down how a job ended: first for followers, then for everybody; on a full disk too, if at all possible.

    Raises `OSError`.
    """
    state = folder.state() | {"status": status, "error": error, "ended": now()}
    last = {"status": status, "error": error}
    try:
        events.append(END, last, durable=True)
        folder.write_state(state)
    except OSError:
        folder.use_reserve()
        with suppress(OSError):
            events.append(END, last, durable=True)
        folder.write_state(state)


def main(arguments: list[str]) -> None:
    """Run the job in the folder that is named."""
    folder = JobFolder(Path(arguments[0]))
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    logging.basicConfig(level=logging.WARNING)

    def watch(context: JobContext) -> None:
        signal.signal(signal.SIGTERM, lambda *_: context.server_left.set())
        threading.Thread(target=_await_end_of_server, args=(context,), daemon=True).start()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends this
    run(folder, Settings.from_environment(), watch)


def _await_end_of_server(context: JobContext) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    context.server_left.set()
    context.server_left.wait()
    threading.Event().wait(GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
