"""The container, as far as it can be checked without an engine: stages, user, health, sources, locked packages."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli.arguments import create_parser

ROOT = Path(__file__).parent.parent


class Instruction(NamedTuple):
    """One instruction of a Dockerfile: which stage it stands in, its name, and the rest of it."""

    stage: int
    name: str
    text: str


def instructions() -> list[Instruction]:
    content = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in content.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    stage = -1
    found = []
    for line in filter(None, joined.splitlines()):
        name, _, text = line.partition(" ")
        stage += name == "FROM"
        found.append(Instruction(stage, name, text.strip()))
    return found


def final(name: str) -> list[str]:
    """Return the instructions of one name in the final stage."""
    last = instructions()[-1].stage
    return [one.text for one in instructions() if one.stage == last and one.name == name]


def committed() -> set[str]:
    """Return the repository's files: those of git, and those about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip("this is not a git checkout")
    return set(answer.stdout.splitlines())


def copied() -> list[str]:
    """Return the paths that are copied from the repository."""
    copies = [one.text.split() for one in instructions() if one.name == "COPY" and "--from=" not in one.text]
    return [source for words in copies for source in words[:-1]]


def test_there_are_two_stages_on_the_same_slim_python() -> None:
    stages = [one.text for one in instructions() if one.name == "FROM"]
    assert [text.split(" AS ")[1:] for text in stages] == [["build"], []]
    images = {text.split(" AS ")[0] for text in stages}
    assert images == {"python:${PYTHON_VERSION}-slim"}
    (version,) = [one.text for one in instructions() if one.name == "ARG"]
    assert re.fullmatch(r"PYTHON_VERSION=3\.1[1-9]", version)


def test_what_is_copied_is_in_the_repository_and_reaches_the_engine() -> None:
    files = committed()
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert lines[1] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    for source in copied():
        assert source in files or any(name.startswith(f"{source}/") for name in files), source
        assert source.split("/")[0] in let_in, source
    assert let_in == {source.split("/")[0] for source in copied()}


def test_everything_that_the_package_is_made_of_is_copied() -> None:
    assert {"app", "examples", "static", "templates", "hatch_build.py", "pyproject.toml"} <= set(copied())


def test_packages_come_from_the_lock_files_and_no_other_way() -> None:
    commands = [command for one in instructions() if one.name == "RUN" for command in one.text.split("&&")]
    installs = [command for command in commands if re.search(r"\bpip\b.*\b(install|wheel)\b", command)]
    assert installs
    for command in installs:
        assert "--require-hashes" in command or ("--no-deps" in command and "--no-index" in command), command
        for lock in re.findall(r"-r (\S+)", command):
            text = (ROOT / lock).read_text(encoding="utf-8")
            assert "--hash=sha256:" in text
            assert lock in copied()
    assert not final("ADD")
    assert final("COPY") == ["--from=build /opt/vitrine /opt/vitrine"]


def test_it_runs_as_a_user_with_no_rights_and_a_fixed_number() -> None:
    (user,) = final("USER")
    number = int(user.split(":")[0])
    assert number >= 1000
    assert f"--uid {number}" in " ".join(final("RUN"))


def test_it_serves_on_its_port_and_keeps_its_data() -> None:
    assert final("EXPOSE") == ["8000"]
    assert final("VOLUME") == ["/data"]
    (command,) = final("CMD")
    name, *arguments = json.loads(command)
    assert name == "vitrine"
    chosen = create_parser().parse_args(arguments)
    assert (chosen.command, chosen.host) == ("serve", "0.0.0.0")  # noqa: S104 - of the container


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Serve one status at /health on a free port; yield the port."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (500, False), (503, False)])
def test_the_health_command_tells_a_healthy_server(status: int, healthy: bool) -> None:
    (check,) = final("HEALTHCHECK")
    command = json.loads(check.partition(" CMD ")[2])
    with answering(status) as port:
        environment = {"PATH": "/usr/bin:/bin", "VITRINE_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        answer = subprocess.run(
            [sys.executable, *command[1:]], env=environment, capture_output=True, timeout=30, check=False
        )
    assert (answer.returncode == 0) is healthy


def test_the_health_command_notices_that_nobody_is_there() -> None:
    command = json.loads(final("HEALTHCHECK")[0].partition(" CMD ")[2])
    answer = subprocess.run(
        [sys.executable, *command[1:]], env={"VITRINE_PORT": "1"}, capture_output=True, timeout=30, check=False
    )
    assert answer.returncode != 0


@pytest.mark.parametrize(
    "line",
    [
        '- "127.0.0.1:8000:8000"',
        "read_only: true",
        "- no-new-privileges:true",
        "- data:/data",
        "- /tmp",
    ],
)
def test_compose_locks_the_container_in(line: str) -> None:
    assert line in [one.strip() for one in (ROOT / "compose.yaml").read_text(encoding="utf-8").splitlines()]


def test_compose_drops_every_capability() -> None:
    assert re.search(r"cap_drop:\s+- ALL\n", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
