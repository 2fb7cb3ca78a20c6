"""The `vitrine` command: the same values, explanations and counts as the API, in a terminal or a pipe.

Exit codes: 0 it worked; 1 something in the input is wrong, named on standard error with its place; 2 the command
line itself is wrong; 3 the server could not listen; 130 interrupted; 141 the reader of the output went away.
"""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from app.cli.arguments import create_parser
from app.cli.text import printable, write
from app.errors import SettingsError, VitrineError
from app.nn.errors import NetworkError, Problem

FAILED = 1
INTERRUPTED = 130  # 128 + the signal's number, as a shell reports it
PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (by default this process's) and return the exit code.

    Raises `SystemExit`, as `argparse` does, after help and for a command line that is wrong.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    try:
        chosen, others = create_parser().parse_known_args(arguments)
    except SystemExit:
        _print("")  # help may still be on its way
        raise
    if chosen.command == "serve":
        return _serve(chosen, others)
    if others:
        chosen.parser.error(f"unrecognized arguments: {' '.join(others)}")
    # Help, usage errors and `serve` do not wait for NumPy.
    from app.cli import commands  # noqa: PLC0415

    try:
        output = commands.COMMANDS[chosen.command](chosen)
    except (NetworkError, VitrineError) as error:
        return _fail(*error.problems)
    except SettingsError as error:
        return _fail(Problem("", str(error)))
    except RecursionError:
        return _fail(Problem("", "the document is nested deeper than can be read"))
    except MemoryError:
        return _fail(Problem("", "there is not enough memory for this"))
    return _print(output)


def _serve(chosen: Namespace, others: list[str]) -> int:
    options = [
        f"--{name}={getattr(chosen, name)}"
        for name in ("host", "port", "network", "parameters")
        if hasattr(chosen, name)
    ]
    from app.main import main as serve  # noqa: PLC0415 - the web framework loads slower than all else together

    serve([*options, *others])
    return 0


def _print(text: str) -> int:
    """Write to standard output; return the exit code."""
    try:
        write(text, sys.stdout)
    except BrokenPipeError:
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        _discard_output()
        return _fail(Problem("", f"the output cannot be written: {error.strerror}"))
    return 0


def _fail(*problems: Problem) -> int:
    """Write each problem in a line of its own, its place first; return the exit code."""
    for problem in problems:
        place = problem.pointer.strip()
        with suppress(OSError):
            write(printable(f"vitrine: {place}{': ' if place else ''}{problem.detail}") + "\n", sys.stderr)
    return FAILED


def _discard_output() -> None:
    """Send what is still buffered nowhere: Python would write it at its end, and complain that it cannot."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
