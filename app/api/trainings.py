"""Trainings: begun, followed, paused, taken step by step, stopped and gone on with."""

import math
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from app.api.call import Call, Cost, Services
from app.api.dataset_inputs import READING_SECONDS
from app.api.encoding import encode, plain
from app.api.jobs import EVENTS_DOCUMENTATION, follow
from app.api.media import SAFETENSORS
from app.api.networks import describe_time
from app.api.route import BASE, api_router, json_response
from app.api.schemas_trainings import (
    ApartRequest,
    StepApartAnswer,
    StepsRequest,
    TrainingAnswer,
    TrainingInfo,
    TrainingRequest,
    TrainingsQuery,
)
from app.api.tensors import PiecesResponse
from app.datasets import Folders
from app.errors import NotFound, NotPossible
from app.jobs import Job, places
from app.nn.errors import Problem
from app.tensors.safetensors import write_safetensors
from app.trainings.apart import Kept, read_kept, take_step_apart
from app.trainings.begin import KIND, begin
from app.trainings.checkpoints import Checkpoints
from app.trainings.examples import memory_of
from app.trainings.plan import read_plan
from app.trainings.record import read_record
from app.trainings.storing import check_size

router = api_router("Trainings")

SECONDS_PER_VALUE = 2e-8
TRIED_EXAMPLES = 64


@router.post("/trainings", response_model=TrainingInfo, status_code=202)
async def create_training(body: TrainingRequest, call: Call) -> Response:
    """Train a network, as a job. `network` in the answer is the id of the result, which is stored at the end.

    All that `compile` and `fit` of Keras take has their names and defaults here.
    """
    network = await call.network(body.network)
    if body.store is True:
        check_size(network, call.services.settings)  # before data is read
    document = {**(body.model_extra or {}), **body.model_dump(exclude={"network"}, exclude_unset=True)}
    given = call.received_bytes / 4 * SECONDS_PER_VALUE
    cost = Cost(READING_SECONDS + given, TRIED_EXAMPLES * math.prod(network.input.shape) * 16)
    plan = await call.run(cost, read_plan, document, network, call.services.dataset_folders)
    services = call.services
    job = await call.file(begin, services.jobs, services.settings, network, plan, call.given_parameters)
    described = describe_training(job, None)
    return Response(encode(described), 202, {"Location": described["links"]["self"]}, "application/json")


@router.get("/trainings", response_model=list[TrainingInfo])
async def list_trainings(query: Annotated[TrainingsQuery, Query()], call: Call) -> Response:
    """List the trainings, the newest first."""
    jobs = await call.file(call.services.jobs.list_all)
    ahead = places(jobs)
    trainings = [job for job in jobs if job.kind == KIND]
    response = json_response([describe_training(job, ahead.get(job.id)) for job in trainings[: query.limit]])
    response.headers["X-Total-Count"] = str(len(trainings))
    return response


@router.get("/trainings/{id}", response_model=TrainingAnswer)
async def get_training(id: str, call: Call) -> Response:  # noqa: A002 - the name in the path
    """Tell how a training is doing: its status, its history, and the network that it makes."""
    return await call.file(_answer, call.services, id)


@router.get("/trainings/{id}/events", **EVENTS_DOCUMENTATION)
async def follow_training(id: str, call: Call) -> Response:  # noqa: A002
    """Follow a training (`text/event-stream`), from the first event or from the one after `Last-Event-ID`.

    `step` (a few times a second at most), `epoch` with its line of the history, `checkpoint` for what is on the disk,
    `health` for the first number that is not finite, `saved` for the stored network, `status`, `progress` (without an
    id) and `end`.
    """
    await call.file(_find, call.services, id)
    return await follow(id, call)


@router.get("/trainings/{id}/parameters", response_class=Response, responses={200: {"content": {SAFETENSORS: {}}}})
async def get_trained_parameters(id: str, call: Call) -> Response:  # noqa: A002
    """Return the parameters of the latest checkpoint as a safetensors file, each under `<layer>/<parameter>`."""
    return await call.file(_parameters, call.services, id)


@router.post("/trainings/{id}/pause", response_model=TrainingAnswer)
async def pause_training(id: str, call: Call) -> Response:  # noqa: A002
    """Let a training wait after the batch that it is at; what it has is written down."""
    return await _control(call, id, "pause")


@router.post("/trainings/{id}/resume", response_model=TrainingAnswer)
async def resume_training(id: str, call: Call) -> Response:  # noqa: A002
    """Let a training go on that is paused, was stopped or has failed: from where it was, bit for bit."""
    job = await call.file(_find, call.services, id)
    if job.status.ended:
        await call.file(_go_on, call.services, id)
        return await call.file(_answer, call.services, id)
    return await _control(call, id, "run")


@router.post("/trainings/{id}/step", response_model=TrainingAnswer)
async def step_training(id: str, body: StepsRequest, call: Call) -> Response:  # noqa: A002
    """Train on one batch more, or on so many, and wait; one that was running is paused by this."""
    return await _control(call, id, "pause", body.steps)


@router.post("/trainings/{id}/stop", response_model=TrainingAnswer)
async def stop_training(id: str, call: Call) -> Response:  # noqa: A002
    """Stop a training; the network is stored as it is then."""
    return await _control(call, id, "stop")


@router.post("/trainings/{id}/steps/{step}", response_model=StepApartAnswer)
async def take_training_apart(id: str, step: int, body: ApartRequest, call: Call) -> Response:  # noqa: A002
    """Take a step apart: forward, loss, backward and update of one example and one weight, with their numbers.

    Steps count from 1, up to the one after the last that was made. A step is done again from the nearest state that was
    kept, which gives the very same numbers.
    """
    number = read_step(step)
    kept, known = await call.file(_kept, call.services, id)
    if number > known + 1:
        detail = f"the training has made {known:,} steps; there is no step {number:,} yet"
        raise NotFound(Problem("/step", detail, f"1 to {known + 1}", str(number)))
    values = 4 * kept.network.value_count
    cost = Cost(kept.seconds(number), memory_of(kept.plan, kept.network) + 50 * values, values)
    return await call.run(cost, _take_apart, kept, number, body, call.services.dataset_folders)


def read_step(value: object) -> int:
    """Return the number of a step in a path; raises `NotFound`."""
    text = str(value)
    if text.isascii() and text.isdecimal() and len(text) < 16 and int(text) > 0:
        return int(text)
    raise NotFound(Problem("/step", f"steps are counted from 1; there is no step {text[:40]}", "a step", text[:40]))


def _parameters(services: Services, job_id: str) -> Response:
    _find(services, job_id)
    found = Checkpoints(services.jobs.folder(job_id).files).read_parameters()
    if found is None:
        raise NotFound(Problem("", "the training has not begun: there is no checkpoint yet"))
    headers = {"Content-Disposition": f'attachment; filename="{job_id}.safetensors"'}
    return PiecesResponse(write_safetensors(found), SAFETENSORS, headers)


def _kept(services: Services, job_id: str) -> tuple[Kept, int]:
    _find(services, job_id)
    folder = services.jobs.folder(job_id)
    record = read_record(folder.files)
    return read_kept(folder.arguments(), folder.files, services.settings), int(record["step"])


def _take_apart(kept: Kept, step: int, body: ApartRequest, folders: Folders) -> Response:
    return json_response(plain(take_step_apart(kept, step, body.example, body.weight, folders)))


async def _control(call: Call, job_id: str, wanted: str, steps: int = 0) -> Response:
    await call.file(_find, call.services, job_id)
    await call.file(call.services.jobs.control, job_id, wanted, steps)
    return await call.file(_answer, call.services, job_id)


def _find(services: Services, job_id: str) -> Job:
    job = services.jobs.get(job_id)
    if job.kind != KIND:
        raise NotFound(Problem("", f'the job "{job_id}" is no training', "the id of a training", job_id))
    return job


def _go_on(services: Services, job_id: str) -> Job:
    record = read_record(services.jobs.folder(job_id).files)
    if record["reason"] == "not_finite":
        detail = "from where it is, its numbers would be no longer finite again: begin another, with smaller steps"
        raise NotPossible(detail)
    return services.jobs.requeue(job_id)


def _answer(services: Services, job_id: str) -> Response:
    job = _find(services, job_id)
    record = read_record(services.jobs.folder(job_id).files)
    if record["saved"] is not None:
        job = replace(job, facts={**job.facts, "network": record["saved"]["network"]})
    answer = describe_training(job, services.jobs.ahead(job))
    answer |= {"training": job.facts["training"], "epochs": job.facts["epochs"]}
    names = ("epoch", "step", "batches", "examples", "validation_examples", "history", "reason", "health")
    answer |= {name: record[name] for name in (*names, "checkpoint", "saved", "scaling", "classes")}
    return json_response(answer)


def describe_training(job: Job, ahead: int | None) -> dict[str, Any]:
    """Return what a list says of a training."""
    place = f"{BASE}/trainings/{job.id}"
    actions = ("events", "stop", "pause", "resume", "step", "parameters")
    network = job.facts["network"]
    return {
        "id": job.id,
        "title": job.title,
        "status": job.status,
        "ahead": ahead,
        "network": network,
        "created": describe_time(job.created),
        "started": describe_time(job.started),
        "ended": describe_time(job.ended),
        "progress": job.progress,
        "error": job.error,
        "links": {
            "self": place,
            **{action: f"{place}/{action}" for action in actions},
            "network": None if network is None else f"{BASE}/networks/{network}",
        },
    }
