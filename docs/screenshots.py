"""Take the screenshots of the README from the running program: `make screenshots`."""

import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.browser.ensure_browser import BROWSER_FLAGS, find_browser
from tests.server import serving

IMAGES = Path(__file__).parent / "images"
PICTURES: dict[str, tuple[str, Literal["light", "dark"]]] = {
    "studio": ("/", "light"),
    "digits": ("/?network=digits", "dark"),
    "classifier": ("/?network=digits-conv&node=conv2[1,2,3]", "light"),
    "signal": ("/?network=thousand-layers", "light"),
    "activations": ("/activations?compare=sigmoid,tanh,relu", "light"),
}


def main() -> None:
    """Open each page as a visitor would, and write what is on screen."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), VITRINE_DATA_DIR=folder) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        for name, (path, scheme) in PICTURES.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
            page.goto(served.address + path)
            page.wait_for_selector("html[data-ready]")
            if name == "signal":
                page.get_by_role("tab", name="Signal").click()
                page.wait_for_selector(".signal-drawing svg")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
