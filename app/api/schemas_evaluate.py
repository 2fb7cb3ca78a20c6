"""The wire shapes of evaluating."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from app.api.schemas import Answer, Count, NetworkReference, Number, Request
from app.api.schemas_trainings import DatasetReference
from app.nn.training import training_schema

_TRAINING = training_schema()["properties"]


def _optional(name: str) -> Any:
    return WithJsonSchema({"anyOf": [_TRAINING[name], {"type": "null"}], "default": None})


class EvaluateNetworkRequest(Request):
    """A network and examples; loss and metrics are by default those that it was trained with."""

    network: NetworkReference
    dataset: DatasetReference
    split: str = Field("test", max_length=60, description="Which part of the data set.")
    loss: Annotated[Any, _optional("loss")] = Field(
        None, description="By default that of its training, or the one that goes with its output."
    )
    metrics: Annotated[Any, _optional("metrics")] = Field(
        None, description="By default those of its training, or the accuracy of a classifier."
    )


class EvaluateNetworkAnswer(Answer):
    """The mean loss, every metric under its name, and for a classifier of a data set the confusion matrix."""

    model_config = ConfigDict(extra="allow")

    loss: Number
    count: Count = Field(description="How many examples there were.")
    confusion_matrix: list[list[Count]] | None = Field(
        None, description="A row for each true class, a column for each that was answered."
    )
    classes: list[str] | None = Field(None, description="The names of the classes, in this order.")
