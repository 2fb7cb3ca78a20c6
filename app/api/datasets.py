"""Data sets: what there is, and examples to look at."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.dataset_answers import describe_dataset
from app.api.dataset_inputs import READING_SECONDS
from app.api.encoding import encode
from app.api.jobs import describe_job
from app.api.problems import Problems
from app.api.route import BASE, api_router, json_response
from app.api.schemas_datasets import (
    DatasetInfo,
    DatasetToStore,
    OwnDatasetInfo,
    SamplesAnswer,
    SamplesQuery,
    SheetQuery,
)
from app.api.schemas_jobs import JobInfo
from app.datasets import (
    DATASETS,
    Dataset,
    Folders,
    LoadedDataset,
    all_datasets,
    find_dataset,
    is_here,
    load_from,
    part_of,
)
from app.datasets.csv_reading import CsvOptions, Table, check_columns, read_csv
from app.datasets.own import check_name, delete_own, store_own
from app.datasets.sheet import draw_sheet
from app.errors import InvalidRequest, NotPossible, ReadOnly, Unavailable
from app.jobs import Job, Jobs
from app.jobs.files import explain_os_error
from app.nn.errors import NetworkError, Problem

router = api_router("Data sets")

KIND = "download"
BYTES_PER_NUMBER = 60
SECONDS_PER_CHARACTER = 2e-7
BYTES_PER_CHARACTER = 30
_OPTIONS = {
    "name": "options",
    "in": "query",
    "required": False,
    "description": "The data set's own options, each under its name: `noise=0.2`.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "number"}},
}


@router.get("/datasets", response_model=list[DatasetInfo])
async def list_datasets(call: Call) -> Response:
    """List the data sets."""
    return await call.run(Cost(READING_SECONDS), _list, call.services.dataset_folders)


@router.get("/datasets/{name}", response_model=DatasetInfo | OwnDatasetInfo)
async def get_dataset(name: str, call: Call) -> Response:
    """Describe one data set; of one that somebody brought, also what was found in it."""
    folders = call.services.dataset_folders
    return await call.run(Cost(READING_SECONDS), _get, name, folders)


@router.get("/datasets/{name}/samples", response_model=SamplesAnswer, openapi_extra={"parameters": [_OPTIONS]})
async def get_samples(name: str, query: Annotated[SamplesQuery, Query()], call: Call) -> Response:
    """Return examples of a data set, with what there is to predict."""
    folders = call.services.dataset_folders
    dataset = await call.run(Cost(READING_SECONDS), find_dataset, name, folders)
    numbers = query.count * (math.prod(dataset.shape) + 1)
    return await call.run(Cost(0.0, numbers * BYTES_PER_NUMBER, numbers), _samples, dataset, query, folders)


@router.get(
    "/datasets/{name}/samples.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
    openapi_extra={"parameters": [_OPTIONS]},
)
async def get_sample_sheet(name: str, query: Annotated[SheetQuery, Query()], call: Call) -> Response:
    """Return pictures of a data set as one PNG, row by row, each at its own size and without a gap."""
    folders = call.services.dataset_folders
    dataset = await call.run(Cost(READING_SECONDS), find_dataset, name, folders)
    numbers = query.count * math.prod(dataset.shape)
    return await call.run(Cost(0.0, 4 * numbers, numbers), _sheet, dataset, query, folders)


@router.post("/datasets", response_model=OwnDatasetInfo, status_code=201)
async def create_dataset(body: DatasetToStore, call: Call) -> Response:
    """Keep a table of your own, sent as CSV, as a data set.

    Columns are recognised as numbers or categories (which become a column of zeros and ones each), classes get their
    numbers. Every mistake is named with its line and column.
    """
    check_name(body.name, DATASETS)
    size = len(body.csv)
    cost = Cost(size * SECONDS_PER_CHARACTER, size * BYTES_PER_CHARACTER)
    table = await call.run(cost, _read_csv, body)
    folders, most = call.services.dataset_folders, call.services.settings.datasets
    stored = await call.file(_store, body, table, folders, most)
    answer = {**describe_dataset(stored, folders), **stored.details}
    return Response(encode(answer), 201, {"Location": f"{BASE}/datasets/{stored.name}"}, "application/json")


@router.delete("/datasets/{name}", status_code=204)
async def delete_dataset(name: str, call: Call) -> Response:
    """Delete a data set that somebody brought. This cannot be undone."""
    if name in DATASETS:
        detail = f"{name} comes with Vitrine and stays as it is"
        raise ReadOnly(Problem("/name", detail, "a data set of your own", name))
    await call.file(_delete, name, call.services.dataset_folders)
    return Response(status_code=204)


def _delete(name: str, folders: Folders) -> None:
    try:
        delete_own(name, folders)
    except OSError as error:
        detail = f"the data set cannot be deleted: {explain_os_error(error)}"
        raise Unavailable(detail) from None


def _read_csv(body: DatasetToStore) -> Table:
    with Problems() as problems:
        problems.read("/columns", check_columns, body.columns)
    options = CsvOptions(body.target, body.task, body.columns, body.delimiter, body.header, body.missing)
    return read_csv(body.csv, options)


def _store(body: DatasetToStore, table: Table, folders: Folders, most: int) -> Dataset:
    title = body.title or body.name
    description = body.description or f"{len(table.targets):,} examples of {title}."
    try:
        return store_own(body.name, title, description, table, folders, most)
    except OSError as error:
        detail = f"the data set cannot be kept: {explain_os_error(error)}"
        raise Unavailable(detail) from None


@router.post("/datasets/{name}/download", response_model=JobInfo, status_code=202)
async def download_dataset(name: str, call: Call) -> Response:
    """Download a data set, as a job; while one does that already, this is the answer too.

    What was fetched before is not fetched again, and everything is held against its checksum.
    """
    folders = call.services.dataset_folders
    job = await call.file(_submit, call.services.jobs, name, folders)
    described = describe_job(job, None)
    return Response(encode(described), 202, {"Location": described["links"]["self"]}, "application/json")


def _submit(jobs: Jobs, name: str, folders: Folders) -> Job:
    dataset = find_dataset(name, folders)
    if is_here(dataset, folders):
        raise NotPossible(Problem("/name", f"{name} is here already; there is nothing to download"))
    for job in jobs.list_all():
        if job.kind == KIND and job.facts.get("dataset") == name and not job.status.ended:
            return job
    size = round(dataset.files.download_bytes / 2**20)
    return jobs.submit(KIND, {"name": name}, f"Download of {dataset.title} ({size} MiB)", {"dataset": name})


def _list(folders: Folders) -> Response:
    return json_response([describe_dataset(dataset, folders) for dataset in all_datasets(folders)])


def _get(name: str, folders: Folders) -> Response:
    dataset = find_dataset(name, folders)
    return json_response({**describe_dataset(dataset, folders), **dataset.details})


def _load(dataset: Dataset, query: SamplesQuery, folders: Folders) -> tuple[LoadedDataset, int]:
    """Return the examples that were asked for, as many as there are, and the size of their split."""
    options: Mapping[str, Any] = query.model_extra or {}
    chosen = dataset.read_options(options)
    total = part_of(dataset, query.split, chosen)
    if query.start >= total:
        expected = f"0 to {total - 1:,}"
        detail = f"start is {query.start:,}, but the split has {total:,} examples; expected {expected}"
        raise NetworkError([Problem("/start", detail, expected, str(query.start))])
    return load_from(dataset, query.split, folders, chosen, query.start, query.start + query.count), total


def _samples(dataset: Dataset, query: SamplesQuery, folders: Folders) -> Response:
    loaded, total = _load(dataset, query, folders)
    return json_response(
        {
            "name": dataset.name,
            "split": loaded.split,
            "start": loaded.start,
            "count": len(loaded),
            "total": total,
            "shape": loaded.shape,
            "classes": loaded.classes,
            "inputs": loaded.inputs,
            "targets": loaded.targets,
        }
    )


def _sheet(dataset: Dataset, query: SheetQuery, folders: Folders) -> Response:
    if dataset.levels is None:
        raise InvalidRequest(
            Problem("/name", f"the inputs of {dataset.name} are no pictures", "a data set of pictures")
        )
    loaded, _ = _load(dataset, query, folders)
    picture = draw_sheet(loaded, min(query.columns, len(loaded)))
    # What a data set of pictures holds never changes.
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})
