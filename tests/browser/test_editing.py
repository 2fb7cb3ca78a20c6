"""Changing the network in the page, in a real browser: every number is compared with the core's own."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from playwright.sync_api import Locator, Page, expect

from app.nn.editing import edit_document
from app.nn.forward import forward
from app.nn.inputs import read_inputs, read_overrides
from app.nn.network import Network
from tests.browser.accessibility import serious_findings
from tests.browser.test_depth import exported

ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def viewport() -> dict[str, int]:
    """A desktop, where input, graph and inspector stand side by side."""
    return {"width": 1440, "height": 900}


def example(name: str) -> dict[str, Any]:
    """The document of an example network."""
    document: dict[str, Any] = orjson.loads((ROOT / "examples" / f"{name}.json").read_bytes())
    return document


def computed(
    document: dict[str, Any], inputs: Any = None, edits: Any = (), overrides: Any = (), operations: Any = ()
) -> dict[str, float]:
    """What the core says that the nodes of a network hold, by name."""
    network = Network.from_document(document)
    if operations:
        network = Network.from_document(edit_document(network, list(operations)).document)
    network = network.with_edits(list(edits))
    values, _ = read_inputs(network, document["input"]["default"] if inputs is None else inputs)
    trace = forward(network, values, read_overrides(network, list(overrides)))
    return {
        f"{name}[{','.join(map(str, index))}]": float(layer.output[(0, *index)])
        for name, layer in trace.layers.items()
        for index in np.ndindex(layer.output.shape[1:])
    }


def open_studio(page: Page, address: str) -> None:
    """Open an address of the studio, with its Values table, and wait until its numbers are there."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.get_by_role("tab", name="Values").click()
    expect(page.locator(".arithmetic-sum")).not_to_be_empty()


def shown(page: Page) -> dict[str, float]:
    """Every node's value in the Values table, at full precision."""
    rows = page.locator("table.values tbody tr:has(th)")
    texts = rows.evaluate_all(
        "rows => rows.map(row => [row.querySelector('th').innerText, row.querySelector('td:last-child').innerText])"
    )
    return {name: float(text.replace("∞", "inf")) for name, text in texts}


def settled(page: Page) -> None:
    """Wait until what is shown is what is wanted."""
    expect(page.locator(".graph-panel")).to_have_attribute("aria-busy", "false")


def expect_values(page: Page, expected: dict[str, float]) -> None:
    """Wait until the page shows exactly these nodes with exactly these values."""
    for _ in range(100):
        settled(page)
        if shown(page) == expected:
            return
        page.wait_for_timeout(50)
    assert shown(page) == expected


def undo_all(page: Page) -> None:
    """Undo until there is nothing left to undo."""
    button = page.get_by_role("button", name=re.compile("^Undo"))
    for _ in range(60):
        if button.get_attribute("aria-disabled") == "true":
            return
        button.click()
    pytest.fail("there is no end to undoing")


def inspector(page: Page) -> Locator:
    return page.locator("section.inspector")


def network_tab(page: Page) -> Locator:
    """Open the builder."""
    page.get_by_role("tab", name="Network").click()
    return page.get_by_role("region", name="Network", exact=True)


def head(page: Page, layer: str) -> Locator:
    return page.locator(f'.row-head[data-layer="{layer}"]')


@pytest.fixture
def walkthrough(page: Page) -> Iterator[dict[str, float]]:
    """The walkthrough, open; after the test everything is undone and the first numbers are back bit for bit."""
    open_studio(page, "/?network=walkthrough&node=hidden[0]")
    first = computed(example("walkthrough"))
    expect_values(page, first)
    yield first
    undo_all(page)
    expect_values(page, first)


@pytest.mark.usefixtures("walkthrough")
def test_weights_and_biases_are_typed_nudged_and_dragged(page: Page) -> None:
    document = example("walkthrough")
    weight = inspector(page).get_by_role("textbox", name="weight from input[1]")
    weight.fill("-0.25")
    edits = [{"layer": "hidden", "parameter": "kernel", "index": [1, 0], "value": -0.25}]
    expect_values(page, computed(document, edits=edits))
    bias = inspector(page).get_by_role("textbox", name="bias")
    bias.press("ArrowUp")
    expect(bias).to_have_value("0.11")
    bias.press("Shift+ArrowUp")
    expect(bias).to_have_value("0.21")
    bias.press("Alt+ArrowDown")
    expect(bias).to_have_value("0.209")
    edits.append({"layer": "hidden", "parameter": "bias", "index": [0], "value": 0.209})
    expect_values(page, computed(document, edits=edits))
    bias.blur()
    box = inspector(page).get_by_role("textbox", name="weight from input[0]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 10, steps=5)
    page.mouse.up()
    expect(inspector(page).get_by_role("textbox", name="weight from input[0]")).to_have_value("0.3")
    edits.append({"layer": "hidden", "parameter": "kernel", "index": [0, 0], "value": 0.3})
    expect_values(page, computed(document, edits=edits))
    page.get_by_role("button", name="Undo: hidden kernel[0,0]").click()
    expect_values(page, computed(document, edits=edits[:-1]))
    page.get_by_role("button", name="Redo: hidden kernel[0,0]").click()
    expect_values(page, computed(document, edits=edits))


def test_what_is_no_number_stays_and_says_what_is_expected(page: Page, walkthrough: dict[str, float]) -> None:
    weight = inspector(page).get_by_role("textbox", name="weight from input[1]")
    weight.fill("0.3x")
    expect(weight).to_have_value("0.3x")
    expect(weight).to_have_attribute("aria-invalid", "true")
    expect(inspector(page).get_by_text("Expected a number, such as 0.5 or -1e-3.")).to_be_visible()
    expect_values(page, walkthrough)
    weight.fill("0,5")
    edit = {"layer": "hidden", "parameter": "kernel", "index": [1, 0], "value": 0.5}
    expect_values(page, computed(example("walkthrough"), edits=[edit]))


@pytest.mark.usefixtures("walkthrough")
def test_another_activation_from_the_list_and_from_the_table(page: Page) -> None:
    document = example("walkthrough")
    choice = inspector(page).get_by_role("combobox", name="Activation of hidden")
    choice.select_option("leaky_relu")
    change: dict[str, Any] = {
        "operation": "set_arguments",
        "layer": "hidden",
        "arguments": {"activation": "leaky_relu"},
    }
    expect_values(page, computed(document, operations=[change]))
    slope = inspector(page).get_by_role("textbox", name="negative_slope")
    slope.fill("0.25")
    page.get_by_role("textbox", name="x1").fill("-3")
    change["arguments"]["activation"] = {"name": "leaky_relu", "negative_slope": 0.25}
    expect_values(page, computed(document, inputs=[-3, 0.7], operations=[change]))
    inspector(page).get_by_text("With another activation?").click()
    table = inspector(page).get_by_role("table").filter(has=page.get_by_role("columnheader", name="slope"))
    row = table.get_by_role("row").filter(has=page.get_by_role("button", name="tanh", exact=True))
    z = -3 * 0.2 + 0.7 * 0.3 + 0.1
    expect(row.get_by_role("cell").first).to_have_attribute("title", re.compile(f"^{np.tanh(z):.6f}"[:8]))
    row.get_by_role("button", name="tanh", exact=True).press("Enter")
    change["arguments"]["activation"] = "tanh"
    expect_values(page, computed(document, inputs=[-3, 0.7], operations=[change]))


def test_the_activation_of_a_repeat_changes_in_every_round(page: Page) -> None:
    open_studio(page, "/?network=deep&node=hidden_2[0]")
    document = example("deep")
    editor = page.get_by_role("region", name="Activation of hidden_2")
    expect(editor).to_contain_text("hidden_2 is round 2 of 5: the activation changes in all of them.")
    editor.get_by_role("combobox", name="Activation of hidden_2").select_option("relu")
    change = {"operation": "set_repeated_arguments", "layer": "hidden_2", "arguments": {"activation": "relu"}}
    value = computed(document, operations=[change])["hidden_2[0]"]
    expect(inspector(page).get_by_role("status", name="value")).to_have_attribute("title", repr(value))
    assert exported(page)["layers"][0]["repeat"] == 5
    expect(editor).to_contain_text("round 2 of 5")
    # Where one round has a weight of its own, the others are left alone.
    field = inspector(page).get_by_role("textbox", name="weight from hidden_1[0]")
    field.fill("2")
    field.press("Enter")
    expect(editor).not_to_contain_text("round 2 of 5")
    page.keyboard.press("Control+z")
    expect(editor).to_contain_text("round 2 of 5")
    undo_all(page)


def test_pinning_and_releasing(page: Page, walkthrough: dict[str, float]) -> None:
    document = example("walkthrough")
    inspector(page).get_by_role("button", name="Pin at 0.41").press("Enter")
    held = inspector(page).get_by_role("textbox", name="hidden[0] is held at")
    expect(held).to_have_value("0.41")
    held.fill("2")
    expect_values(page, computed(document, overrides=[{"layer": "hidden", "index": [0], "value": 2}]))
    page.get_by_role("option", name="output[0]").dispatch_event("click")
    pins = page.get_by_role("region", name="Pinned nodes")
    pins.get_by_role("button", name="hidden[0]", exact=True).click()
    expect(inspector(page).get_by_role("heading", name="hidden[0]")).to_be_visible()
    pins.get_by_role("button", name="Release all").press("Enter")
    expect_values(page, walkthrough)
    expect(pins).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(pins.get_by_role("button", name="Release hidden[0]")).to_be_visible()
    pins.get_by_role("button", name="Release hidden[0]").press("Enter")
    expect_values(page, walkthrough)


def test_a_unit_moves_with_its_weights(page: Page, walkthrough: dict[str, float]) -> None:
    values = list(walkthrough.values())
    place = inspector(page).get_by_role("group", name="Place in the layer")
    place.get_by_role("button", name="Move down").press("Enter")
    # Inputs, then the three hidden nodes in their new order, then the output, which is what it was.
    expect_values(page, dict(zip(walkthrough, [*values[:2], values[3], values[2], *values[4:]], strict=True)))
    expect(inspector(page).get_by_role("heading", name="hidden[1]")).to_be_visible()
    place.get_by_role("button", name="Move up").press("Enter")
    expect_values(page, walkthrough)


@pytest.mark.usefixtures("walkthrough")
def test_layers_are_added_changed_moved_and_removed_by_keyboard(page: Page) -> None:
    document = example("walkthrough")
    page.get_by_role("tab", name="Input").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Network")).to_have_attribute("aria-selected", "true")
    builder = page.get_by_role("region", name="Network", exact=True)
    head(page, "output").press("Enter")
    expect(builder.get_by_role("group", name="Layer output")).to_be_visible()
    head(page, "hidden").press("Enter")
    expect(builder.get_by_role("group", name="Layer hidden")).to_be_visible()

    builder.get_by_role("button", name="units: 1 more").press("Enter")
    operations: list[dict[str, Any]] = [
        {"operation": "set_arguments", "layer": "hidden", "arguments": {"units": 4}},
    ]
    expect_values(page, computed(document, operations=operations))

    builder.get_by_role("button", name="Add after").press("Enter")
    form = builder.get_by_role("form", name="A new layer after hidden")
    expect(form.get_by_role("combobox", name="New layer after hidden")).to_be_focused()
    form.get_by_role("textbox", name="units").fill("2")
    form.get_by_role("combobox", name="activation").select_option("tanh")
    form.get_by_role("button", name="Add Dense").press("Enter")
    added = {"kind": "Dense", "units": 2, "activation": "tanh"}
    operations.append({"operation": "add_layer", "layer": added, "after": "hidden"})
    expect_values(page, computed(document, operations=operations))
    expect(head(page, "dense_1")).to_be_focused()

    name = builder.get_by_role("textbox", name="name", exact=True)
    name.fill("middle")
    name.press("Enter")
    operations.append({"operation": "rename_layer", "layer": "dense_1", "name": "middle"})
    expect_values(page, computed(document, operations=operations))

    builder.get_by_role("button", name="Move middle up").press("Enter")
    operations.append({"operation": "move_layer", "layer": "middle", "after": "input"})
    expect_values(page, computed(document, operations=operations))
    expect(head(page, "middle")).to_be_focused()
    builder.get_by_role("textbox", name="units").press("Alt+ArrowDown")
    operations.append({"operation": "move_layer", "layer": "middle", "after": "hidden"})
    expect_values(page, computed(document, operations=operations))

    builder.get_by_role("button", name="Remove middle").press("Enter")
    operations.append({"operation": "remove_layer", "layer": "middle"})
    expect_values(page, computed(document, operations=operations))
    expect(head(page, "output")).to_be_focused()

    page.keyboard.press("Control+z")
    expect_values(page, computed(document, operations=operations[:-1]))
    page.keyboard.press("Control+y")
    expect_values(page, computed(document, operations=operations))


def refused(page_errors: list[str]) -> None:
    """Check that the browser has reported one refused edit and nothing else; Chromium writes each 422 down."""
    assert len(page_errors) == 1
    assert "422" in page_errors.pop()


def test_skip_connections_and_branches(page: Page, walkthrough: dict[str, float], page_errors: list[str]) -> None:
    document = example("walkthrough")
    builder = network_tab(page)
    head(page, "output").click()
    expect(builder.get_by_role("group", name="Layer output")).to_be_visible()
    builder.get_by_role("combobox", name="Let output also read").select_option("input")
    builder.get_by_role("button", name="Connect").click()
    # Two values and three cannot be added: the reason stands at the connection, and the choice is not lost.
    expect(builder.get_by_role("alert")).to_contain_text("Add")
    expect(builder.get_by_role("combobox", name="Let output also read")).to_have_value("input")
    expect_values(page, walkthrough)
    refused(page_errors)
    builder.get_by_role("button", name="side by side").click()
    builder.get_by_role("button", name="Connect").click()
    operations = [{"operation": "connect", "from": "input", "to": "output", "merge": "concatenate"}]
    expect_values(page, computed(document, operations=operations))
    head(page, "concatenate_1").click()
    builder.get_by_role("button", name="Disconnect input from concatenate_1").click()
    expect_values(page, walkthrough)


@pytest.mark.usefixtures("walkthrough")
def test_the_number_of_inputs_and_their_names(page: Page) -> None:
    document = example("walkthrough")
    builder = network_tab(page)
    head(page, "input").click()
    builder.get_by_role("button", name="values: 1 more").click()
    operations: list[dict[str, Any]] = [{"operation": "set_input", "shape": [3]}]
    expect_values(page, computed(document, inputs=[0.5, 0.7, 0], operations=operations))
    name = builder.get_by_role("textbox", name="Name of input 2")
    name.fill("height <b>")
    name.press("Enter")
    expect(page.get_by_role("button", name="Undo: name x3")).to_be_visible()
    page.get_by_role("tab", name="Input").click()
    page.get_by_role("textbox", name="height <b>").fill("2")
    expect_values(page, computed(document, inputs=[0.5, 0.7, 2], operations=operations))


def test_mistakes_stand_at_their_place_and_nothing_is_lost(
    page: Page, walkthrough: dict[str, float], page_errors: list[str]
) -> None:
    builder = network_tab(page)
    name = builder.get_by_role("textbox", name="name", exact=True)
    name.fill("output")
    name.press("Enter")
    expect(builder.get_by_role("alert")).to_contain_text("name")
    refused(page_errors)
    expect(name).to_have_value("output")
    expect(name).to_have_attribute("aria-invalid", "true")
    units = builder.get_by_role("textbox", name="units")
    units.fill("0")
    expect(builder.get_by_text("Expected a whole number from 1.")).to_be_visible()
    units.press("Enter")
    expect(units).to_have_value("0")
    expect_values(page, walkthrough)


@pytest.mark.usefixtures("walkthrough")
def test_a_network_from_scratch(page: Page) -> None:
    builder = network_tab(page)
    builder.get_by_role("button", name="Start new").press("Enter")
    document = {
        "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
        "layers": [{"name": "output", "kind": "Dense", "units": 1}],
    }
    expect_values(page, computed(document))
    page.get_by_role("tab", name="Input").click()
    page.get_by_role("textbox", name="x1").fill("4")
    expect_values(page, computed(document, inputs=[4, 0.7]))


def paste(target: Locator, text: str) -> None:
    """Give an element what a spreadsheet would put on the clipboard."""
    target.focus()
    target.evaluate(
        """(element, text) => {
            const data = new DataTransfer();
            data.setData('text', text);
            element.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


@pytest.mark.usefixtures("walkthrough")
def test_the_table_of_weights_works_like_a_spreadsheet(page: Page) -> None:
    document = example("walkthrough")
    inspector(page).get_by_role("button", name="All weights of hidden").press("Enter")
    dialog = page.get_by_role("dialog", name="Weights of hidden")
    grid = dialog.get_by_role("grid")
    cells = grid.get_by_role("gridcell")
    expect(cells).to_have_text(["0.2", "0.4", "0.6", "0.3", "0.5", "0.7"])
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cells.nth(4)).to_be_focused()
    page.keyboard.type("-1,5")
    page.keyboard.press("Enter")
    expect(cells.nth(4)).to_have_text("-1.5")
    edits: list[dict[str, Any]] = [{"layer": "hidden", "parameter": "kernel", "index": [1, 1], "value": -1.5}]
    expect_values(page, computed(document, edits=edits))

    page.keyboard.press("Control+Home")
    expect(cells.first).to_be_focused()
    page.keyboard.type("1x")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Expected a number")
    expect(dialog.get_by_role("textbox", name="hidden kernel[0,0]")).to_have_value("1x")
    page.keyboard.press("Escape")

    paste(cells.first, "1\t2\t3\n4\t0,5\t6\n")
    edits = [
        {"layer": "hidden", "parameter": "kernel", "index": [row, column], "value": value}
        for row, line in enumerate([[1.0, 2.0, 3.0], [4.0, 0.5, 6.0]])
        for column, value in enumerate(line)
    ]
    expect_values(page, computed(document, edits=edits))
    expect(dialog.get_by_role("status")).to_have_text("6 values pasted.")
    paste(cells.nth(1), "1\t2\t3")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was pasted")
    paste(cells.first, "1\t\n2\t3")
    expect(dialog.get_by_role("status")).to_contain_text("Row 1, column 2 is empty")

    dialog.get_by_role("button", name="bias").press("Enter")
    expect(cells).to_have_text(["0.1", "0.2", "0.3"])
    cells.nth(2).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_large_matrix_is_fetched_in_parts(page: Page) -> None:
    document = example("digits")
    layer = next(one["name"] for one in document["layers"] if one["kind"] == "Dense")
    open_studio(page, f"/?network=digits&node={layer}[0]")
    requests: list[Any] = []
    page.on("request", lambda request: requests.append(request.post_data) if "/parameters" in request.url else None)
    inspector(page).get_by_role("button", name=f"All weights of {layer}").click()
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("gridcell").first).not_to_have_text("…")
    network = Network.from_document(document)
    kernel = network.parameters[layer]["kernel"]
    grid.get_by_role("gridcell").first.focus()
    page.keyboard.press("Control+End")
    last = grid.locator(f'[role="row"][aria-rowindex="{kernel.shape[0] + 1}"] [role="gridcell"]').last
    expect(last).to_be_focused()
    expect(last).to_have_attribute("title", repr(float(kernel[-1, -1])))
    assert all('"slice":[[' in body for body in requests if '"top"' not in body)


@pytest.mark.usefixtures("walkthrough")
def test_a_row_pasted_into_an_input_fills_the_following_ones(page: Page) -> None:
    paste(page.get_by_role("textbox", name="x1"), "1,5\t-2")
    expect_values(page, computed(example("walkthrough"), inputs=[1.5, -2]))
    paste(page.get_by_role("textbox", name="x1"), "1\t2\t3")
    panel = page.locator(".input-panel")
    expect(panel.get_by_role("alert")).to_contain_text("There are 3 numbers, but only 2 values from x1 on.")
    paste(page.get_by_role("textbox", name="x2"), "1\t2")
    expect(panel.get_by_role("alert")).to_contain_text("only 1 value from x2 on.")


def test_opening_another_network_can_be_undone(page: Page) -> None:
    open_studio(page, "/?network=walkthrough&node=hidden[0]")
    page.get_by_role("textbox", name="x1").fill("2")
    before = computed(example("walkthrough"), inputs=[2, 0.7])
    expect_values(page, before)
    page.get_by_role("tab", name="Network").click()
    page.get_by_role("button", name="Start new").click()
    expect(page.get_by_role("button", name="Undo: new network")).to_be_visible()
    page.keyboard.press("Control+z")
    expect_values(page, before)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_nothing_stands_in_the_way_of_anybody(page: Page, viewport: dict[str, int]) -> None:
    narrow = viewport["width"] < 500
    page.goto("/?network=walkthrough&node=hidden[0]")
    page.wait_for_selector("html[data-ready]", state="attached")

    def panel(name: str) -> None:
        if narrow:
            page.get_by_role("navigation", name="Panels").get_by_role("button", name=name).click()
        elif name != "Inspector":
            page.get_by_role("tab", name=name).click()

    def check() -> None:
        assert serious_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate(
            "[...document.querySelectorAll('.side, .sheet, .builder')]"
            ".every(one => one.scrollWidth <= one.clientWidth + 1)"
        )

    panel("Inspector")
    inspector(page).get_by_text("With another activation?").click()
    expect(inspector(page).get_by_role("button", name="tanh", exact=True)).to_be_visible()
    inspector(page).get_by_role("button", name="Pin at 0.41").click()
    expect(inspector(page).get_by_role("button", name="Release")).to_be_visible()
    check()
    panel("Network")
    builder = page.get_by_role("region", name="Network", exact=True)
    expect(builder.get_by_role("textbox", name="units")).to_be_visible()
    builder.get_by_text("More arguments").click()
    builder.get_by_role("textbox", name="units").fill("0")
    check()
    builder.get_by_role("textbox", name="units").press("Escape")
    builder.get_by_role("button", name="Add after").click()
    expect(builder.get_by_role("form")).to_be_visible()
    check()
    builder.get_by_role("button", name="Cancel").click()
    head(page, "input").click()
    expect(builder.get_by_role("textbox", name="Name of input 0")).to_be_visible()
    check()
    head(page, "hidden").click()
    builder.get_by_role("button", name="Weights", exact=True).click()
    expect(page.get_by_role("gridcell").first).to_have_text("0.2")
    page.get_by_role("gridcell").first.click()
    check()
