"""The wire shapes of data sets."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.api.schemas import Answer, Count, Request, Values


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


class ColumnInfo(Answer):
    """A column of a table that somebody brought."""

    name: str
    kind: Literal["number", "category", "ignore"]
    target: bool
    categories: list[str] = Field([], description="Present for categories, in the order of their numbers.")
    minimum: float = Field(0.0, description="Present for numbers.")
    maximum: float = Field(0.0, description="Present for numbers.")


class OwnDatasetInfo(DatasetInfo):
    """A data set that somebody brought, with what was found in it."""

    columns: list[ColumnInfo]
    dropped: Count = Field(description="How many rows were left out because they lacked a value.")


class DatasetToStore(Request):
    """A table as CSV, and what is to be known about it; the rest is found out."""

    name: str = Field(description="1 to 60 small letters, digits, - and _.")
    csv: str = Field(description="The table, with names of the columns in its first line or without.")
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2000)
    target: str | None = Field(None, description="The column to predict; by default the last.")
    task: Literal["classification", "regression"] | None = Field(
        None, description="By default a classification where the target is texts, or few different whole numbers."
    )
    columns: Annotated[
        Any,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "object", "additionalProperties": {"enum": ["number", "category", "ignore"]}},
                    {"type": "null"},
                ]
            }
        ),
    ] = Field(None, description="What columns are, by their names; the others are recognised.")
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    header: bool | None = Field(None, description="Whether the first line has the names of the columns.")
    missing: Literal["error", "drop"] = Field(
        "error", description="What is done with rows that lack a value: they are a mistake, or left out."
    )


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
