"""What browser tests share: the real server, a browser, and a page that fails its test if anything goes wrong.

Wrong is every exception and every console error; Chromium writes failed requests and what the
Content-Security-Policy refused to the console too.
"""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from tests.browser.ensure_browser import BROWSER_FLAGS, find_browser

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: they are slow, and no other event loop can run beside Playwright's."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, started for the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("server") / "server.log"
    command = [sys.executable, "-m", "app.main", "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_until_healthy(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_healthy(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Return when the server answers; fail with its log if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium with software WebGL for all tests."""
    executable = find_browser()
    if executable is None:
        pytest.fail("The browser tests need Chromium; `make test` installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def viewport() -> ViewportSize:
    """The size of the window; parametrize a test by `viewport` to change it."""
    return {"width": 1280, "height": 800}


@pytest.fixture
def color_scheme() -> Literal["light", "dark"]:
    """What the system prefers; parametrize a test by `color_scheme` to change it."""
    return "light"


@pytest.fixture
def page_errors() -> list[str]:
    """What the browser has reported so far; a test that provokes an error checks it here and clears it."""
    return []


@pytest.fixture
def page(
    server: str,
    browser: Browser,
    viewport: ViewportSize,
    color_scheme: Literal["light", "dark"],
    page_errors: list[str],
) -> Iterator[Page]:
    """A fresh window, whose addresses are relative to the server; the test fails on any error in it."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            page_errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_exception(error: Error) -> None:
        page_errors.append(f"exception: {error}")

    context = browser.new_context(
        base_url=server, viewport=viewport, color_scheme=color_scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    context.on("console", on_console)
    context.on("weberror", lambda error: on_exception(error.error))
    yield context.new_page()
    context.close()
    assert not page_errors, "The browser reported:\n" + "\n".join(page_errors)
