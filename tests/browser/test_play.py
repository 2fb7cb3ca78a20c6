"""Stepping through the forward pass, and gradients in the graph."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import serious_findings
from tests.browser.test_studio import PHONE, line, node, open_studio

KERNEL = np.array([[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]])
BIAS = np.array([0.1, 0.2, 0.3])


def player(page: Page) -> Locator:
    return page.get_by_role("region", name="Step through the forward pass")


def start(page: Page, address: str = "/") -> Locator:
    """Open an address and the player on it."""
    open_studio(page, address)
    page.get_by_role("button", name="Step", exact=True).click()
    expect(player(page)).to_be_visible()
    return player(page)


def sentence(page: Page) -> Locator:
    return page.locator(".player-sentence")


def test_the_forward_pass_is_stepped_through_layer_by_layer(page: Page) -> None:
    bar = start(page)
    expect(sentence(page)).to_have_text("The input is given, not computed: x1 = 0.5 and x2 = 0.7.")
    expect(node(page, "input[1]", "0.7")).to_be_attached()
    expect(node(page, "hidden[0]", "not computed yet")).to_be_attached()
    expect(bar.get_by_role("button", name="Step back")).to_be_disabled()
    bar.get_by_role("button", name="Step forward").click()
    expect(node(page, "hidden[2]", "1.09")).to_be_attached()
    expect(node(page, "output[0]", "not computed yet")).to_be_attached()
    expect(sentence(page)).to_contain_text("Each of its 3 nodes multiplies 2 values by its own weights")
    expect(bar.locator(".player-progress")).to_have_text("1 / 2 layer 1 of 2: hidden, all 3 nodes")
    bar.get_by_role("button", name="Step forward").click()
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    expect(sentence(page)).to_contain_text("That is the network's output.")
    expect(bar.get_by_role("button", name="Step forward")).to_be_disabled()
    bar.get_by_role("button", name="Step back").click()
    expect(node(page, "output[0]", "not computed yet")).to_be_attached()
    bar.get_by_role("button", name="Leave").click()
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    expect(player(page)).to_have_count(0)


def test_the_forward_pass_is_stepped_through_by_keyboard_alone(page: Page) -> None:
    open_studio(page)
    button = page.get_by_role("button", name="Step", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(player(page).get_by_role("button", name="Play")).to_be_focused()
    for name in ("Step forward", "Step"):
        page.keyboard.press("Tab")
        expect(player(page).get_by_label(name, exact=True).last).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(player(page).get_by_role("button", name="by node")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(line(page)).to_have_text("0.5×0.2 + 0.7×0.3 + 0.1 = 0.41 → relu → 0.41")
    expect(sentence(page)).to_have_text(
        "hidden[0] multiplies each input by its weight, adds the bias 0.1, and keeps 0.41 because it is positive."
    )
    expect(node(page, "hidden[1]", "not computed yet")).to_be_attached()
    page.keyboard.press("End")
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    page.keyboard.press("ArrowLeft")
    expect(sentence(page)).to_contain_text("hidden[2] multiplies")
    page.keyboard.press("Home")
    expect(node(page, "hidden[0]", "not computed yet")).to_be_attached()
    page.keyboard.press("Escape")
    expect(player(page)).to_have_count(0)
    expect(node(page, "hidden[0]", "0.41")).to_be_attached()
    expect(button).to_be_focused()


def test_the_player_plays_to_the_end_and_from_the_beginning_again(page: Page) -> None:
    bar = start(page)
    bar.get_by_label("Speed").select_option("4")
    bar.get_by_role("button", name="Play").click()
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    expect(bar.get_by_role("button", name="Play")).to_be_visible()
    bar.get_by_role("button", name="Play").click()
    expect(node(page, "hidden[0]", "not computed yet")).to_be_attached()
    page.locator(".graph-host").click(position={"x": 5, "y": 5})
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Play")).to_be_visible()


def test_another_input_is_stepped_through_from_where_it_was(page: Page) -> None:
    bar = start(page)
    bar.get_by_role("button", name="Step forward").click()
    page.get_by_role("textbox", name="x1").fill("1")
    expect(node(page, "hidden[0]", "0.51")).to_be_attached()
    expect(node(page, "output[0]", "not computed yet")).to_be_attached()
    # What is typed is typed: the arrows belong to the field.
    page.get_by_role("textbox", name="x1").press("ArrowLeft")
    expect(bar.locator(".player-progress")).to_contain_text("1 / 2")


@pytest.mark.parametrize("network", ["branches", "digits", "deep", "dead-relus", "diverging"])
def test_every_example_can_be_stepped_through(page: Page, network: str) -> None:
    bar = start(page, f"/?network={network}")
    slider = bar.get_by_role("slider", name="Step")
    last = int(slider.get_attribute("max") or "0")
    assert last >= 1
    for by in ("by layer", "by node"):
        bar.get_by_role("button", name=by).click()
        page.keyboard.press("Home")
        for _ in range(4):
            expect(sentence(page)).not_to_be_empty()
            page.keyboard.press("ArrowRight")
        page.keyboard.press("End")
        expect(sentence(page)).to_contain_text("That is the network's output.")
    assert page.get_by_role("option", name="not computed yet").count() == 0


def test_large_layers_are_capped_and_it_says_so(page: Page) -> None:
    bar = start(page, "/?network=digits")
    bar.get_by_role("button", name="by node").click()
    expect(bar).to_contain_text("Layers of more than 32 nodes: the first 8 one by one")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect(sentence(page)).to_have_text("The other 56 nodes of flatten are computed in the same way.")


def test_softmax_says_that_it_needs_the_whole_layer(page: Page) -> None:
    bar = start(page, "/?network=branches")
    bar.get_by_role("button", name="by node").click()
    page.keyboard.press("End")
    expect(sentence(page)).to_contain_text("softmax sets that against the sums of all 2 nodes")


def gradients_of(page: Page, address: str = "/") -> None:
    open_studio(page, address)
    page.get_by_role("button", name="gradients").click()
    expect(page.get_by_label("derivative of")).to_be_visible()


def test_gradients_of_the_output_are_printed_in_the_nodes(page: Page) -> None:
    gradients_of(page)
    expect(page.get_by_label("derivative of")).to_have_value("output[0]")
    by_inputs = KERNEL @ np.array([0.1, 0.3, 0.5])
    for flat, value in enumerate(by_inputs):
        expect(node(page, f"input[{flat}]", f"{value:.4g}")).to_be_attached()
    for flat, value in enumerate([0.1, 0.3, 0.5]):
        expect(node(page, f"hidden[{flat}]", str(value))).to_be_attached()
    expect(node(page, "output[0]", "1")).to_be_attached()
    expect(line(page)).to_have_text("∂ output[0] / ∂ hidden[0] = 0.1: output[0] goes up with it, 0.1 times as fast")
    expect(page.locator(".legend")).to_contain_text("Derivatives of hidden")
    expect(page.locator(".legend")).to_contain_text("Edges: derivative by the weight")


def test_gradients_of_another_node_and_of_other_inputs(page: Page) -> None:
    gradients_of(page)
    page.get_by_role("button", name="use hidden[0]").click()
    expect(node(page, "input[0]", "0.2")).to_be_attached()
    expect(node(page, "hidden[1]", "0")).to_be_attached()
    expect(node(page, "output[0]", "0")).to_be_attached()
    # relu is flat where the sum is negative.
    page.get_by_role("textbox", name="x1").fill("-9")
    expect(node(page, "input[0]", "0")).to_be_attached()
    page.get_by_role("button", name="values").click()
    expect(node(page, "hidden[0]", "0")).to_be_attached()
    expect(node(page, "input[0]", "-9")).to_be_attached()


def test_a_pinned_node_stops_the_gradient_and_it_says_so(page: Page) -> None:
    open_studio(page)
    page.get_by_role("button", name="Pin at 0", exact=True).click()
    page.get_by_role("button", name="gradients").click()
    expect(page.locator(".gradient-notes")).to_contain_text("nothing flows back through hidden[0]")
    expect(node(page, "input[0]", f"{0.4 * 0.3 + 0.6 * 0.5:.4g}")).to_be_attached()


def test_gradients_and_contributions_by_keyboard_alone(page: Page) -> None:
    open_studio(page)
    page.get_by_role("button", name="values").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="contributions")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".legend")).to_contain_text("weight × value")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(node(page, "output[0]", "1")).to_be_attached()
    page.keyboard.press("Tab")
    expect(page.get_by_label("derivative of")).to_be_focused()


def test_gradients_that_fail_give_the_values_back(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    problem: dict[str, Any] = {"type": "about:blank", "title": "Busy", "status": 422, "detail": "Not today."}
    page.route("**/api/v1/gradients", lambda route: route.fulfill(status=422, body=json.dumps(problem)))
    page.get_by_role("button", name="gradients").click()
    expect(page.get_by_text("The gradients cannot be shown. Not today.")).to_be_visible()
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    assert all("422" in error for error in page_errors)
    page_errors.clear()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_player_and_gradients_are_accessible(page: Page) -> None:
    bar = start(page)
    bar.get_by_role("button", name="by node").click()
    page.keyboard.press("ArrowRight")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bar.get_by_role("button", name="Leave").click()
    page.get_by_role("button", name="gradients").click()
    expect(node(page, "output[0]", "1")).to_be_attached()
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 780}], ids=["360"])
def test_everything_fits_a_narrow_phone(page: Page) -> None:
    bar = start(page)
    for control in bar.get_by_role("button").all():
        box = control.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] >= 40
    page.get_by_role("button", name="gradients").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
