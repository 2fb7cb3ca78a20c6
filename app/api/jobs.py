"""Jobs: long work, followed by its events and stopped."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
import orjson
from fastapi import Query
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response

from app.api.call import Call, Services
from app.api.encoding import encode
from app.api.event_stream import EventStream
from app.api.networks import describe_time
from app.api.route import BASE, api_router, json_response
from app.api.schemas_jobs import JobAnswer, JobInfo, JobsQuery
from app.errors import InvalidRequest, VitrineError
from app.jobs import Job, places
from app.jobs.events import END
from app.nn.errors import Problem

router = api_router("Jobs")

LOOK_SECONDS = 0.15
"""How often a follower's job is looked at: three system calls."""

PING_SECONDS = 15.0
RETRY_MILLISECONDS = 1000

_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    "description": "The id of the last event that is known: the answer begins with the next. Browsers send it.",
}
EVENTS_DOCUMENTATION: dict[str, Any] = {
    "response_model": None,
    "responses": {
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        204: {"description": "The job has ended, and all of its events are known."},
    },
    "openapi_extra": {"parameters": [_LAST_EVENT_ID]},
    "response_class": Response,
}


@router.get("/jobs", response_model=list[JobInfo])
async def list_jobs(query: Annotated[JobsQuery, Query()], call: Call) -> Response:
    """List the jobs that run, wait or have ended, the newest first, without their results."""
    jobs = await call.file(call.services.jobs.list_all)
    wanted = [
        job
        for job in jobs
        if (not query.kind or job.kind == query.kind) and (not query.status or job.status == query.status)
    ]
    ahead = places(jobs)
    response = json_response([describe_job(job, ahead.get(job.id)) for job in wanted[: query.limit]])
    response.headers["X-Total-Count"] = str(len(wanted))
    return response


@router.get("/jobs/{id}", response_model=JobAnswer)
async def get_job(id: str, call: Call) -> Response:  # noqa: A002 - the name in the path
    """Tell how a job is doing, and what it answered."""
    return await call.file(_answer, call.services, id)


@router.post("/jobs/{id}/stop", response_model=JobAnswer)
async def stop_job(id: str, call: Call) -> Response:  # noqa: A002
    """Stop a job; one that has ended stays as it is. What it has done until then may be its result."""
    await call.file(call.services.jobs.control, id, "stop")
    return await call.file(_answer, call.services, id)


@router.get("/jobs/{id}/events", **EVENTS_DOCUMENTATION)
async def follow_job(id: str, call: Call) -> Response:  # noqa: A002
    """Follow a job's events (`text/event-stream`), from the first, or from the one after `Last-Event-ID`.

    Also after the end. `status` says that it runs, is paused or waits; `progress`, without an id, how far it is; `end`,
    the last one, how it ended. Other events depend on the kind of job.
    """
    return await follow(id, call)


async def follow(job_id: str, call: Call) -> Response:
    """Return the response that sends the events of a job."""
    after = read_last_event_id(call.headers.get("last-event-id", ""))
    services = call.services
    first = await call.file(services.jobs.follow, job_id, 0, after)
    if first.drained and after > 0:
        return Response(status_code=204)
    return EventStream(services.streams, _events(services, job_id, after))


def read_last_event_id(text: str) -> int:
    """Return the number of the last event that a client knows; raises `InvalidRequest`."""
    if not text:
        return 0
    if text.isascii() and text.isdecimal() and len(text) <= 15:
        return int(text)
    detail = f"Last-Event-ID is {text[:40]!r}; expected the id of an event, a whole number"
    raise InvalidRequest(Problem("", detail, "a whole number", text[:40]))


async def _events(services: Services, job_id: str, after: int) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MILLISECONDS
    jobs, limiter = services.jobs, services.files_gate.limiter
    folder = await anyio.to_thread.run_sync(jobs.folder, job_id, limiter=limiter)
    offset, last, ended, silent = 0, after, False, 0.0
    progress: Any = None
    while not services.streams.ends():
        stamp = folder.stamp()
        try:
            found = await anyio.to_thread.run_sync(jobs.follow, job_id, offset, after, limiter=limiter)
        except VitrineError:  # it was forgotten, or the disk fails: the client asks again and is told
            return
        job, offset = found.job, found.offset
        pieces = [
            format_sse_event(data_str=event.data, event=event.kind, id=str(event.number)) for event in found.events
        ]
        if found.events:
            last, ended = found.events[-1].number, found.events[-1].kind == END
        if job.progress is not None and job.progress != progress and not job.status.ended:
            progress = job.progress
            pieces.append(format_sse_event(data_str=encode(progress).decode(), event="progress"))
        if found.drained and not ended:  # a full disk took the end of the job, but not the event
            end = encode({"status": job.status, "error": job.error}).decode()
            pieces.append(format_sse_event(data_str=end, event=END, id=str(last + 1)))
        if pieces:
            silent = 0.0
            yield b"".join(pieces)
        if found.drained or (ended and job.status.ended):  # it may have ended before, and gone on
            return
        while not services.streams.ends() and not found.events and folder.stamp() == stamp:
            await anyio.sleep(LOOK_SECONDS)
            silent += LOOK_SECONDS
            if silent >= PING_SECONDS:
                silent = 0.0
                yield KEEPALIVE_COMMENT


def _answer(services: Services, job_id: str) -> Response:
    job = services.jobs.get(job_id)
    result = services.jobs.result(job_id) if job.status.ended else None
    described = describe_job(job, services.jobs.ahead(job))
    return json_response({**described, "result": None if result is None else orjson.Fragment(result)})


def describe_job(job: Job, ahead: int | None) -> dict[str, Any]:
    """Return what is said of a job, but for its result."""
    place = f"{BASE}/jobs/{job.id}"
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "status": job.status,
        "ahead": ahead,
        "created": describe_time(job.created),
        "started": describe_time(job.started),
        "ended": describe_time(job.ended),
        "progress": job.progress,
        "error": job.error,
        "resumable": job.resumable,
        "facts": job.facts,
        "links": {"self": place, "events": f"{place}/events", "stop": f"{place}/stop"},
    }
