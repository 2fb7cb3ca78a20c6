"""`vitrine datasets` and `vitrine download`."""

import sys
import time
from argparse import Namespace

from app.api.dataset_answers import describe_dataset
from app.api.encoding import encode
from app.cli.progress import Progress
from app.cli.text import printable, printable_json, table
from app.cli.training import folders_of
from app.datasets import Dataset, all_datasets, find_dataset, is_here
from app.datasets.download import DownloadError, download
from app.errors import VitrineError
from app.jobs.files import explain_os_error
from app.jobs.locks import try_lock
from app.nn.reading import format_shape
from app.settings import Settings


def list_datasets(chosen: Namespace) -> str:
    """Return a table of the data sets."""
    folders = folders_of(Settings.from_environment())
    datasets = all_datasets(folders)
    if chosen.json:
        return printable_json(encode([describe_dataset(dataset, folders) for dataset in datasets]).decode()) + "\n"
    rows = [["name", "input", "classes", "training", "test", ""]]
    for dataset in datasets:
        options = dataset.read_options({})
        sizes = dataset.sizes(options)
        note = "" if is_here(dataset, folders) else f"vitrine download {dataset.name} ({_mebibytes(dataset)} MiB)"
        classes = str(len(dataset.classes_of(options)) or "-")
        rows.append(
            [dataset.name, format_shape(dataset.shape), classes, f"{sizes['train']:,}", f"{sizes['test']:,}", note]
        )
    return "\n".join(printable(line) for line in table(rows, numeric=(2, 3, 4)).split("\n")) + "\n"


def download_dataset(chosen: Namespace) -> str:
    """Fetch a data set and show how far it is; interrupted, what was fetched stays for the next time."""
    settings = Settings.from_environment()
    folders = folders_of(settings)
    dataset = find_dataset(chosen.name, folders)
    if is_here(dataset, folders):
        return f"{dataset.name} is here already\n"
    progress = Progress(sys.stderr)
    try:
        folders.data.mkdir(parents=True, exist_ok=True)
        lock = try_lock(folders.data / f"{dataset.name}.lock")
        if lock is None:
            message = f"somebody else downloads {dataset.name} already"
            raise VitrineError(message)
        try:
            download(dataset.files, folders.data, _Watch(progress), settings.datasets_mirror)
        finally:
            progress.clear()
            lock.release()
    except DownloadError as error:
        raise VitrineError(str(error)) from None
    except OSError as error:
        message = f"the files cannot be kept: {explain_os_error(error)}"
        raise VitrineError(message) from None
    return f"{dataset.name} is here: {_mebibytes(dataset)} MiB\n"


class _Watch:
    """Draws the progress of a download; Ctrl-C ends it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began: tuple[float, int] | None = None
        self._file = ""

    def progress(self, done: int, total: int, file: str) -> None:
        if file != self._file:
            self._file = file
            self._progress.say(file)
        moment = time.monotonic()
        if self._began is None:
            self._began = (moment, done)
        since, first = self._began
        left = None if done <= first else (moment - since) / (done - first) * (total - done)
        self._progress.draw({"done": done, "total": total, "unit": "bytes", "seconds_left": left}, None)

    def stopped(self) -> bool:
        return False


def _mebibytes(dataset: Dataset) -> int:
    size: int = dataset.files.download_bytes
    return max(1, round(size / 2**20))
