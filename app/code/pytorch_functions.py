"""Activation functions as PyTorch programs call them, and those that PyTorch does not have."""

from collections.abc import Mapping

from app.code.literals import number
from app.nn.activations import BoundActivation

FUNCTIONS: Mapping[str, str] = {
    "binary_step": """\
def binary_step(x):
    return torch.heaviside(x, torch.ones_like(x))  # 1 at 0 itself
""",
    "squareplus": """\
def squareplus(x, b):
    # (x + sqrt(x * x + b)) / 2; for negative x that would cancel, and the conjugate does not.
    y = 0.5 * torch.sqrt(x * x + b) + 0.5 * x.abs()
    return torch.where(x < 0.0, b / 4.0 / y, y)
""",
    "gaussian": """\
def gaussian(x):
    return torch.exp(-x * x)
""",
    "sparsemax": """\
def sparsemax(x, dim):
    # The k largest values share the 1, for the largest k for which all of them lie above the threshold.
    z = x - x.amax(dim, keepdim=True)
    descending = z.sort(dim, descending=True).values
    sums = descending.cumsum(dim)
    shape = [1] * x.dim()
    shape[dim] = -1
    counts = torch.arange(1, x.shape[dim] + 1, dtype=x.dtype).reshape(shape)
    k = (counts * descending + 1.0 > sums).sum(dim, keepdim=True).clamp(min=1)
    threshold = (sums.gather(dim, k - 1) - 1.0) / k
    return torch.relu(z - threshold)
""",
}
"""What PyTorch lacks, by the name of the function."""

_CALLS: Mapping[str, str] = {
    "binary_step": "binary_step({x})",
    "sigmoid": "torch.sigmoid({x})",
    "hard_sigmoid": "F.hardsigmoid({x})",
    "log_sigmoid": "F.logsigmoid({x})",
    "tanh": "torch.tanh({x})",
    "hard_tanh": "F.hardtanh({x})",
    "tanh_shrink": "F.tanhshrink({x})",
    "relu": "F.relu({x})",
    "relu6": "F.relu6({x})",
    "leaky_relu": "F.leaky_relu({x}, negative_slope={negative_slope})",
    "prelu": "F.prelu({x}, torch.tensor({negative_slope}))",
    "threshold": "F.threshold({x}, threshold={threshold}, value={default_value})",
    "elu": "F.elu({x}, alpha={alpha})",
    "selu": "F.selu({x})",
    "celu": "F.celu({x}, alpha={alpha})",
    "gelu": "F.gelu({x}, approximate={approximate})",
    "silu": "F.silu({x})",
    "hard_silu": "F.hardswish({x})",
    "mish": "F.mish({x})",
    # The threshold, usually 20, is where PyTorch leaves out exp(-x): there an error in the tenth digit.
    "softplus": "F.softplus({x}, threshold=40.0)",
    "squareplus": "squareplus({x}, b={b})",
    "softsign": "F.softsign({x})",
    "soft_shrink": "F.softshrink({x}, lambd={threshold})",
    "hard_shrink": "F.hardshrink({x}, lambd={threshold})",
    "exponential": "torch.exp({x})",
    "sine": "torch.sin({x})",
    "gaussian": "gaussian({x})",
    "softmax": "F.softmax({x}, dim={axis})",
    "log_softmax": "F.log_softmax({x}, dim={axis})",
    "sparsemax": "sparsemax({x}, dim={axis})",
    "glu": "F.glu({x}, dim={axis})",
    "linear": "{x}",
}


def call(activation: BoundActivation, argument: str) -> str:
    """Return the call of an activation on `argument`, an expression."""
    settings = {name: number(value) for name, value in activation.parameters.items()}
    if activation.name == "gelu":
        settings["approximate"] = '"tanh"' if activation.parameters["approximate"] else '"none"'
        if not activation.parameters["approximate"]:
            return f"F.gelu({argument})"
    if activation.parameters.get("negative_slope") == 0.0:
        return f"F.relu({argument})"  # where minus infinity is 0, not 0 times infinity
    return _CALLS[activation.name].format(x=argument, **settings)


COVERED = frozenset(_CALLS)
"""The activations that can be written."""
