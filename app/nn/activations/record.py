"""The record that describes one activation function, and the same with its parameters chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from app.nn.activations.arrays import Array, BackwardFunction, Function, WriteFunction
from app.nn.activations.parameter import Parameter, Value
from app.nn.errors import NetworkError, Problem
from app.nn.reading import describe, pointer_to, quote


@dataclass(frozen=True, kw_only=True)
class Activation:
    """Describe one activation function completely: its numbers, its formulas and its words.

    `formula` and `derivative_formula` are LaTeX. `range` (LaTeX) and `monotonic` hold for the default
    parameters. `monotonic` says that no output ever falls while its own input grows.

    A function along an axis (`elementwise` false) lets every output depend on all inputs of its axis.
    Its `axis` counts from the end and is therefore negative, so that a batch dimension in front neither
    changes its meaning nor can be meant by it.

    The functions take arrays with at least one axis. `backward_function` is only needed where it is not
    gradient × derivative; `derivative_function` is None where one number per input cannot tell it.
    `write_function(x, out)`, for functions of few instructions, writes the same numbers into an array that is there.
    `backward_from_output(output, gradient)` is for training, which knows the output: cheaper than from the input, and
    right within rounding of 1 rather than of itself.
    """

    name: str
    aliases: tuple[str, ...] = ()
    title: str
    formula: str
    derivative_formula: str
    parameters: tuple[Parameter, ...] = ()
    range: str
    monotonic: bool
    elementwise: bool = True
    description: str
    source: str
    function: Function = field(repr=False)
    derivative_function: Function | None = field(repr=False)
    backward_function: BackwardFunction | None = field(default=None, repr=False)
    write_function: WriteFunction | None = field(default=None, repr=False)
    backward_from_output: BackwardFunction | None = field(default=None, repr=False)
    halves_axis: bool = False

    def evaluate(self, x: Array, **parameters: Value) -> Array:
        """Return f(x) as a new array of x's dtype (float32 or float64); `x` may have any shape.

        Raises NetworkError for wrong parameters, ValueError for a shape that the function cannot take.
        """
        return self._bind(x, parameters)(x)

    def derivative(self, x: Array, **parameters: Value) -> Array | None:
        """Return f'(x), same shape and dtype; at a kink the value that PyTorch takes.

        Along an axis it is the diagonal of the Jacobian, ∂y_i/∂x_i; for glu, which has none, it is None.
        """
        return self._bind(x, parameters).derivative(x)

    def backward(self, x: Array, gradient: Array, **parameters: Value) -> Array:
        """Return dL/dx (x's shape) from `gradient`, dL/dy (the output's shape)."""
        return self._bind(x, parameters).backward(x, gradient)

    def output_shape(self, shape: tuple[int, ...], **parameters: Value) -> tuple[int, ...]:
        """Return the shape of f(x) for an x of `shape` (without the batch).

        Raises ValueError if the axis is not there, or if glu cannot halve it.
        """
        shape = tuple(shape)
        if self.elementwise:
            return shape
        axis = self.complete(parameters)["axis"]
        if len(shape) + axis < 0:
            raise ValueError(
                f"{self.name} works along axis {axis}, but its input has shape {shape}: "
                f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
            )
        if not self.halves_axis:
            return shape
        if shape[axis] % 2:
            raise ValueError(
                f"{self.name} splits axis {axis} into two halves; expected an even length, "
                f"but shape {shape} has {shape[axis]} there"
            )
        halved = list(shape)
        halved[axis] //= 2
        return tuple(halved)

    def check_parameters(self, parameters: Mapping[str, object]) -> tuple[Problem, ...]:
        """Return everything that is wrong with `parameters`, each problem with a pointer such as "/alpha"."""
        known = {parameter.name: parameter for parameter in self.parameters}
        problems = []
        for name, value in parameters.items():
            problem = known[name].check(value) if name in known else self._unknown_parameter(name)
            if problem is not None:
                problems.append(problem)
        return tuple(problems)

    def complete(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, the defaults where `parameters` is silent, in the record's order."""
        return {parameter.name: parameters.get(parameter.name, parameter.default) for parameter in self.parameters}

    def _bind(self, x: Array, parameters: Mapping[str, Value]) -> "BoundActivation":
        if np.asarray(x).dtype.char not in "fd":
            raise TypeError(f"{self.name} expects a float32 or float64 array, not {np.asarray(x).dtype}")
        bound = BoundActivation(self, parameters)
        bound.output_shape(np.shape(x))
        return bound

    def _unknown_parameter(self, name: str) -> Problem:
        names = [parameter.name for parameter in self.parameters]
        expected = "one of " + ", ".join(names) if names else "no parameters"
        return Problem(
            pointer_to(name),
            f"{self.name} has no parameter {quote(name)}; expected {expected}",
            expected,
            describe(name),
        )


@dataclass(frozen=True)
class BoundActivation:
    """An activation with its parameters chosen: what a layer holds and calls.

    `parameters` may leave out what keeps its default; the value kept has all of them. Raises NetworkError
    if any of them is wrong.
    """

    activation: Activation
    parameters: Mapping[str, Value] = field(default_factory=dict)
    _function: Function = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems = self.activation.check_parameters(self.parameters)
        if problems:
            raise NetworkError(problems)
        complete = self.activation.complete(self.parameters)
        function = self.activation.function
        # A frozen dataclass can only be completed this way. The partial is made once: calls are hot.
        object.__setattr__(self, "parameters", MappingProxyType(complete))
        object.__setattr__(self, "_function", partial(function, **complete) if complete else function)

    @property
    def name(self) -> str:
        """Return the canonical name of the activation."""
        return self.activation.name

    @property
    def function(self) -> Function | None:
        """The function itself, for arrays with an axis or more; `None` for the linear one, which changes nothing."""
        return None if self.name == "linear" else self._function

    def write(self, x: Array, out: Array) -> None:
        """Write f(x) into an array that is there; `x` has an axis or more."""
        if self.activation.write_function is not None:
            self.activation.write_function(x, out)
        else:
            np.copyto(out, self._function(x))

    def __call__(self, x: Array) -> Array:
        """Return f(x) as a new array of x's dtype."""
        return self._function(x) if x.ndim else self._function(x.reshape(1)).reshape(())

    def derivative(self, x: Array) -> Array | None:
        """Return f'(x), or the diagonal of the Jacobian; see `Activation.derivative`."""
        function = self.activation.derivative_function
        if function is None:
            return None
        return function(np.atleast_1d(x), **self.parameters).reshape(x.shape)

    def backward(self, x: Array, gradient: Array) -> Array:
        """Return dL/dx (x's shape) from `gradient`, dL/dy (the output's shape)."""
        # A gradient that has already overflowed stays visible as inf or NaN, without a warning.
        with np.errstate(over="ignore", invalid="ignore"):
            if self.activation.backward_function is not None:
                return self.activation.backward_function(x, gradient, **self.parameters)
            slope = self.derivative(x)
            assert slope is not None, f"{self.name} needs a derivative_function or a backward_function"
            return np.multiply(gradient, slope, out=slope)

    def training_backward(self, x: Array, output: Array, gradient: Array) -> Array:
        """Return dL/dx as a new array, from `output` = f(x) where that is enough; NumPy's warnings are the caller's."""
        function = self.activation.backward_from_output
        return self.backward(x, gradient) if function is None else function(output, gradient)

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of f(x) for an x of `shape` (without the batch); see `Activation.output_shape`."""
        return self.activation.output_shape(shape, **self.parameters)

    def to_document(self) -> str | dict[str, Any]:
        """Return what a network document writes: the name, or an object if a parameter is not its default."""
        changed = {
            parameter.name: self.parameters[parameter.name]
            for parameter in self.activation.parameters
            if self.parameters[parameter.name] != parameter.default
        }
        return {"name": self.name, **changed} if changed else self.name

    def __hash__(self) -> int:
        return hash((self.name, *self.parameters.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # A mappingproxy cannot be pickled or deep-copied; the record and plain parameters can.
        return BoundActivation, (self.activation, dict(self.parameters))
