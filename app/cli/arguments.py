"""The grammar of the command line: commands, options, help. What they mean is in `commands.py`."""

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from app import __version__
from app.cli.text import printable

NETWORK_HELP = (
    "an example's name, the path of a network document (JSON), the id of a stored network, or - for standard input"
)
PARAMETERS_HELP = "parameters that the document leaves out: an .npz or .safetensors file with LAYER/NAME for each"
INPUT_HELP = (
    "the input: numbers (0.5,0.7), JSON ([[0.5, 0.7]] is a batch of one), or @FILE with JSON in it; "
    "by default the document's own"
)

DESCRIPTION = "See the value held at every node of a neural network, with the arithmetic that produced it."
EPILOG = """\
examples:
  vitrine forward walkthrough --input 0.5,0.7
  vitrine explain walkthrough 'hidden[0]'
  vitrine summary my-network.json
  vitrine activation leaky_relu -1 0 1 --parameter negative_slope=0.1
  vitrine download cifar10
  vitrine train my-network.json --dataset cifar10 --epochs 10
  vitrine evaluate k7m2x9p4qa --dataset cifar10
  vitrine serve --port 8123

"vitrine COMMAND --help" says more. Exit codes: 0 it worked; 1 a document, input or name is wrong, each
mistake in a line on standard error; 2 the command line is wrong."""

SERVE_EPILOG = """\
examples:
  vitrine serve
  vitrine serve --network my-network.json --parameters weights.safetensors
  vitrine serve --host 127.0.0.1 --port 8123

Other settings are environment variables: see docs/settings.md."""

FORWARD_EPILOG = """\
examples:
  vitrine forward walkthrough
  vitrine forward walkthrough --input 0.1,0.2 --layers hidden,output
  vitrine forward walkthrough --input '[[0.5, 0.7], [1, 2]]' --json
  vitrine forward digits --input @image.json --pin 'output[3]=0' --pin 'input[0]=16'
  vitrine forward - < my-network.json"""

EXPLAIN_EPILOG = """\
examples:
  vitrine explain walkthrough 'hidden[2]'
  vitrine explain walkthrough 'output[0]' --input 0.1,0.2 --pin 'hidden[0]=0'
  vitrine explain digits 'output[3]' --top 5
  vitrine explain digits 'output[3]' --json | jq .terms

Quote nodes: brackets mean something to many shells. Indexes count from 0; a node of a layer with more axes is
written 'map[1,2]'."""

DATASETS_EPILOG = """\
examples:
  vitrine datasets
  vitrine datasets --json | jq '.[].name'"""

DOWNLOAD_EPILOG = """\
examples:
  vitrine download cifar10
  VITRINE_DATASETS_MIRROR=https://mirror.example/data vitrine download mnist

Files that are there already need no download: VITRINE_DATASETS_DIR names their folder (see docs/datasets.md)."""

SUMMARY_EPILOG = """\
examples:
  vitrine summary digits
  vitrine summary my-network.json --json"""

ACTIVATION_EPILOG = """\
examples:
  vitrine activation relu -1 0 1
  vitrine activation leaky_relu -2 3 --parameter negative_slope=0.1
  vitrine activation softmax 1 2 3 --json

A function along an axis, such as softmax, takes all values together."""

TRAIN_EPILOG = """\
examples:
  vitrine train my-network.json --dataset cifar10 --epochs 10 --optimizer adam --batch-size 64
  vitrine train my-network.json --dataset spirals --option noise=0.1 --validate test --epochs 200
  vitrine train my-network.json --dataset iris --scaling standard --optimizer '{"name": "sgd", "momentum": 0.9}'
  vitrine train my-network.json --settings training.json --output trained.json

Names and defaults are Keras'; docs/training.md lists them. It runs as a job in the data directory that the server
uses: the page shows it. Ctrl-C stops it, and what was learned is stored."""

EVALUATE_EPILOG = """\
examples:
  vitrine evaluate digits --dataset digits
  vitrine evaluate k7m2x9p4qa --dataset cifar10 --json
  vitrine evaluate trained.json --dataset spirals --option noise=0.3 --metrics accuracy,f1_score"""

_NODE = re.compile(r"\s*(?P<layer>[^\[\]=]+?)\s*\[(?P<index>\s*-?\d{1,18}\s*(,\s*-?\d{1,18}\s*)*)\]\s*")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INTEGER = re.compile(r"[+-]?\d{1,40}")


class Parser(ArgumentParser):
    """Takes `-1,2` for a value, not for an option; and what it repeats of the command line is plain text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False, **options)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and exit with 2."""
        super().error(printable(message))


@dataclass(frozen=True)
class Pin:
    """A node and the value it is pinned to; `text` is how it was written."""

    text: str
    node: dict[str, Any]
    value: float | int


def create_parser() -> Parser:
    """Return the parser of the whole command line; `command` and `parser` name the command that was chosen."""
    parser = Parser(prog="vitrine", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("-V", "--version", action="version", version=f"vitrine {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str, epilog: str) -> Parser:
        added = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", epilog=epilog
        )
        added.set_defaults(parser=added)
        return added

    serve = command("serve", "serve the page and the API", SERVE_EPILOG)
    serve.add_argument("--host", default=SUPPRESS, help="address to listen on (default: VITRINE_HOST, or 127.0.0.1)")
    serve.add_argument("--port", type=port, default=SUPPRESS, help="port to listen on (default: VITRINE_PORT, or 8000)")
    serve.add_argument("--network", default=SUPPRESS, help="open this network document, read-only, and print its link")
    serve.add_argument("--parameters", default=SUPPRESS, metavar="FILE", help=PARAMETERS_HELP)

    forward = command("forward", "print the value of every node", FORWARD_EPILOG)
    _add_network(forward)
    _add_input(forward)
    forward.add_argument("--layers", type=names, metavar="NAME,...", help="print only these layers")
    _add_json(forward)

    explain = command("explain", "print the arithmetic that gave one node its value", EXPLAIN_EPILOG)
    _add_network(explain)
    explain.add_argument("node", metavar="NODE", type=node, help="which node, as in 'hidden[2]' or 'map[1,2]'")
    _add_input(explain)
    explain.add_argument("--example", type=count, default=0, metavar="N", help="which one of a batch (default: 0)")
    explain.add_argument(
        "--top", type=count, default=100, metavar="N", help="list the N largest terms, sum up the others (default: 100)"
    )
    _add_json(explain)

    summary = command("summary", "print layers, shapes, parameters and costs", SUMMARY_EPILOG)
    _add_network(summary)
    summary.add_argument("--all", action="store_true", help="list every layer, also those that repeat")
    _add_json(summary)

    activation = command("activation", "print values and derivatives of an activation function", ACTIVATION_EPILOG)
    activation.add_argument("name", metavar="NAME", help="its name or an alias, as in relu or swish")
    activation.add_argument("values", metavar="VALUE", nargs="+", help="a number")
    activation.add_argument(
        "--parameter",
        dest="parameters",
        action="append",
        type=parameter,
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the function; may be given several times",
    )
    _add_json(activation)
    _add_training(command)
    return parser


def _add_training(command: Callable[[str, str, str], Parser]) -> None:
    """Add the commands that list and fetch data sets, train and evaluate."""
    listed = command("datasets", "list the data sets, and what has to be downloaded first", DATASETS_EPILOG)
    _add_json(listed)

    download = command("download", "download a data set; what was fetched before is not fetched again", DOWNLOAD_EPILOG)
    download.add_argument("name", metavar="NAME", help="its name, as in cifar10")

    train = command("train", "train a network on a data set and store it", TRAIN_EPILOG)
    _add_network(train)
    _add_dataset(train, required=False)
    train.add_argument("--settings", metavar="FILE", help="a training's document (JSON); options come before it")
    train.add_argument("--loss", metavar="LOSS", help="a name or JSON; by default the one that goes with the output")
    train.add_argument("--optimizer", metavar="OPTIMIZER", help="a name or JSON (default: rmsprop, as in Keras)")
    train.add_argument("--learning-rate", type=real, metavar="RATE", help="that of the optimizer")
    train.add_argument(
        "--metrics", type=names, metavar="NAME,...", help="what to measure (default for classes: accuracy)"
    )
    train.add_argument("--epochs", type=count, metavar="N", help="how often to go through all examples (default: 1)")
    train.add_argument("--batch-size", type=count, metavar="N", help="examples for one update (default: 32)")
    train.add_argument("--validate", metavar="SPLIT", help="measure on another split after each epoch, as in test")
    train.add_argument("--validation-split", type=real, metavar="SHARE", help="or on this share of the examples")
    train.add_argument("--scaling", metavar="HOW", help="standard or min_max: bring the inputs to one size first")
    train.add_argument("--seed", type=count, metavar="N", help="the seed of everything that is drawn (default: 0)")
    train.add_argument("--title", help="the title of the stored network")
    train.add_argument("--output", metavar="FILE", help="write the trained network's document there, too")
    _add_json(train)

    evaluate = command("evaluate", "print loss and metrics of a network on a data set", EVALUATE_EPILOG)
    _add_network(evaluate)
    _add_dataset(evaluate, required=True)
    evaluate.add_argument("--split", default="test", help="which part of it (default: test)")
    evaluate.add_argument("--loss", metavar="LOSS", help="a name or JSON; by default that of its training")
    evaluate.add_argument("--metrics", type=names, metavar="NAME,...", help="by default those of its training")
    _add_json(evaluate)


def _add_dataset(parser: Parser, *, required: bool) -> None:
    parser.add_argument("--dataset", required=required, metavar="NAME", help="a data set's name, as in cifar10 or iris")
    parser.add_argument(
        "--option",
        dest="options",
        action="append",
        type=parameter,
        default=[],
        metavar="NAME=VALUE",
        help="an option of the data set, as in noise=0.2; may be given several times",
    )


def _add_network(parser: Parser) -> None:
    parser.add_argument("network", metavar="NETWORK", help=NETWORK_HELP)
    parser.add_argument("--parameters", dest="parameter_file", metavar="FILE", help=PARAMETERS_HELP)


def _add_input(parser: Parser) -> None:
    parser.add_argument("--input", metavar="NUMBERS", help=INPUT_HELP)
    parser.add_argument(
        "--pin",
        dest="pins",
        action="append",
        type=pin,
        default=[],
        metavar="NODE=VALUE",
        help="hold a node at a value, as in 'hidden[0]=1.5'; may be given several times",
    )


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print the JSON object that the API answers")


def number(text: str) -> float | int | None:
    """Return the number that `text` is, an `int` if it is written as one; `None` if it is none."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else None


def node(text: str) -> dict[str, Any]:
    """Read `hidden[2]` or `map[1,2]` as `{"layer", "index"}`."""
    match = _NODE.fullmatch(text)
    if match is None:
        message = f"expected a node such as hidden[2] or map[1,2], received {text!r}"
        raise ArgumentTypeError(message)
    return {"layer": match["layer"], "index": [int(part) for part in match["index"].split(",")]}


def pin(text: str) -> Pin:
    """Read `hidden[0]=1.5`."""
    place, equals, value = text.rpartition("=")
    pinned = number(value)
    if not equals or pinned is None or not _NODE.fullmatch(place):
        message = f"expected a node and a number such as hidden[0]=1.5, received {text!r}"
        raise ArgumentTypeError(message)
    return Pin(text, node(place), pinned)


def parameter(text: str) -> tuple[str, Any]:
    """Read `negative_slope=0.1` or `approximate=true`; a value that is neither number nor switch stays a text."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        message = f"expected a name and a value such as negative_slope=0.1, received {text!r}"
        raise ArgumentTypeError(message)
    switches = {"true": True, "false": False}
    given = value.strip()
    read = switches[given] if given in switches else number(given)
    return name.strip(), given if read is None else read


def names(text: str) -> list[str]:
    """Read `hidden,output` as a list of names."""
    return [name.strip() for name in text.split(",")]


def real(text: str) -> float | int:
    """Read a number."""
    read = number(text)
    if read is None:
        message = f"expected a number, received {text!r}"
        raise ArgumentTypeError(message)
    return read


def count(text: str) -> int:
    """Read a whole number that is not negative."""
    if not re.fullmatch(r"\d{1,9}", text):
        message = f"expected a whole number, 0 or more, received {text!r}"
        raise ArgumentTypeError(message)
    return int(text)


def port(text: str) -> int:
    """Read the number of a port; 0 lets the system choose one."""
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65_535:
        message = f"expected a number from 0 to 65535, received {text!r}"
        raise ArgumentTypeError(message)
    return int(text)
