"""`vitrine train` and `vitrine evaluate`.

A training is the same job that the server would run, in the same data directory: the page shows it, and if this
command is killed, the next server goes on with it.
"""

import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

import orjson

from app.api.encoding import encode, plain
from app.cli.progress import Progress, describe_seconds
from app.cli.reading import parse_json, read_file, read_network
from app.cli.text import RULE, printable, printable_json, table
from app.datasets import Folders
from app.errors import NotFound, VitrineError
from app.jobs import Job, Jobs, Status
from app.nn.errors import NetworkError, Problem
from app.nn.network import Network
from app.settings import Settings
from app.trainings.begin import begin
from app.trainings.evaluation import default_loss, evaluate_network, read_evaluation
from app.trainings.plan import read_plan
from app.trainings.record import read_record

LOOK_SECONDS = 0.1
STOP_SECONDS = 30.0


def folders_of(settings: Settings) -> Folders:
    """Return where data sets are."""
    return Folders(settings.data_dir / "datasets", settings.datasets_dir)


def train(chosen: Namespace) -> str:
    """Train a network, show how it goes, and say what was stored."""
    settings = Settings.from_environment()
    network = read_network(chosen.network, chosen.parameter_file)
    document = read_document(chosen, network)
    try:
        plan = read_plan(document, network, folders_of(settings))
    except (NetworkError, NotFound) as error:
        raise type(error)(_as_options(problem) for problem in error.problems) from None
    jobs = Jobs(settings)
    progress = Progress(sys.stderr)
    try:
        job = begin(jobs, settings, network, plan)
        job = _follow(jobs, job, progress)
    finally:
        progress.clear()
        jobs.close(STOP_SECONDS)
    return _report(chosen, jobs, job)


def read_document(chosen: Namespace, network: Network) -> dict[str, Any]:
    """Return the training's document: that of `--settings`, with what the options say; raises `NetworkError`."""
    document: dict[str, Any] = {}
    if chosen.settings is not None:
        read = parse_json(read_file(chosen.settings), chosen.settings)
        if not isinstance(read, dict):
            raise NetworkError([Problem(chosen.settings, "expected an object")])
        document = read
    for name in ("epochs", "batch_size", "seed", "validation_split", "scaling", "title"):
        if getattr(chosen, name) is not None:
            document[name] = getattr(chosen, name)
    for name in ("loss", "optimizer"):
        if getattr(chosen, name) is not None:
            document[name] = read_choice(getattr(chosen, name), f"--{name}")
    if chosen.learning_rate is not None:
        optimizer = document.get("optimizer", "rmsprop")
        named = dict(optimizer) if isinstance(optimizer, dict) else {"name": optimizer}
        document["optimizer"] = {**named, "learning_rate": chosen.learning_rate}
    if chosen.metrics is not None:
        document["metrics"] = chosen.metrics
    if chosen.validate is not None:
        document["validation_data"] = {"split": chosen.validate}
    if chosen.dataset is not None:
        document["dataset"] = {"name": chosen.dataset, **dict(chosen.options)}
    loss = document.setdefault("loss", default_loss(network))
    if "metrics" not in document and isinstance(loss, str) and "crossentropy" in loss:
        document["metrics"] = ["accuracy"]
    return document


def read_choice(text: str, option: str) -> object:
    """Return a name, or the object that JSON text is."""
    return parse_json(text.encode("utf-8", "replace"), option) if text.lstrip().startswith("{") else text


def _as_options(problem: Problem) -> Problem:
    """Name the option that a place in the training's document comes from."""
    first = problem.pointer.split("/")[1] if problem.pointer.startswith("/") else ""
    names = {"validation_data": "--validate"}
    option = names.get(first, f"--{first.replace('_', '-')}") if first else ""
    return Problem(option, problem.detail, problem.expected, problem.received)


def _follow(jobs: Jobs, job: Job, progress: Progress) -> Job:
    """Show a training until it ends; interrupted, let it end and be stored as it is."""
    offset, stopping = 0, False
    while True:
        try:
            found = jobs.follow(job.id, offset, 0)
            offset = found.offset
            for event in found.events:
                _say(event.kind, orjson.loads(event.data), progress)
            if found.drained:
                return found.job
            progress.draw(found.job.progress, jobs.ahead(found.job))
            if not found.events:
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            if stopping:
                raise
            stopping = True
            progress.say("stopping; what was learned is stored (once more: leave it to the next server)")
            jobs.control(job.id, "stop")


def _say(kind: str, data: Mapping[str, Any], progress: Progress) -> None:
    if kind == "epoch":
        numbers = "  ".join(f"{key} {_short(value)}" for key, value in data["logs"].items())
        last = data["epoch"] + 1 == data["epochs"]
        progress.say(f"epoch {data['epoch'] + 1}/{data['epochs']}  {numbers}", often=not last)
    elif kind == "health":
        progress.say(data["detail"])


def _short(number: float | str) -> str:
    return f"{number:.4f}" if isinstance(number, int | float) else number


def _report(chosen: Namespace, jobs: Jobs, job: Job) -> str:
    folder = jobs.folder(job.id)
    record = read_record(folder.files)
    if job.status is Status.FAILED:
        raise VitrineError(job.error or "the training failed")
    network_id = record["saved"]["network"] if record["saved"] is not None else None
    if network_id is None and job.facts["network"] is not None:
        raise VitrineError(job.error or "the training was stopped before there was anything to store")
    if chosen.output is not None and network_id is not None:
        write_document(chosen.output, network_id)
    if chosen.json:
        return printable_json(encode({"id": job.id, "status": job.status, **(folder.result() or {})}).decode()) + "\n"
    last = {key: numbers[-1] for key, numbers in record["history"].items() if numbers}
    rows = [[key, _short(value)] for key, value in last.items()]
    seconds = describe_seconds(record.get("seconds", 0.0))
    lines = [f"{record['step']:,} steps, {record['epoch']:,} epochs, {seconds} ({record['reason']})"]
    if rows:
        lines.append(table(rows, numeric=[1]))
    if network_id is None:
        lines.append(f"not stored; its parameters are those of the training {job.id}")
    else:
        lines.append(f"stored as {network_id}; the page opens it under /?network={network_id}")
    return "\n".join(printable_lines(lines)) + "\n"


def printable_lines(lines: list[str]) -> list[str]:
    """Return lines that hold nothing a terminal would obey; tables have several lines."""
    return [printable(line) for text in lines for line in text.split("\n")]


def write_document(path: str, network_id: str) -> None:
    """Write a stored network's document to a file; raises `NetworkError`."""
    from app.cli.stored import read_stored  # noqa: PLC0415 - loads the database's libraries

    try:
        with open(path, "wb") as file:  # noqa: PTH123 - a name from the command line
            file.write(read_stored(network_id))
    except OSError as error:
        raise NetworkError([Problem(path, f"cannot be written: {error.strerror}")]) from None


def evaluate(chosen: Namespace) -> str:
    """Return loss, metrics and confusion matrix of a network over examples."""
    settings = Settings.from_environment()
    network = read_network(chosen.network, chosen.parameter_file)
    folders = folders_of(settings)
    loss = None if chosen.loss is None else read_choice(chosen.loss, "--loss")
    dataset = {"name": chosen.dataset, **dict(chosen.options)}
    try:
        asked = read_evaluation(network, dataset, chosen.split, loss, chosen.metrics, folders)
        measured = evaluate_network(network, asked, folders)
    except (NetworkError, NotFound) as error:
        raise type(error)(_as_options(problem) for problem in error.problems) from None
    if chosen.json:
        return printable_json(encode(plain(measured)).decode()) + "\n"
    matrix, classes, count = (measured.pop(name, None) for name in ("confusion_matrix", "classes", "count"))
    lines = [f"{count:,} examples", table([[key, _short(value)] for key, value in measured.items()], numeric=[1])]
    if matrix:
        names = classes if classes and len(classes) == len(matrix) else [str(place) for place in range(len(matrix))]
        rows = [["true \\ answered", *names], RULE]
        rows += [[name, *map(str, row)] for name, row in zip(names, matrix, strict=True)]
        lines.append(table(rows, numeric=range(1, len(names) + 1)))
    return "\n".join(printable_lines(lines)) + "\n"
