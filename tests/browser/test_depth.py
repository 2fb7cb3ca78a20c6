"""Deep networks in the page: built by hand in one action, folded in the summary, changed and undone."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from app.nn.forward import forward
from app.nn.network import Network
from tests.browser.accessibility import serious_findings
from tests.browser.test_reach import deep_document, open_studio, store

PHONE = {"width": 390, "height": 844}


def type_into(field: Locator, text: str) -> None:
    field.fill(text)
    field.press("Enter")


def exported(page: Page) -> dict[str, Any]:
    """The document of what is on screen, as the page exports it."""
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export as a file").click()
    document: dict[str, Any] = json.loads(download.value.path().read_text())
    return document


def test_a_thousand_layers_by_hand(page: Page) -> None:
    """One form makes them, the document keeps one line, the count changes later, and undo brings all back."""
    open_studio(page, "/?network=walkthrough")
    page.get_by_role("tab", name="Network", exact=True).click()
    page.get_by_role("button", name="Deep stack").click()
    form = page.get_by_role("form", name="A deep stack after hidden")
    type_into(form.get_by_role("textbox", name="how often"), "500")
    type_into(form.get_by_role("textbox", name="units of each layer"), "16")
    form.get_by_role("combobox", name="activation").select_option("tanh")
    form.get_by_role("checkbox").check()
    assert serious_findings(page) == []
    form.get_by_role("button", name="Add 1,500 layers").click()
    repeat = page.get_by_role("group", name="Repeat of skip_1 to add_500")
    expect(repeat).to_be_visible()

    count = repeat.get_by_role("textbox", name="How often skip_1 to add_500 repeat")
    type_into(count, "333")
    expect(page.get_by_role("group", name="Repeat of skip_1 to add_333")).to_be_visible()
    document = exported(page)
    assert [layer.get("repeat") for layer in document["layers"]] == [None, None, 333, None]
    assert len(document["layers"][2]["layers"]) == 3

    # A change of one layer is made in every round.
    page.get_by_role("button", name=re.compile("^dense_1 ")).click()
    card = page.get_by_role("group", name="Layer dense_1")
    expect(card).to_contain_text("round 1 of 333")
    card.get_by_role("combobox", name="activation").select_option("relu")
    expect(page.get_by_role("button", name=re.compile("^dense_1 "))).to_contain_text("relu")
    network = Network.from_document({**document, "layers": exported(page)["layers"]})
    assert {placed.layer.kind for placed in network.layers} == {"Dense", "Activation", "Add"}
    used = {str(placed.layer.bound_activation) for placed in network.layers if placed.name.startswith("dense_")}
    assert len(used) == 1
    assert "relu" in used.pop()
    value = forward(network, np.array([[0.5, 0.7]])).layers["add_333"].output[0, 7]
    page.get_by_role("combobox", name="Go to a node").fill("add_333[7]")
    page.keyboard.press("Enter")
    said = page.get_by_role("region", name="add_333[7]", exact=True).get_by_label(re.compile("^value "))
    assert float(str(said.get_attribute("aria-label")).removeprefix("value ")) == value
    assert serious_findings(page) == []

    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(page.get_by_role("group", name="Repeat of skip_1 to add_333")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^hidden "))).to_be_visible()


def test_layers_that_are_there_repeat_and_are_written_out(page: Page) -> None:
    open_studio(page, "/?network=walkthrough")
    page.get_by_role("tab", name="Network", exact=True).click()
    card = page.get_by_role("group", name="Layer hidden")
    card.get_by_role("button", name="Repeat", exact=True).click()
    form = page.get_by_role("form", name="Repeat hidden")
    type_into(form.get_by_role("textbox", name="how often"), "4")
    form.get_by_role("button", name="Repeat", exact=True).click()
    repeat = page.get_by_role("group", name="Repeat of hidden_1 to hidden_4")
    expect(repeat).to_be_visible()
    expect(page.get_by_text("weights given for hidden are gone")).to_be_visible()
    repeat.get_by_role("button", name="Write the repeat out").click()
    expect(repeat).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^hidden_4 "))).to_be_visible()
    page.keyboard.press("Control+z")
    repeat.get_by_role("button", name="Remove the whole repeat").click()
    expect(page.get_by_role("button", name=re.compile("^hidden_"))).to_have_count(0)

    # Any kind of layer can be added many times over.
    page.get_by_role("group", name="Layer output").get_by_role("button", name="Add after").click()
    form = page.get_by_role("form", name="A new layer after output")
    form.get_by_role("combobox", name="New layer").select_option("LayerNormalization")
    type_into(form.get_by_role("textbox", name="how many of it"), "30")
    form.get_by_role("button", name="Add LayerNormalization").click()
    expect(page.get_by_role("group", name="Repeat of layer_normalization_1 to layer_normalization_30")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, PHONE])
def test_the_summary_folds_and_adds_up(page: Page, viewport: dict[str, int]) -> None:
    open_studio(page, f"/?network={store(page, deep_document())}")
    if viewport == PHONE:
        page.get_by_role("button", name="Tables").click()
    page.get_by_role("tab", name="Summary").click()
    table = page.get_by_role("region", name="Summary, table").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(7)
    fold = table.get_by_role("button", name="later_1 … later_500")
    expect(fold).to_have_attribute("aria-expanded", "false")

    def numbers(column: int) -> int:
        cells = table.locator(f"tbody tr td:nth-child({column})").all_inner_texts()
        return sum(int(text.replace(",", "")) for text in cells if text)

    total = page.locator(".totals dd").first.inner_text().replace(",", "")
    assert numbers(5) == int(total)
    assert serious_findings(page) == []
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(table).to_have_attribute("aria-rowcount", "507")
    fold.click()
    assert numbers(5) == int(total)
