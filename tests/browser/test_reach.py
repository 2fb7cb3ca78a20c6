"""Reaching nodes of a deep network: by name, by kind, by value, by a link; read from their accessible names."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from app.nn.forward import forward
from app.nn.network import Network
from tests.browser.accessibility import serious_findings

PHONE = {"width": 390, "height": 844}
INPUT = [0.25, -0.5, 1.0]


def deep_document(*, burst: bool = False) -> dict[str, Any]:
    """A thousand layers of 64 units; with `burst`, layer 500 overflows and layer 900 gets only zeros behind a ReLU."""
    layers: list[dict[str, Any]] = [
        {"repeat": 498, "name": "dense", "kind": "Dense", "units": 64, "activation": "tanh"},
        {"name": "middle", "kind": "Dense", "units": 64, "activation": "relu"},
        {"repeat": 500, "name": "later", "kind": "Dense", "units": 64, "activation": "tanh"},
        {"name": "output", "kind": "Dense", "units": 2},
    ]
    if burst:
        layers[1] |= {"activation": "linear", "kernel_initializer": {"name": "constant", "value": 1e300}}
        layers[1] |= {"bias_initializer": {"name": "constant", "value": 1e300}}
        layers.insert(1, {"name": "quiet", "kind": "Dense", "units": 64, "activation": "relu"})
        layers[1] |= {"kernel_initializer": "zeros", "bias_initializer": {"name": "constant", "value": -1.0}}
        layers.insert(2, {"name": "grow", "kind": "Dense", "units": 64, "bias_initializer": "ones"})
        layers.insert(3, {**layers[3], "name": "huge"})
    return {"title": "A thousand", "input": {"shape": [3], "default": INPUT}, "layers": layers}


def store(page: Page, document: dict[str, Any]) -> str:
    """Store a network and return its id."""
    answer = page.request.post("/api/v1/networks", data=document)
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def open_studio(page: Page, address: str) -> None:
    """Open an address of the studio and wait until its values are drawn."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")


def go_to(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Go to a node")


def inspector(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def test_a_node_of_a_thousand_layers_by_its_name(page: Page) -> None:
    """Type, complete, read: the value has all the digits that NumPy has."""
    document = deep_document()
    open_studio(page, f"/?network={store(page, document)}")
    page.keyboard.press("/")
    field = go_to(page)
    expect(field).to_be_focused()
    page.keyboard.type("later_51")
    expect(page.get_by_role("option", name="later_51 Dense tanh · 64", exact=True)).to_be_visible()
    expect(page.get_by_role("option", name="later_510", exact=False)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("[")
    expect(field).to_have_value("later_51[")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(inspector(page, "later_51[12]")).to_be_visible()
    network = Network.from_document(document)
    values = forward(network, np.array([INPUT])).layers["later_51"].output[0]
    said = inspector(page, "later_51[12]").get_by_label(re.compile("^value "))
    expect(said).to_be_visible()
    assert float(str(said.get_attribute("aria-label")).removeprefix("value ")) == values[12]
    expect(page).to_have_url(re.compile(r"node=later_51\[12\]$"))

    # What is wrong is said; a layer's name alone and a kind lead there too.
    field.fill("later_51[99]")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("later_51[0] to later_51[63]")
    field.fill("middle")
    field.press("Enter")
    expect(inspector(page, "middle[0]")).to_be_visible()
    field.fill("input")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text(re.compile("^input"))
    assert serious_findings(page) == []
    field.press("Escape")
    expect(page.get_by_role("listbox", name="Places")).to_have_count(0)


def test_what_stands_out_is_found_in_a_thousand_layers(page: Page) -> None:
    """The injected infinity, the layer where ReLU leaves only zeros, the largest value; on and back, and a link."""
    open_studio(page, f"/?network={store(page, deep_document(burst=True))}")
    field = go_to(page)
    field.click()
    page.get_by_role("option", name="First NaN or infinity").click()
    bar = page.get_by_role("region", name="Search: First NaN or infinity")
    expect(bar.get_by_role("status")).to_contain_text("middle[0] is ∞, and so are 63 more")
    expect(inspector(page, "middle[0]")).to_be_visible()
    bar.get_by_role("button", name="The next").click()
    expect(bar.get_by_role("status")).to_contain_text("later_1[0] is NaN")
    bar.get_by_role("button", name="The one before").click()
    expect(inspector(page, "middle[0]")).to_be_visible()
    expect(bar.get_by_role("button", name="The one before")).to_be_disabled()
    assert serious_findings(page) == []

    field.fill("dead")
    field.press("Enter")
    bar = page.get_by_role("region", name="Search: First dead layer")
    expect(bar.get_by_role("status")).to_have_text(
        "Dead layer 1 of 1: quiet, where all 64 nodes are 0 after the activation."
    )
    expect(inspector(page, "quiet[0]")).to_be_visible()
    bar.get_by_role("button", name="End the search").click()
    expect(bar).to_have_count(0)

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy a link to quiet[0]").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("node=quiet[0]")
    open_studio(page, link)
    expect(inspector(page, "quiet[0]")).to_be_visible()


def test_what_is_not_there_is_said_while_it_is_typed(page: Page) -> None:
    open_studio(page, "/?network=walkthrough")
    go_to(page).fill("hidden[7")
    hint = page.get_by_role("search").get_by_role("status")
    expect(hint).to_contain_text("Nothing is called")
    go_to(page).fill("hidden[7]")
    expect(hint).to_have_text("The nodes of hidden are hidden[0] to hidden[2].")
    assert serious_findings(page) == []
    go_to(page).fill("hidden[2]")
    expect(hint).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE])
def test_a_phone_reaches_them_too(page: Page) -> None:
    open_studio(page, "/?network=dead-relus")
    page.get_by_role("button", name="Inspector").click()
    go_to(page).click()
    expect(page.get_by_role("option", name="Largest value")).to_be_visible()
    box = page.locator(".offers").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert serious_findings(page) == []
