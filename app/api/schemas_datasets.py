"""The wire shapes of data sets."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.api.schemas import Answer, Count, Values


class DatasetDownload(Answer):
    """What there is to fetch."""

    bytes: Count
    files: Count


class DatasetInfo(Answer):
    """A data set; the sizes of its splits are those under the default options."""

    name: str
    title: str
    description: str
    task: Literal["classification", "regression"]
    shape: list[Count] = Field(description="Of one input.")
    classes: list[str] = Field(description="Names of the classes; empty for a regression.")
    features: list[str] = Field(description="Names of the inputs, where they have any.")
    target: str = Field(description="What there is to predict.")
    splits: dict[str, Count] = Field(description="How many examples each split holds.")
    levels: int | None = Field(description="What each pixel was divided by; null where inputs are no picture.")
    options: dict[str, Any] = Field(description="What can be chosen, by name, each as JSON Schema.")
    source: str
    licence: str
    own: bool = Field(description="Whether somebody brought it, and can delete it.")
    here: bool = Field(description="Whether it can be read now.")
    download: DatasetDownload | None = Field(description="null where nothing is to be downloaded.")


class SamplesQuery(BaseModel):
    """Which examples. Any other name in the query is one of the data set's options."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    split: str = Field("train", max_length=60, description="Which split.")
    start: int = Field(0, ge=0, le=2**40, description="The first example, from 0.")
    count: int = Field(20, ge=1, le=100_000, description="How many examples.")


class SheetQuery(SamplesQuery):
    """Which pictures, and in how many columns. Any other name in the query is one of the data set's options."""

    columns: int = Field(10, ge=1, le=100, description="How many pictures stand side by side.")


class SamplesAnswer(Answer):
    """Examples of a data set."""

    name: str
    split: str
    start: Count
    count: Count
    total: Count = Field(description="How many the split has.")
    shape: list[Count] = Field(description="Of one input.")
    classes: list[str]
    inputs: Values = Field(description="(count, *shape).")
    targets: Annotated[Any, WithJsonSchema({"type": "array", "items": {}})] = Field(
        description="Class numbers, or lists of numbers to predict."
    )
