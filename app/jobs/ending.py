"""How a job ends, or goes on, when no worker is there to say so: written down by the server that holds its lock."""

import logging
from contextlib import suppress
from typing import Any

import orjson

from app.jobs.events import END, EventWriter, read_last_event
from app.jobs.files import explain_os_error
from app.jobs.folder import JobFolder, now
from app.jobs.records import Status
from app.jobs.worker import LEFT, conclude

logger = logging.getLogger(__name__)

MOST_RUNS = 10
"""So often a job is begun again after its server died; one that takes the server down with it shall not do so for ever.
"""


def recover(folder: JobFolder, state: dict[str, Any]) -> dict[str, Any] | None:
    """Deal with a job whose worker is gone without a word; return a state that could not be written (see `end`)."""
    last = read_last_event(folder.events)
    if last is not None and last.kind == END:  # its state is the only thing that was not written any more
        folder.write_state({**state, **orjson.loads(last.data), "ended": last.milliseconds})
    elif (folder.description() or {}).get("resumable") and state["runs"] < MOST_RUNS:
        requeue(folder, state)
    else:
        return end(folder, Status.STOPPED, LEFT)
    return None


def requeue(folder: JobFolder, state: dict[str, Any]) -> None:
    """Let a job wait for a worker again; raises `OSError`."""
    events = EventWriter(folder.events)
    try:
        events.append("status", {"status": Status.QUEUED})
    finally:
        events.close()
    folder.write_state({**state, "status": Status.QUEUED})


def end(folder: JobFolder, status: Status, error: str | None) -> dict[str, Any] | None:
    """Write down how a job ended; return the state if a full disk does not take it, to be written later."""
    try:
        events = EventWriter(folder.events)
        try:
            conclude(folder, events, status, error)
        finally:
            events.close()
    except OSError as failure:
        logger.warning("job %s: its end could not be written: %s", folder.id, failure)
        words = f"{error or 'it was stopped'}; and that could not be written down: {explain_os_error(failure)}"
        last: dict[str, Any] = {"runs": 1}
        with suppress(OSError):
            last = folder.state()
        return {**last, "status": status, "error": words, "ended": now()}
    return None
