"""Work that jobs of the tests do."""

import errno
import os
import time
from collections.abc import Mapping
from typing import Any

from app.jobs import JobContext, JobFailure, JobKind
from app.jobs import context as context_module


def count(arguments: Mapping[str, Any], context: JobContext) -> Mapping[str, Any]:
    """Count to `to`, one number an event; a resumed one goes on where it was. `leave` are the seconds it holds."""
    context_module.LEAVE_SECONDS = arguments.get("leave", 60.0)
    kept = context.directory / "count"
    number = int(kept.read_text()) if kept.exists() else 0
    while number < arguments["to"]:
        if context.hold() == "stop":
            context.check()
            break
        number += 1
        kept.write_text(str(number))
        context.event("count", {"number": number, "resumed": context.resumed})
        context.progress(number, arguments["to"], "numbers")
        time.sleep(arguments.get("seconds", 0.0))
    return {"counted": number}


def deaf(_arguments: Mapping[str, Any], context: JobContext) -> Mapping[str, Any]:
    """Hear nothing for a long time."""
    context.event("deaf", {"pid": os.getpid(), "niceness": os.nice(0)})
    time.sleep(600)
    return {}


def go_wrong(arguments: Mapping[str, Any], _context: JobContext) -> Mapping[str, Any]:
    """Fail in the way that is asked for."""
    match arguments["how"]:
        case "words":
            raise JobFailure("line 7: a text stands in the column of numbers")
        case "memory":
            raise MemoryError
        case "exit":
            os._exit(7)
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device", "/secret/place")
        case _:
            raise ZeroDivisionError


KINDS = {
    kind.name: kind
    for kind in (
        JobKind("count", "tests.jobs.works:count", resumable=True),
        JobKind("count-once", "tests.jobs.works:count"),
        JobKind("deaf", "tests.jobs.works:deaf"),
        JobKind("go-wrong", "tests.jobs.works:go_wrong"),
        JobKind("missing", "tests.jobs.works:missing"),
    )
}
