"""What is written can be read: on a phone no number is cut off, and no panel is wider than its place."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_reach import open_studio

PHONE = {"width": 390, "height": 844}
pytestmark = pytest.mark.parametrize("viewport", [PHONE])


def right_edge(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def test_the_colours_of_the_legend_keep_their_numbers(page: Page) -> None:
    open_studio(page, "/?network=thousand-layers")
    numbers = page.locator(".legend-part").first.locator(".legend-key > span")
    expect(numbers.last).to_have_text("0.7505")
    assert right_edge(numbers.last) < PHONE["width"]


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


def test_fields_show_their_whole_weight(page: Page) -> None:
    open_studio(page, "/?network=branches")
    page.get_by_role("button", name="Inspector").click()
    field = page.get_by_role("region", name="output[1]", exact=True).locator(".terms input").first
    expect(field).to_be_visible()
    fields = "[...document.querySelectorAll('.terms input')]"
    assert page.evaluate(f"{fields}.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.value)") == []
    assert page.evaluate("document.querySelector('.terms').scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.inspector').scrollWidth <= innerWidth")
