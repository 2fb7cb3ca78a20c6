"""Examples of the calls about jobs."""

from collections.abc import Mapping
from typing import Any

from app.api.examples.example import Example

_JOB_PLACE = "/api/v1/jobs/p4t8w2kd7x"
JOB: dict[str, Any] = {
    "id": "p4t8w2kd7x",
    "kind": "signal",
    "title": "Signal through walkthrough",
    "status": "running",
    "ahead": None,
    "created": "2026-01-31T12:00:00.000Z",
    "started": "2026-01-31T12:00:00.500Z",
    "ended": None,
    "progress": {"done": 40, "total": 100, "unit": "layers", "seconds_left": 3.2},
    "error": None,
    "resumable": False,
    "facts": {},
    "links": {"self": _JOB_PLACE, "events": f"{_JOB_PLACE}/events", "stop": f"{_JOB_PLACE}/stop"},
}
"""What is said of a job."""

EXAMPLES: Mapping[str, Example] = {
    "list_jobs": Example(answer=[JOB], parameters={"kind": "signal", "limit": 10}),
    "get_job": Example(answer={**JOB, "result": None}, parameters={"id": JOB["id"]}),
    "stop_job": Example(answer={**JOB, "status": "stopping", "result": None}, parameters={"id": JOB["id"]}),
    "follow_job": Example(answer=None, parameters={"id": JOB["id"], "Last-Event-ID": "12"}),
}
