"""The wire shapes of trainings."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.api.schemas import Answer, Count, Index, NetworkReference, Number, Request, Values
from app.api.schemas_jobs import JobProgress, JobStatus
from app.nn.training import training_schema
from app.trainings.scaling import SCALINGS

_VALUES = {"type": "array", "items": {}}
_GIVEN = {
    "type": "object",
    "title": "Examples given",
    "properties": {"inputs": _VALUES, "targets": _VALUES},
    "required": ["inputs", "targets"],
    "additionalProperties": False,
}
_DATASET = {
    "type": "object",
    "title": "Data set",
    "description": "Other fields are the data set's options, such as `noise` and `seed`.",
    "properties": {"name": {"type": "string"}, "split": {"type": "string", "default": "train"}},
    "required": ["name"],
}
_PART = {
    "type": "object",
    "title": "Another split",
    "description": "Of the same data set.",
    "properties": {"split": {"type": "string"}},
    "required": ["split"],
}
DatasetReference = Annotated[Any, WithJsonSchema({"anyOf": [_DATASET, _GIVEN]})]
_TRAINING = training_schema()


def _describe_request(schema: dict[str, Any]) -> None:
    """Put the fields of a training's document beside those of the request."""
    schema["properties"] |= _TRAINING["properties"]
    schema["required"] = [*schema["required"], *_TRAINING["required"]]
    schema["additionalProperties"] = False


class TrainingRequest(Request):
    """A network, examples, and how to train: Keras' names and defaults. The core reads all of the latter."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_describe_request)

    network: NetworkReference
    dataset: DatasetReference
    validation_data: Annotated[
        Any, WithJsonSchema({"anyOf": [_DATASET, _PART, _GIVEN, {"type": "null"}], "default": None})
    ] = Field(None, description="Examples that are measured after each epoch, and not trained on.")
    scaling: Annotated[
        Any, WithJsonSchema({"anyOf": [{"enum": list(SCALINGS)}, {"type": "null"}], "default": None})
    ] = Field(
        None,
        description="Brings inputs to one size, by what the training examples are like: mean 0 and standard deviation "
        "1, or 0 to 1. It becomes the `input.preprocessing` of the result.",
    )
    store: Annotated[Any, WithJsonSchema({"type": "boolean", "default": True})] = Field(
        True, description="Whether the result becomes a stored network; its parameters are there in any case."
    )
    title: Annotated[
        Any, WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1, "maxLength": 200}, {"type": "null"}]})
    ] = Field(None, description="The title of the result.")


class TrainingLinks(Answer):
    """Where to go on; `network` is null for a result that is not stored."""

    self: str
    events: str
    stop: str
    pause: str
    resume: str
    step: str
    parameters: str
    network: str | None


class TrainingPosition(Answer):
    """A place in a training: so many updates and whole epochs were made."""

    step: Count
    epoch: Count


class SavedNetwork(Answer):
    """The network as it was stored."""

    network: str
    version: Count
    step: Count


class TrainingHealth(BaseModel):
    """The first number that was not finite, and where it came from."""

    model_config = ConfigDict(extra="allow")

    detail: str


class TrainingInfo(Answer):
    """A training in a list."""

    id: str
    title: str
    status: JobStatus
    ahead: Count | None = Field(description="How many jobs are before one that is queued; null for others.")
    network: str | None = Field(
        description="The id that the trained network has, or will have; null for one that is not stored."
    )
    created: str
    started: str | None
    ended: str | None
    progress: JobProgress | None
    error: str | None = Field(description="Why it failed, or why it was stopped if nobody asked for that.")
    links: TrainingLinks


class TrainingAnswer(TrainingInfo):
    """A training and what has become of it."""

    training: dict[str, Any] = Field(description="The training's document, every data set with its options.")
    epoch: Count = Field(description="How many epochs are complete.")
    epochs: Count
    step: Count = Field(description="How many updates were made.")
    batches: Count | None = Field(description="How many steps an epoch has; null before it has begun.")
    examples: Count | None
    validation_examples: Count | None
    history: dict[str, list[Number]] = Field(description="Under Keras' keys, a number for each epoch.")
    reason: str | None = Field(
        description="`epochs`, `early_stopping`, `stopped` or `not_finite`; null before the end."
    )
    health: TrainingHealth | None
    checkpoint: TrainingPosition | None = Field(description="What is on the disk, and would be gone on from.")
    saved: SavedNetwork | None = Field(description="The network as it was stored; null until it is.")
    scaling: dict[str, Any] | None = Field(description="What was taken away from the inputs, and divided by.")
    classes: list[str]


class TrainingsQuery(BaseModel):
    """Which trainings to list."""

    model_config = ConfigDict(strict=True, extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="How many to send, the newest first.")


_WEIGHT = {
    "type": "object",
    "properties": {
        "layer": {"type": "string"},
        "parameter": {"type": "string"},
        "index": {"type": "array", "items": {"type": "integer", "minimum": 0}},
    },
    "required": ["layer", "parameter", "index"],
    "additionalProperties": False,
}


class ApartRequest(Request):
    """Which example of the batch to follow, and which weight through its update."""

    example: int = Field(0, ge=0, description="Counted in the batch, from 0.")
    weight: Annotated[Any, WithJsonSchema({"anyOf": [_WEIGHT, {"type": "null"}], "default": None})] = None


class LayerApart(Answer):
    """What a layer held for the example, and the derivatives of the batch's loss by it."""

    name: str
    kind: str
    output: Values
    pre_activation: Values | None
    by_output: Values | None = Field(description="null where nothing that is trained comes before.")
    by_pre_activation: Values | None
    named: dict[str, Values] = Field(description="What else it kept, such as the mask of a dropout.")


class LossApart(Answer):
    """The loss of the example, of the batch, and what is made small."""

    name: str
    formula: str
    target: Values
    prediction: Values
    example: Number
    weight: Number = Field(description="That of the example's class.")
    share: Number = Field(description="What its loss is multiplied by in the sum over the batch.")
    batch: Number
    penalty: Number
    total: Number


class WeightApart(Answer):
    """The update of one weight: gradient → clipped → terms → change; old, decayed, plus change is new."""

    layer: str
    parameter: str
    index: Index
    trained: bool
    old: Number
    example_gradient: Number = Field(description="What the example adds to the gradient.")
    batch_gradient: Number
    penalty_gradient: Number
    clip_factor: Number
    gradient: Number = Field(description="That of the batch and of the penalty, clipped.")
    learning_rate: Number
    decayed: Number
    slots: dict[str, Number] = Field(description="What the optimiser remembered before.")
    terms: dict[str, Number] = Field(description="All that it forms, what it remembers from now on included.")
    equation: str = Field(description="How `change` is made of them.")
    change: Number
    new: Number = Field(description="Done in float64 from the numbers above.")
    stored: Number = Field(description="What the training keeps, in the network's dtype.")
    difference: Number


class StepApartAnswer(Answer):
    """A step taken apart; derivatives are of the batch's loss, by what the example held."""

    step: Count
    epoch: Count
    batch: Count
    examples: list[Count] = Field(description="The batch's places in the training examples.")
    example: Count
    optimizer: Any
    layers: list[LayerApart]
    loss: LossApart
    weight: WeightApart | None


class StepsRequest(Request):
    """How far to go."""

    steps: int = Field(1, ge=1, le=1_000_000, description="How many batches to train on before it waits again.")
