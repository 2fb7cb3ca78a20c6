"""The kinds of jobs: an explicit list."""

from collections.abc import Mapping

from app.jobs.records import JobKind

ALL = (
    JobKind("signal", "app.api.signal_answers:signal_job"),
    JobKind("download", "app.datasets.download_job:download_job", resumable=True),
    JobKind("training", "app.trainings.work:train", resumable=True),
)
"""A new kind is a function in an importable module, and one line here."""

KINDS: Mapping[str, JobKind] = {kind.name: kind for kind in ALL}
"""Every kind of job by its name."""
