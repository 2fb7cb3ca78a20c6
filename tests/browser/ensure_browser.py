"""Finds a Chromium for the browser tests; as a script, installs one where there is none.

A browser of the system comes first, then Playwright's download, then Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SYSTEM_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DOWNLOAD_SECONDS = 600
BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def find_browser() -> Path | None:
    """Find a Chromium that starts on this machine."""
    for name in SYSTEM_BROWSERS:
        found = shutil.which(name)
        if found is not None and starts(found):
            return Path(found)
    downloaded = playwright_browser()
    return downloaded if downloaded.exists() and starts(str(downloaded)) else None


def playwright_browser() -> Path:
    """Where Playwright keeps the Chromium that it downloads."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def starts(executable: str) -> bool:
    """Whether the program runs at all: some systems have a stub, or lack libraries that it needs."""
    try:
        answer = subprocess.run([executable, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and "Chrom" in answer.stdout


def install_browser() -> Path | None:
    """Install a Chromium, from Playwright or else from Debian, and find it."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if run(sys.executable, "-m", "playwright", "install", "chromium"):
        if is_root and not starts(str(playwright_browser())):
            run(sys.executable, "-m", "playwright", "install-deps", "chromium")
    elif is_root and shutil.which("apt-get") is not None:
        run("apt-get", "update")
        run("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")
    return find_browser()


def run(*command: str) -> bool:
    """Run an installer, and say whether it did its work in time."""
    print("+", *command, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, env=environment, timeout=DOWNLOAD_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False


def main() -> int:
    """Make sure that there is a browser; return the exit code."""
    browser = find_browser()
    if browser is None:
        print("The browser tests need Chromium, and this machine has none that starts: installing it …")
        browser = install_browser()
    if browser is None:
        print(
            "The browser tests need Chromium, and it could not be installed. Install the system's `chromium` "
            "or Google Chrome, or run `.venv/bin/playwright install --with-deps chromium`, then try again.",
            file=sys.stderr,
        )
        return 1
    print(f"Browser: {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
