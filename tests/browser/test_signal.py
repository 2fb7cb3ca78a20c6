"""The signal through the depth in the page: what is seen, where it begins, and which variant keeps it alive."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.nn.forward import forward
from app.nn.network import Network
from tests.browser.accessibility import serious_findings
from tests.browser.test_depth import exported
from tests.browser.test_reach import open_studio, store

PHONE = {"width": 390, "height": 844}
WEAK = {"name": "random_normal", "stddev": 0.05}


def vanishing() -> dict[str, Any]:
    """A hundred layers of tanh whose weights are too small."""
    return {
        "title": "Vanishing",
        "input": {"shape": [16], "default": [0.1] * 16},
        "layers": [
            {
                "repeat": 100,
                "name": "dense",
                "kind": "Dense",
                "units": 32,
                "activation": "tanh",
                "kernel_initializer": WEAK,
            },
            {"name": "output", "kind": "Dense", "units": 4},
        ],
    }


def test_a_signal_that_vanishes_and_the_variant_that_does_not(page: Page) -> None:
    document = vanishing()
    open_studio(page, f"/?network={store(page, document)}")
    page.get_by_role("tab", name="Signal").click()
    findings = page.get_by_role("list", name="What is seen")
    vanish = findings.get_by_role("button", name="The values vanish")
    expect(vanish).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Values over the depth of 102 layers"))).to_be_visible()
    assert serious_findings(page) == []

    # It leads to the layer where it begins.
    begins = re.search(r'from "(dense_\d+)"', vanish.inner_text())
    assert begins is not None
    vanish.click()
    expect(page.get_by_role("region", name=f"{begins[1]}[0]", exact=True)).to_be_visible()
    expect(page.locator(".plot-range rect")).to_have_count(1)

    # By keyboard: arrows read layer after layer, Enter selects.
    slider = page.get_by_role("slider", name="Layer to read")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^input: min -\d"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".layer-readout strong")).to_have_text("dense_1")
    expect(page.locator(".plot-pointer.hovered")).to_have_count(1)
    assert serious_findings(page) == []
    page.keyboard.press("PageUp")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^dense_11: min"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="dense_11[0]", exact=True)).to_be_visible()

    # The same numbers stand in a table, for one example those of the core.
    page.get_by_label("over", exact=True).select_option("input")
    page.get_by_role("button", name="Table", exact=True).click()
    table = page.get_by_role("region", name="Signal, table")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="dense_2", exact=True))
    values = forward(Network.from_document(document), np.full((1, 16), 0.1)).layers["dense_2"].output
    largest = row.get_by_role("cell").nth(7)
    expect(largest).to_have_attribute("title", repr(float(values.max())))
    assert serious_findings(page) == []

    # Other activations and weights, side by side; one of them becomes the network, and undo brings the first back.
    page.get_by_role("button", name="Compare activations").click()
    compared = page.get_by_role("region", name="Activations and initialisers compared")
    healthy = compared.get_by_role("listitem").filter(has=page.get_by_role("heading", name="tanh + glorot_uniform"))
    expect(healthy).to_be_visible()
    expect(healthy).not_to_contain_text("vanish:")
    expect(compared.get_by_role("listitem").filter(has_text="as it is")).to_contain_text("The values vanish")
    assert serious_findings(page) == []
    healthy.get_by_role("button", name="Use tanh + glorot_uniform").click()
    page.get_by_role("button", name="Drawing", exact=True).click()
    expect(findings).to_be_visible()
    expect(vanish).to_have_count(0)
    layers = exported(page)["layers"]
    assert layers[0]["repeat"] == 100
    assert layers[0]["kernel_initializer"] == "glorot_uniform"
    page.keyboard.press("Control+z")
    expect(vanish).to_be_visible()


def test_it_is_asked_for_again_when_the_server_is_back(page: Page, page_errors: list[str]) -> None:
    open_studio(page, "/?network=diverging")
    page.route("**/signal", lambda route: route.abort())
    page.get_by_role("tab", name="Signal").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    page.unroute("**/signal")
    page_errors.clear()
    page.get_by_role("alert").get_by_role("button", name="Retry").click()
    finding = page.get_by_role("list", name="What is seen").get_by_role("button", name="The first numbers")
    expect(finding).to_contain_text('in "hidden_6": all of its values.')
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE])
@pytest.mark.parametrize("color_scheme", ["dark"])
def test_a_phone_shows_it_too(page: Page) -> None:
    open_studio(page, "/?network=dead-relus")
    page.get_by_role("button", name="Tables").click()
    page.get_by_role("tab", name="Signal").click()
    finding = page.get_by_role("button", name=re.compile("of the nodes are dead"))
    expect(finding).to_be_visible()
    drawing = page.locator(".plot-depth").bounding_box()
    words = finding.bounding_box()
    assert drawing is not None
    assert words is not None
    assert words["y"] >= drawing["y"] + drawing["height"]
    assert drawing["x"] + drawing["width"] <= 390
    assert serious_findings(page) == []
