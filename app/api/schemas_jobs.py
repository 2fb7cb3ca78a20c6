"""The wire shapes of jobs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas import Answer

JobStatus = Literal["queued", "running", "paused", "stopping", "done", "stopped", "failed"]


class JobProgress(BaseModel):
    """How far a job is; some kinds add fields of their own."""

    model_config = ConfigDict(extra="allow")

    done: float
    total: float | None = Field(description="null if nobody knows yet.")
    unit: str = Field(description='What is counted, such as "examples" or "bytes".')
    seconds_left: float | None = Field(description="Estimated from the speed so far; null before there is one.")


class JobLinks(Answer):
    """Where to go on."""

    self: str
    events: str
    stop: str


class JobInfo(Answer):
    """A job: long work that a process of its own does."""

    id: str
    kind: str
    title: str
    status: JobStatus = Field(description="`done`, `stopped` and `failed` are final.")
    ahead: int | None = Field(description="How many jobs are before one that is queued; null for others.")
    created: str = Field(description="A time as in RFC 3339, in UTC.")
    started: str | None
    ended: str | None
    progress: JobProgress | None = Field(description="null until the work says how far it is.")
    error: str | None = Field(description="Why it failed, or why it was stopped if nobody asked for that.")
    resumable: bool = Field(description="Whether it goes on when the server is started again.")
    facts: dict[str, Any] = Field(description="What its kind adds, such as the id of the network that it makes.")
    links: JobLinks


class JobAnswer(JobInfo):
    """A job with its result."""

    result: Any = Field(description="What the work answered; null until it is done.")


class JobsQuery(BaseModel):
    """Which jobs to list."""

    model_config = ConfigDict(strict=True, extra="forbid")

    kind: str = Field("", max_length=60, description="Only those of this kind.")
    status: Literal["", "queued", "running", "paused", "stopping", "done", "stopped", "failed"] = Field(
        "", description="Only those with this status."
    )
    limit: int = Field(100, ge=1, le=1000, description="How many to send, the newest first.")
