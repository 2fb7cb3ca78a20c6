"""The wire shapes of activation functions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.api.schemas import COMPONENT, NESTED_NUMBERS, Answer, Number, Request, Values


class EvaluateActivationRequest(Request):
    """Where to evaluate an activation, and with which parameters."""

    inputs: Annotated[Any, WithJsonSchema({**NESTED_NUMBERS, "title": "Inputs"})] = Field(
        description="A number, or nested lists of numbers."
    )
    parameters: Annotated[
        Any,
        WithJsonSchema(
            {"type": "object", "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "boolean"}]}}
        ),
    ] = Field({}, description="The activation's own parameters; its defaults for those left out.")


class CurveQuery(BaseModel):
    """Where to draw an activation. Any other name in the query is one of the activation's parameters."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    start: float = Field(-10.0, description="Where x begins.")
    stop: float = Field(10.0, description="Where x ends, above `start`.")
    num: int = Field(201, ge=2, le=10_000, description="How many points, evenly spaced, both ends included.")


class ActivationParameter(Answer):
    """A parameter of an activation function."""

    name: str
    type: Literal["number", "integer", "boolean"]
    default: float | int | bool
    minimum: float | None
    maximum: float | None
    description: str


class ActivationAnswer(Answer):
    """An activation function; formulas are LaTeX in x."""

    name: str
    aliases: list[str]
    title: str
    formula: str
    derivative_formula: str
    parameters: list[ActivationParameter]
    range: str
    monotonic: bool
    elementwise: bool = Field(description="Whether each output depends on one input; otherwise it works on an axis.")
    description: str
    source: str


class CurveAnswer(Answer):
    """Points of a function, and its derivative there."""

    x: list[Number]
    y: list[Number]
    dy: list[Number]


class EvaluateActivationAnswer(Answer):
    """A function's values; derivatives along an axis are the diagonal of the Jacobian, `null` where there is none."""

    outputs: Values
    derivatives: Annotated[Any, WithJsonSchema({"anyOf": [{"$ref": f"{COMPONENT}Values"}, {"type": "null"}]})] = Field(
        description="In the shape of the outputs."
    )
