"""Examples of the calls about activation functions."""

from collections.abc import Mapping

from app.api.examples.example import Example

EXAMPLES: Mapping[str, Example] = {
    "list_activations": Example(
        answer=[
            {
                "name": "linear",
                "aliases": ["identity"],
                "title": "Linear (identity)",
                "formula": "f(x) = x",
                "derivative_formula": "f'(x) = 1",
                "parameters": [],
                "range": "(-\\infty, \\infty)",
                "monotonic": True,
                "elementwise": True,
                "description": "Passes its input on unchanged. It is used in the last layer of regression "
                "networks; between hidden layers it adds nothing, because linear layers in a "
                "row are together still one linear layer.",
                "source": "Keras 3: linear. The identity function.",
            }
        ],
    ),
    "get_activation": Example(
        answer={
            "name": "leaky_relu",
            "aliases": [],
            "title": "Leaky ReLU",
            "formula": "f(x) = \\begin{cases} s\\,x & x \\le 0 \\\\ x & x > 0 \\end{cases} \\qquad s = "
            "\\texttt{negative\\_slope}",
            "derivative_formula": "f'(x) = \\begin{cases} s & x \\le 0 \\\\ 1 & x > 0 \\end{cases}",
            "parameters": [
                {
                    "name": "negative_slope",
                    "type": "number",
                    "default": 0.2,
                    "minimum": 0.0,
                    "maximum": 1000000.0,
                    "description": "The slope s for negative inputs.",
                }
            ],
            "range": "(-\\infty, \\infty)",
            "monotonic": True,
            "elementwise": True,
            "description": "A ReLU that lets a small part of negative inputs through, so that no node can "
            "die. The slope is one more number to choose, and the gain over ReLU is often "
            "small.",
            "source": "Keras 3: leaky_relu, negative_slope 0.2 (PyTorch: 0.01). A. L. Maas, A. Y. Hannun "
            "and A. Y. Ng, Rectifier nonlinearities improve neural network acoustic models, "
            "2013.",
        },
        parameters={"name": "leaky_relu"},
    ),
    "get_activation_curve": Example(
        answer={
            "x": [-5.0, 0.0, 5.0],
            "y": [-0.9999092042625951, 0.0, 0.9999092042625951],
            "dy": [0.00018158323094380667, 1.0, 0.00018158323094380667],
        },
        parameters={"name": "tanh", "start": -5, "stop": 5, "num": 3},
    ),
    "evaluate_activation": Example(
        answer={"outputs": [-0.5, 5.0], "derivatives": [0.1, 1.0]},
        body={"inputs": [-5, 5], "parameters": {"negative_slope": 0.1}},
        parameters={"name": "leaky_relu"},
    ),
}
