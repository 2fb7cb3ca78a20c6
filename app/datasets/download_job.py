"""Downloading a data set as a job."""

from collections.abc import Mapping
from typing import Any

from app.datasets import DATASETS
from app.datasets.download import DownloadError, download
from app.jobs.context import JobContext
from app.jobs.locks import try_lock
from app.jobs.records import JobFailure


class _JobWatch:
    """Tells a job's followers how far a download is."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._file = ""

    def progress(self, done: int, total: int, file: str) -> None:
        if file != self._file:
            self._file = file
            self._context.event("file", {"name": file})
        self._context.progress(done, total, "bytes", file=file)

    def stopped(self) -> bool:
        return self._context.stopped()


def download_job(arguments: Mapping[str, Any], context: JobContext) -> Mapping[str, Any]:
    """Fetch the files of the data set that the arguments name; what was fetched before is not fetched again."""
    dataset = DATASETS[arguments["name"]]
    folder = context.settings.data_dir / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    lock = try_lock(folder / f"{dataset.name}.lock")
    if lock is None:
        message = f"another job downloads {dataset.name} already"
        raise JobFailure(message)
    try:
        complete = download(dataset.files, folder, _JobWatch(context), context.settings.datasets_mirror)
    except DownloadError as error:
        raise JobFailure(str(error)) from None
    finally:
        lock.release()
    return {"name": dataset.name, "complete": complete}
