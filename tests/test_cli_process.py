"""The command as a process of its own: exit codes, pipes, locales, start-up, the server."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from app import __version__

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "app.cli"]
COMMANDS = ("serve", "forward", "explain", "summary", "activation", "train", "evaluate")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_the_package_installs_the_command() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["scripts"] == {"vitrine": "app.cli:main"}


def test_exit_codes() -> None:
    good, wrong, usage = run("summary", "walkthrough"), run("summary", "nowhere"), run("summary")
    assert (good.returncode, good.stderr) == (0, "")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("vitrine: nowhere: ")
    assert (usage.returncode, usage.stdout) == (2, "")
    assert usage.stderr.startswith("usage: vitrine summary ")


def test_version() -> None:
    assert run("--version").stdout == f"vitrine {__version__}\n"


def test_help_shows_every_command_with_examples() -> None:
    text = run("--help").stdout
    assert "examples:" in text
    for command in COMMANDS:
        assert re.search(rf"^ +{command} +\w", text, re.MULTILINE)
        answer = run(command, "--help")
        assert answer.returncode == 0
        assert answer.stdout.isascii()
        assert f"  vitrine {command}" in answer.stdout.split("examples:")[1]


def test_serve_takes_the_options_of_the_server() -> None:
    command = [sys.executable, "-m", "app.main", "--help"]
    server = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    options = set(re.findall(r"--[a-z-]+", server.stdout))
    assert "--host" in options
    assert options <= set(re.findall(r"--[a-z-]+", run("serve", "--help").stdout))


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_output_needs_no_utf_8(locale: dict[str, str]) -> None:
    answer = run("explain", "walkthrough", "hidden[0]", **locale)
    assert answer.returncode == 0
    assert "0.7  x" in answer.stdout or "0.7  ×" in answer.stdout
    assert answer.stderr == ""


def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [*COMMAND, "forward", "digits"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_an_error() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        answer = subprocess.run(
            [*COMMAND, "summary", "walkthrough"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert answer.stderr.startswith("vitrine: the output cannot be written: ")
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], {"numpy", "fastapi", "uvicorn", "pydantic"}),
        (["forward", "walkthrough", "--json"], {"fastapi", "uvicorn", "starlette", "pydantic", "jinja2"}),
        (["explain", "walkthrough", "hidden[0]", "--json"], {"fastapi", "uvicorn", "starlette", "pydantic", "jinja2"}),
        (["summary", "digits", "--json"], {"fastapi", "uvicorn", "starlette", "pydantic", "jinja2"}),
        (["activation", "relu", "1", "--json"], {"fastapi", "uvicorn", "starlette", "pydantic", "jinja2"}),
    ],
)
def test_nothing_heavy_is_loaded_without_need(arguments: list[str], absent: set[str]) -> None:
    script = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from app.cli import main\n"
        "sys.exit(main())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0
    assert not absent & set(answer.stderr.split())


@contextlib.contextmanager
def serving(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve on a free port; yield the address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), *options], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def fetch(address: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while True:
        try:
            with opener.open(address, timeout=10) as answer:
                return bytes(answer.read())
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_serve_serves_and_stops_when_asked() -> None:
    with serving() as (address, process):
        assert b'"ok"' in fetch(f"{address}/health")
        assert b"walkthrough" in fetch(f"{address}/api/v1/networks")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) in (0, 130)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_serve_says_what_is_wrong_with_a_setting() -> None:
    answer = run("serve", VITRINE_WORKERS="none")
    assert answer.returncode == 1
    assert "VITRINE_WORKERS is 'none'" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_serve_opens_a_network_with_its_parameters(tmp_path: Path) -> None:
    document, weights = tmp_path / "my net.json", tmp_path / "weights.safetensors"
    document.write_text('{"input": {"shape": [2]}, "layers": [{"name": "d", "kind": "Dense", "units": 1}]}')
    weights.write_bytes(save({"d/kernel": np.array([[2.0], [3.0]]), "d/bias": np.array([1.0])}))
    with serving("--network", str(document), "--parameters", str(weights)) as (address, process):
        assert json.loads(fetch(f"{address}/api/v1/networks/my-net"))["layers"][0]["parameters"]["bias"] == [1.0]
        assert process.stderr is not None
        assert f"{address}/?network=my-net" in next(line for line in process.stderr if line.startswith("Vitrine"))
    weights.write_bytes(save({"d/kernel": np.ones((3, 1))}))
    answer = run("serve", "--network", str(document), "--parameters", str(weights))
    assert answer.returncode == 1
    assert "kernel is 3×1; expected 2×1" in answer.stderr
    assert "bias is missing" in answer.stderr
    assert run("serve", "--parameters", str(weights)).returncode == 2
