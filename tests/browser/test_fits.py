"""What is written can be read: on a phone no number is cut off, and no panel is wider than its place."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_reach import open_studio

PHONE = {"width": 390, "height": 844}


def right_edge(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


@pytest.mark.parametrize("viewport", [PHONE])
def test_the_colours_of_the_legend_keep_their_numbers(page: Page) -> None:
    open_studio(page, "/?network=thousand-layers")
    numbers = page.locator(".legend-part").first.locator(".legend-key > span")
    expect(numbers.last).to_have_text("0.7505")
    assert right_edge(numbers.last) < PHONE["width"]


@pytest.mark.parametrize("viewport", [PHONE])
def test_the_values_stand_in_the_table_at_full_precision(page: Page) -> None:
    open_studio(page, "/?network=digits")
    page.get_by_role("button", name="Tables").click()
    page.get_by_role("tab", name="Values").click()
    table = page.get_by_role("region", name="Values, table")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="output[0]", exact=True))
    expect(row.get_by_role("cell").last).to_have_text(re.compile(r"^\d\.\d{10,}e-\d$"))
    for cell in row.get_by_role("cell").all():
        if cell.is_visible():
            assert right_edge(cell) <= PHONE["width"]


@pytest.mark.parametrize("viewport", [PHONE])
def test_fields_show_their_whole_weight(page: Page) -> None:
    open_studio(page, "/?network=branches")
    page.get_by_role("button", name="Inspector").click()
    field = page.get_by_role("region", name="output[1]", exact=True).locator(".terms input").first
    expect(field).to_be_visible()
    fields = "[...document.querySelectorAll('.terms input')]"
    assert page.evaluate(f"{fields}.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.value)") == []
    assert page.evaluate("document.querySelector('.terms').scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.inspector').scrollWidth <= innerWidth")


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 640}])
def test_the_narrowest_phone_has_one_row_of_tools_and_reaches_every_tab(page: Page) -> None:
    open_studio(page, "/?network=digits-conv")
    tools = page.get_by_role("group", name="Graph tools")
    tops = {round(box["y"]) for one in tools.get_by_role("button").all() if (box := one.bounding_box()) is not None}
    assert max(tops) - min(tops) < 10
    page.get_by_role("button", name="Tables").click()
    close = page.get_by_role("button", name="Close the panel").bounding_box()
    assert close is not None
    assert right_edge(page.get_by_role("tablist", name="Tables")) <= close["x"] + 1
    page.get_by_role("tab", name="Code").click()
    expect(page.get_by_role("tab", name="Code", selected=True)).to_be_in_viewport()


@pytest.mark.parametrize("viewport", [{"width": 844, "height": 390}])
def test_a_phone_on_its_side_leaves_height_for_the_graph(page: Page) -> None:
    open_studio(page, "/?network=walkthrough")
    graph = page.locator(".graph-area").bounding_box()
    assert graph is not None
    assert graph["height"] > 170
    page.get_by_role("button", name="Inspector").click()
    panel = page.locator(".sheet").bounding_box()
    assert panel is not None
    assert panel["height"] > 240


@pytest.mark.parametrize("viewport", [PHONE])
def test_what_is_pressed_on_a_phone_is_as_tall_as_a_finger(page: Page) -> None:
    """At least 34 pixels: what unfolds, and the names of nodes in the arithmetic."""
    open_studio(page, "/?network=cifar10-trained")
    for panel in ("Input", "Inspector"):
        page.get_by_role("button", name=panel, exact=True).click()
        pressed = page.locator(".sheet :is(summary, .terms .link)").all()
        assert pressed
        for one in pressed:
            box = one.bounding_box()
            assert box is None or box["height"] >= 34, one.inner_text()
