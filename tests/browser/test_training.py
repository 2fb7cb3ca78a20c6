"""The training panel: a training is begun, followed, paused, stopped, and the network it made is opened."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_findings
from tests.browser.test_reach import open_studio, store

PHONE = {"width": 390, "height": 844}
SPIRALS: dict[str, Any] = {
    "title": "Two spirals",
    "input": {"shape": [2], "names": ["x", "y"], "default": [0.5, 0.7]},
    "layers": [
        {"repeat": 2, "name": "hidden", "kind": "Dense", "units": 16, "activation": "tanh"},
        {"name": "output", "kind": "Dense", "units": 1, "activation": "sigmoid"},
    ],
}


def begin(page: Page, epochs: int) -> None:
    page.get_by_role("tab", name="Training").click()
    form = page.get_by_role("form", name="Train this network")
    form.get_by_label("data set").select_option("spirals")
    rate = form.get_by_role("textbox", name="learning rate")
    rate.fill("0.02")
    rate.press("Enter")
    field = form.get_by_role("textbox", name="epochs")
    field.fill(str(epochs))
    field.press("Enter")
    assert serious_findings(page) == []
    form.get_by_role("button", name="Start training").click()


def test_a_training_from_its_start_to_the_trained_network(page: Page) -> None:
    open_studio(page, f"/?network={store(page, SPIRALS)}")
    begin(page, 60)
    status = page.get_by_role("tabpanel").get_by_role("status")
    expect(status).to_have_text("done, 60 of 60 epochs", timeout=60_000)
    curve = page.get_by_role("region", name="Curve of the accuracy")
    expect(curve).to_contain_text(re.compile(r"training (0\.\d+|1), validation (0\.\d+|1)"))
    accuracy = re.search(r"training (\d\.?\d*)", curve.inner_text())
    assert accuracy is not None
    assert float(accuracy[1]) > 0.7
    assert serious_findings(page) == []
    before = page.url
    page.get_by_role("button", name="Open the trained network").click()
    expect(page).not_to_have_url(before)
    expect(page.locator(".chooser-title")).to_have_text("Two spirals, trained")
    assert page.request.get(f"/api/v1/networks/{page.url.split('network=')[1].split('&')[0]}").ok


def test_it_pauses_goes_on_stops_and_survives_a_reload(page: Page) -> None:
    address = f"/?network={store(page, SPIRALS)}"
    open_studio(page, address)
    begin(page, 100_000)
    panel = page.get_by_role("tabpanel")
    status = panel.get_by_role("status")
    expect(status).to_have_text(re.compile("^training, [1-9]"), timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    expect(status).to_have_text(re.compile("^paused"), timeout=30_000)
    page.get_by_role("button", name="Resume").click()
    expect(status).to_have_text(re.compile("^training"), timeout=30_000)
    # The page is closed; it goes on, and is there again.
    open_studio(page, address)
    page.get_by_role("tab", name="Training").click()
    page.get_by_role("list", name="Trainings").get_by_role("button").first.click()
    expect(status).to_have_text(re.compile("^training, [1-9]"), timeout=30_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status).to_have_text(re.compile("^stopped"), timeout=30_000)
    expect(page.get_by_role("button", name="Open the trained network")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE])
def test_what_does_not_fit_is_said(page: Page) -> None:
    open_studio(page, "/?network=walkthrough")
    page.get_by_role("button", name="Tables").click()
    page.get_by_role("tab", name="Training").click()
    form = page.get_by_role("form", name="Train this network")
    expect(form.get_by_role("option", name=re.compile("Iris flowers has 4 inputs, this network 2"))).to_be_attached()
    expect(form.get_by_role("button", name="Start training")).to_be_enabled()
    assert serious_findings(page) == []
