"""The work of a training's job: batch after batch, told as it goes, kept as it goes, stored at the end.

Training is the same bit for bit from the same documents and data, so a run that goes on from a checkpoint tells what
the interrupted one would have told; what was told already is not told twice.
"""

import time
from collections.abc import Mapping
from typing import Any

import orjson
from threadpoolctl import threadpool_limits

from app.api.encoding import encode_number
from app.datasets import Folders
from app.errors import TooLarge, Unavailable
from app.jobs.context import JobContext
from app.jobs.events import Event, read_events
from app.jobs.payload import read_arrays, unpack_network
from app.jobs.records import JobFailure
from app.nn.errors import NetworkError
from app.nn.network import Network
from app.nn.training import EpochReport, StepReport, Trainer, Training
from app.trainings.checkpoints import Checkpoints
from app.trainings.examples import Data, load_data
from app.trainings.plan import Plan, Source
from app.trainings.record import read_record, write_record
from app.trainings.storing import pack_trained, store, thinned, trained_document, write_network

STEP_SECONDS = 0.1
"""At most every so often a step is told, unless it was asked for."""

CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 20
"""Writing checkpoints takes at most this part of the time."""

RECORD_SECONDS = 0.2
STORE_ATTEMPTS = 4
STORE_SECONDS = 2.0


def read_job(arguments: Mapping[str, Any], context: JobContext) -> tuple[Network, Plan]:
    """Return the network and the plan that a job was submitted with."""
    arrays = read_arrays(context.directory)
    network = unpack_network(arguments["network"], arrays, context.settings)
    return network, unpack_plan(arguments, network, arrays)


def pack_plan(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON; its arrays go beside it."""
    return {
        "training": plan.training.to_document(),
        "source": vars(plan.source),
        "validation": None if plan.validation is None else vars(plan.validation),
        "scaling": plan.scaling,
        "title": plan.title,
        "store": plan.store,
    }


def unpack_plan(arguments: Mapping[str, Any], network: Network, arrays: Mapping[str, Any]) -> Plan:
    """Return the plan again."""
    packed = arguments["plan"]
    validation = None if packed["validation"] is None else Source(**packed["validation"])
    training = Training.from_document(packed["training"], network)
    return Plan(
        training, Source(**packed["source"]), validation, packed["scaling"], packed["title"], arrays, packed["store"]
    )


def train(arguments: Mapping[str, Any], context: JobContext) -> Mapping[str, Any]:
    """Do a training as a job; returns what is left to say of it: the stored network, the history, why it ended."""
    try:
        network, plan = read_job(arguments, context)
        settings = context.settings
        context.progress(0, None, "examples")
        folders = Folders(settings.data_dir / "datasets", settings.datasets_dir)
        data = load_data(plan, network, folders, plan.arrays)
        run = Run(plan, data, arguments["network_id"], context)
    except NetworkError as error:
        raise JobFailure("; ".join(problem.detail for problem in error.problems)) from error
    # Two blocks side by side are done sooner than products on two threads, and with the same bits as on one.
    with threadpool_limits(1 if run.trainer.in_blocks else None):
        return run.run()


class Run:
    """One run of a training, from the start or from its latest checkpoint."""

    def __init__(self, plan: Plan, data: Data, network_id: str | None, context: JobContext) -> None:
        self._plan = plan
        self._data = data
        self._context = context
        self._network_id = network_id
        self._checkpoints = Checkpoints(context.directory)
        self.trainer = Trainer(
            data.network,
            plan.training,
            data.inputs,
            data.targets,
            data.validation,
            self._checkpoints.read(),
            threads=context.settings.job_threads,
        )
        self._record = read_record(context.directory)
        validation = self.trainer.validation
        self._record |= {
            "batches": self.trainer.batches,
            "examples": len(self.trainer.examples),
            "validation_examples": 0 if validation is None else len(validation),
            "scaling": data.scaling,
            "classes": list(data.classes),
        }
        self._told_step, self._told_epoch = self._already_told()
        self._stepped = 0.0
        self._kept, self._keeping = time.monotonic(), 0.0
        self._written, self._writing = 0.0, 0.0
        self._rate: float | None = None
        self._rate_from: tuple[float, int] | None = None
        self._seconds = float(self._record.get("seconds", 0.0))

    def _already_told(self) -> tuple[int, int]:
        """Return the last step and epoch that followers were told about."""
        step, epoch = 0, -1
        offset = 0
        while True:
            events, following = read_events(self._context.events_path, offset)
            for event in events:
                step, epoch = _last_told(event, step, epoch)
            if following == offset:
                return step, epoch
            offset = following

    def run(self) -> Mapping[str, Any]:
        """Train until the end, or until somebody stops it."""
        trainer, context = self.trainer, self._context
        if trainer.steps == 0 and not self._checkpoints.steps():
            self._keep()
        stopped = False
        while not trainer.finished:
            wanted = context.control()
            if wanted == "pause":
                self._keep()
                self._rate_from = None
                wanted = context.hold()
            if wanted == "stop":
                self._keep()
                context.check()
                stopped = True
                break
            began = time.monotonic()
            report = trainer.step()
            self._seconds += time.monotonic() - began
            self._tell(report, asked=wanted == "step")
        if self._record["health"] is None and trainer.reason == "not_finite":
            self._record["health"] = {"detail": "the loss or a gradient was not finite"}
        reason = "stopped" if stopped else trainer.reason
        self._record["reason"] = reason
        self._keep()
        if self._network_id is not None:
            self._store(self._network_id, reason)
        if reason == "not_finite":
            detail = self._record["health"]["detail"]
            raise JobFailure(f"training stopped because its numbers were no longer finite: {detail}")
        return {
            "network": None if self._record["saved"] is None else self._record["saved"]["network"],
            "reason": reason,
            "epochs": trainer.epoch,
            "steps": trainer.steps,
            "seconds": round(self._seconds, 3),
            "history": {key: [encode_number(number) for number in numbers] for key, numbers in trainer.history.items()},
        }

    def _tell(self, report: StepReport, asked: bool) -> None:
        context, trainer = self._context, self.trainer
        moment = time.monotonic()
        self._measure(moment, report)
        if report.health is not None and self._record["health"] is None:
            self._record["health"] = report.health.to_document()
            context.event("health", self._record["health"])
        if report.step > self._told_step and (asked or moment - self._stepped >= STEP_SECONDS):
            self._stepped = moment
            context.event("step", self._describe_step(report), vital=asked)
        done = report.epoch * report.batches + report.batch + 1
        total = self._plan.training.epochs * report.batches
        context.progress(
            done,
            total,
            "steps",
            epoch=report.epoch,
            epochs=self._plan.training.epochs,
            loss=encode_number(report.loss),
            examples_per_second=self._rate,
        )
        if report.epoch_report is not None:
            self._tell_epoch(report.epoch_report)
        elapsed = moment - self._kept
        if elapsed >= max(CHECKPOINT_SECONDS, CHECKPOINT_SHARE * self._keeping):
            self._keep()
        pause = max(RECORD_SECONDS, CHECKPOINT_SHARE * self._writing)  # a long history takes long to write
        if report.epoch_report is not None and not trainer.finished and moment - self._written >= pause:
            self._write(durable=False)

    def _measure(self, moment: float, report: StepReport) -> None:
        """Estimate how many examples a second are trained on, over the last second or so."""
        if self._rate_from is None:
            self._rate_from = (moment, 0)
            return
        since, examples = self._rate_from
        examples += report.examples
        if moment - since >= 1.0:
            self._rate = round(examples / (moment - since), 1)
            self._rate_from = (moment, 0)
        else:
            if self._rate is None and moment - since > STEP_SECONDS:
                self._rate = round(examples / (moment - since), 1)
            self._rate_from = (since, examples)

    def _describe_step(self, report: StepReport) -> dict[str, Any]:
        return {
            "step": report.step,
            "epoch": report.epoch,
            "batch": report.batch,
            "batches": report.batches,
            "loss": encode_number(report.loss),
            "learning_rate": encode_number(report.learning_rate),
            "gradient_norm": encode_number(report.gradient_norm),
            "examples_per_second": self._rate,
        }

    def _tell_epoch(self, report: EpochReport) -> None:
        if report.epoch <= self._told_epoch:
            return
        self._told_epoch = report.epoch
        data = {
            "epoch": report.epoch,
            "epochs": self._plan.training.epochs,
            "step": self.trainer.steps,
            "logs": {key: encode_number(number) for key, number in report.logs.items()},
            "examples_per_second": self._rate,
        }
        self._context.event("epoch", data, vital=False)

    def _keep(self) -> None:
        """Write a checkpoint, and tell that it is on the disk."""
        began = time.monotonic()
        state = self.trainer.state()
        self._checkpoints.write(state)
        self._record["checkpoint"] = {"step": self.trainer.steps, "epoch": self.trainer.epoch}
        self._write(durable=True)
        self._kept = time.monotonic()
        self._keeping = self._kept - began
        if self.trainer.steps > self._told_step:
            self._context.event("checkpoint", self._record["checkpoint"])

    def _write(self, *, durable: bool) -> None:
        trainer = self.trainer
        began = time.monotonic()
        self._record |= {"epoch": trainer.epoch, "step": trainer.steps, "seconds": round(self._seconds, 3)}
        self._record["history"] = trainer.history
        write_record(self._context.directory, self._record, durable=durable)
        self._written = time.monotonic()
        self._writing = self._written - began

    def _store(self, network_id: str, reason: str | None) -> None:
        """Store the network; a checkpoint has everything, so nothing is lost if that cannot be done."""
        trainer, context, settings = self.trainer, self._context, self._context.settings
        network = trainer.network()
        about = {
            **self._plan.to_document(),
            "epochs_done": trainer.epoch,
            "steps": trainer.steps,
            "seconds": round(self._seconds, 3),
            "reason": reason,
            "split": {
                "training": self._record["examples"],
                "validation": self._record["validation_examples"],
            },
            "history": thinned(trainer.history),
        }
        if self._data.classes:
            about["encoding"] = dict(zip(self._data.classes, range(len(self._data.classes)), strict=True))
        changes = trained_document(network, about, self._plan.title, self._data.classes)
        saved = self._record["saved"] or {}
        try:
            packed = pack_trained(write_network(network, changes), trainer.vector.arrays, settings)
            network_id, version = self._store_patiently(packed, saved.get("network", network_id), saved)
        except ValueError as error:
            health = self._record["health"]
            detail = health["detail"] if health else str(error)
            raise JobFailure(f"the network was not stored, because its parameters are not finite: {detail}") from error
        except (Unavailable, TooLarge) as error:
            raise JobFailure(f"trained, but not stored: {error}; resume it to try again") from error
        self._record["saved"] = {"network": network_id, "version": version, "step": trainer.steps}
        self._write(durable=True)
        context.event("saved", self._record["saved"])

    def _store_patiently(self, packed: Any, network_id: str, saved: Mapping[str, Any]) -> tuple[str, int]:
        for attempt in range(STORE_ATTEMPTS):
            try:
                return store(packed, network_id, saved.get("version"), self._context.settings)
            except Unavailable:
                if attempt == STORE_ATTEMPTS - 1:
                    raise
                time.sleep(STORE_SECONDS)
        raise AssertionError


def _last_told(event: Event, step: int, epoch: int) -> tuple[int, int]:
    if event.kind == "step":
        step = max(step, orjson.loads(event.data)["step"])
    elif event.kind == "epoch":
        epoch = max(epoch, orjson.loads(event.data)["epoch"])
    return step, epoch
