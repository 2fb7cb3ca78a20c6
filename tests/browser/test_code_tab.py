"""The Code tab: the network on screen as a program."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import serious_findings
from tests.browser.test_studio import PHONE, open_studio


def open_code(page: Page, address: str = "/") -> Locator:
    """Open an address and the Code tab; the answer is its code."""
    open_studio(page, address)
    tables = page.get_by_role("button", name="Tables")
    if tables.count():
        tables.click()
    page.get_by_role("tab", name="Code").click()
    code = page.locator("pre.code")
    expect(code).to_be_visible()
    return code


def download(page: Page, name: str | re.Pattern[str], folder: Path) -> Path:
    """Press a download button; the answer is the file, under the name that it was given."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_program_for_numpy_prints_the_numbers_on_screen(page: Page, tmp_path: Path) -> None:
    open_code(page)
    page.get_by_role("textbox", name="x1").fill("1")
    expect(page.locator("pre.code")).to_contain_text("[1.0, 0.7]")
    program = download(page, re.compile(r"\.py$"), tmp_path)
    assert program.read_text() == page.locator("pre.code").inner_text()
    done = subprocess.run([sys.executable, program.name], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "1.431" in done.stdout


def test_a_large_network_offers_its_parameters(page: Page, tmp_path: Path) -> None:
    open_code(page, "/?network=deep")
    expect(page.locator(".code-notes")).to_contain_text("put deep.npz beside the program")
    program = download(page, re.compile(r"\.py$"), tmp_path)
    parameters = download(page, "deep.npz", tmp_path)
    with np.load(parameters) as arrays:
        assert arrays["hidden_1/kernel"].shape == (3, 6)
    done = subprocess.run([sys.executable, program.name], cwd=tmp_path, capture_output=True, text=True, check=True)
    page.get_by_role("tab", name="Values").click()
    # The inspector's table of the softmax has a row of this name too, and is there before the tab is.
    rows = page.locator("table.values").get_by_role("row")
    row = rows.filter(has=page.get_by_role("rowheader", name="output[0]", exact=True))
    assert row.get_by_role("cell").last.inner_text()[:10] in done.stdout


@pytest.mark.parametrize(("name", "word"), [("Keras", "import keras"), ("PyTorch", "import torch"), ("curl", "curl")])
def test_each_target_by_keyboard_alone(page: Page, name: str, word: str) -> None:
    open_studio(page)
    page.get_by_role("tab", name="Summary").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Code")).to_be_focused()
    page.get_by_role("button", name=name, exact=True).press("Enter")
    expect(page.locator("pre.code")).to_contain_text(word)
    expect(page.locator(".code-notes")).to_contain_text("Needs")


def test_copying_gives_the_whole_code(page: Page) -> None:
    code = open_code(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".code-tab").get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code.inner_text()


def test_a_failure_is_said_in_the_tab(page: Page, page_errors: list[str]) -> None:
    problem = json.dumps({"type": "about:blank", "title": "No", "status": 422, "detail": "No code for this."})
    page.route("**/api/v1/code", lambda route: route.fulfill(status=422, body=problem))
    open_studio(page)
    page.get_by_role("tab", name="Code").click()
    expect(page.get_by_role("alert")).to_have_text("No code for this.")
    page_errors.clear()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_the_code_tab_is_accessible(page: Page) -> None:
    open_code(page, "/?network=digits")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
