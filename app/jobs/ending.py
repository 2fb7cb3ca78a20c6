"""How a job ends, or goes on, when no worker is there to say so: written down by the server that holds its lock."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from app.jobs.events import END, EventWriter, read_last_event
from app.jobs.files import explain_os_error
from app.jobs.folder import NEW, JobFolder, now
from app.jobs.records import Status
from app.jobs.worker import LEFT, conclude

logger = logging.getLogger(__name__)

MOST_LOST = 10
"""So many workers of a job may go without a word: one that takes the server down with it shall not do so for ever."""


def recover(folder: JobFolder, state: dict[str, Any]) -> dict[str, Any] | None:
    """Deal with a job whose worker is gone without a word; return a state that could not be written (see `end`)."""
    last = read_last_event(folder.events)
    if last is not None and last.kind == END:  # its state is the only thing that was not written any more
        folder.write_state({**state, **orjson.loads(last.data), "ended": last.milliseconds})
    elif (folder.description() or {}).get("resumable") and state["lost"] < MOST_LOST:
        requeue(folder, {**state, "lost": state["lost"] + 1})
    else:
        return end(folder, Status.STOPPED, LEFT)
    return None


def requeue(folder: JobFolder, state: dict[str, Any]) -> None:
    """Let a job wait for a worker again; raises `OSError`.

    Steps that were asked for are not taken twice: how many its last worker took, nobody knows.
    """
    state = {**state, "status": Status.QUEUED, "steps_taken": folder.control()["steps"]}
    events = EventWriter(folder.events)
    try:
        events.append("status", {"status": folder.status_of(state)})
    finally:
        events.close()
    folder.write_state(state)


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
        last: Mapping[str, Any] = {**NEW, "runs": 1}
        with suppress(OSError):
            last = folder.state()
        return {**last, "status": status, "error": words, "ended": now()}
    return None
