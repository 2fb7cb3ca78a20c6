"""Where PyTorch keeps a parameter, and in which order of axes."""

from collections.abc import Mapping

TENSORS: Mapping[str, tuple[str, str]] = {
    "kernel": (".weight", ".T"),
    "bias": (".bias", ""),
    "gamma": (".weight", ""),
    "beta": (".bias", ""),
    "moving_mean": (".running_mean", ""),
    "moving_variance": (".running_var", ""),
    "embeddings": (".weight", ""),
}
"""For each parameter: the tensor, behind its layer's module, and what turns Vitrine's array into it."""

TENSORS_OF_KIND: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Conv1D": {"kernel": (".weight", ".permute(2, 1, 0)")},
    "Conv2D": {"kernel": (".weight", ".permute(3, 2, 0, 1)")},
    "Conv2DTranspose": {"kernel": (".weight", ".permute(3, 2, 0, 1)")},
    "DepthwiseConv2D": {"kernel": (".weight", ".permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)")},
    "SeparableConv2D": {
        "depthwise_kernel": ("[0].weight", ".permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)"),
        "pointwise_kernel": ("[1].weight", ".permute(3, 2, 0, 1)"),
        "bias": ("[1].bias", ""),
    },
    "PReLU": {"alpha": ("", "")},
}
"""The same for kinds that differ from the others."""


def tensor_of(kind: str, parameter: str) -> tuple[str, str]:
    """Return where a layer kind's parameter goes, and how."""
    return TENSORS_OF_KIND.get(kind, {}).get(parameter) or TENSORS[parameter]
