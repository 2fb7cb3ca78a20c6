"""Jobs: long work in processes of its own, one folder on disk a job, so that any server process can tell of it.

    API ── submit, control ──► Jobs ──► folders on disk ◄── worker processes
     ▲                                       │
     └────────── state, events, result ──────┘

The disk is what is true: nothing about a job is known to one process only, so a server that starts again, or a second
one beside it, goes on where the last one ended.
"""

from app.jobs.context import JobContext
from app.jobs.events import Event
from app.jobs.kinds import KINDS
from app.jobs.queue import Jobs, places
from app.jobs.records import Interrupted, Job, JobFailure, JobKind, Status

__all__ = ["KINDS", "Event", "Interrupted", "Job", "JobContext", "JobFailure", "JobKind", "Jobs", "Status", "places"]
