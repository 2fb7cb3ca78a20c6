"""Keeping networks: saving, the list of networks, import and export, in a real browser against the real server."""

import io
import itertools
import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect

from tests.browser.accessibility import serious_findings

PHONE = {"width": 390, "height": 844}
SIZES = [{"width": 1440, "height": 900}, PHONE, {"width": 360, "height": 740}]
HOSTILE = '<img src=x onerror="document.title=1"><script>alert(1)</script>'
RIGHT_TO_LEFT = "شبكة \u202eevil\u202c עצבית"
AWKWARD = [-0.0, 0.1, 5e-324, 1.7976931348623157e308, -1.2345678901234567e-200, 2**53 + 2.0, 1 / 3, 1e16]


@pytest.fixture(autouse=True)
def no_networks(page: Page) -> None:
    """Every test begins without networks of its own."""
    for one in page.request.get("/api/v1/networks?limit=1000").json():
        if not one["read_only"]:
            page.request.delete(f"/api/v1/networks/{one['id']}", headers={"If-Match": "*"})


def open_studio(page: Page, address: str = "/") -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")


def store(page: Page, title: str, **fields: Any) -> str:
    """Store a network through the API and return its id."""
    document = {
        "title": title,
        "input": {"shape": [2]},
        "layers": [{"name": "output", "kind": "Dense", "units": 1}],
        **fields,
    }
    answer = page.request.post(
        "/api/v1/networks", data=json.dumps(document), headers={"Content-Type": "application/json"}
    )
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])


def document_of(page: Page, network: str) -> dict[str, Any]:
    document: dict[str, Any] = page.request.get(f"/api/v1/networks/{network}").json()
    return document


def shown(page: Page) -> str:
    """The id of the network on screen."""
    expect(page).to_have_url(re.compile(r"network=\w{10}(&|$)"))
    found = re.search(r"network=(\w{10})", page.url)
    assert found is not None
    return found[1]


def standing(page: Page) -> Locator:
    return page.locator(".standing")


def save_as(page: Page, title: str) -> str:
    """Save what is on screen under a new name and return its id."""
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Save this network")
    dialog.get_by_label("Name").fill(title)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(standing(page)).to_have_text("Saved")
    return shown(page)


def set_weight(page: Page, value: str) -> None:
    """Change the first weight in the inspector."""
    field = page.locator(".terms input").first
    field.fill(value)
    field.press("Enter")


def open_list(page: Page) -> Locator:
    page.get_by_role("button", name="Network:").click()
    dialog = page.get_by_role("dialog", name="Networks")
    expect(dialog.get_by_role("heading", name="My networks")).to_be_visible()
    return dialog


def mine(dialog: Locator) -> Locator:
    return dialog.get_by_role("region", name="My networks").locator(".network-cards > li")


def choose(card: Locator, action: str) -> None:
    """Choose an action of the menu of a network in the list."""
    card.get_by_role("button", name="More actions").click()
    card.get_by_role("menuitem", name=action).click()


def importing(page: Page) -> Locator:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Import").click()
    return page.get_by_role("dialog", name="Import a network")


def as_file(name: str, document: object) -> FilePayload:
    text = document if isinstance(document, str) else json.dumps(document)
    return {"name": name, "mimeType": "application/json", "buffer": text.encode()}


def export(page: Page) -> tuple[str, dict[str, Any]]:
    """Export what is on screen: the name of the file and the document in it."""
    with page.expect_download() as download:
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="Export as a file").click()
    document: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    return download.value.suggested_filename, document


def expect_one_error(page_errors: list[str], status: int) -> None:
    """The browser writes a refused request to its console; it has to be the only thing there."""
    assert [error for error in page_errors if str(status) not in error] == []
    assert page_errors
    page_errors.clear()


def test_an_example_is_saved_as_a_copy_and_then_in_place(page: Page) -> None:
    open_studio(page)
    expect(standing(page)).to_have_text("")
    set_weight(page, "0.9")
    expect(standing(page)).to_have_text("Unsaved changes")
    network = save_as(page, "Lesson 1")
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 0.9
    assert document_of(page, "walkthrough")["layers"][0]["parameters"]["kernel"][1][0] == 0.3
    expect(page).to_have_title(re.compile("^Lesson 1, "))
    expect(page.get_by_role("heading", name="Lesson 1")).to_be_visible()

    set_weight(page, "0.8")
    expect(standing(page)).to_have_text("Unsaved changes")
    page.keyboard.press("Control+s")
    expect(standing(page)).to_have_text("Saved")
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 0.8
    # Undo goes back to before the save, and that is a change to what is stored; redo ends it.
    page.get_by_role("button", name="Undo").click()
    expect(standing(page)).to_have_text("Unsaved changes")
    page.get_by_role("button", name="Redo").click()
    expect(standing(page)).to_have_text("Saved")

    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert shown(page) == network
    expect(page.locator(".terms input").first).to_have_value("0.8")


def test_leaving_with_unsaved_changes_asks(page: Page) -> None:
    open_studio(page)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert asked == []
    set_weight(page, "0.9")
    expect(standing(page)).to_have_text("Unsaved changes")
    page.reload()
    assert asked == ["beforeunload"]
    page.wait_for_selector("html[data-ready]", state="attached")
    set_weight(page, "0.9")
    save_as(page, "Kept")
    page.reload()
    assert asked == ["beforeunload"]


def test_opening_another_network_says_that_changes_can_be_brought_back(page: Page) -> None:
    open_studio(page)
    set_weight(page, "0.9")
    dialog = open_list(page)
    dialog.get_by_role("button", name="Forward propagation").click()
    expect(page.locator(".toast")).to_contain_text("Undo brings them back")
    expect(page.get_by_role("heading", name="Forward propagation: 2-2-1")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="First steps: 2-3-1")).to_be_visible()
    expect(standing(page)).to_have_text("Unsaved changes")


def test_the_list_is_searched_renamed_and_duplicated(page: Page) -> None:
    for title in ("Apples", "Pears", "Apples and pears"):
        store(page, title)
    open_studio(page)
    dialog = open_list(page)
    expect(mine(dialog).locator(".network-title")).to_have_text(["Apples and pears", "Pears", "Apples"])
    expect(mine(dialog).first.locator("circle").first).to_be_attached()
    dialog.get_by_role("searchbox").fill("pears app")
    expect(mine(dialog).locator(".network-title")).to_have_text(["Apples and pears"])
    dialog.get_by_role("searchbox").fill("nothing like it")
    expect(dialog.get_by_text("None of your networks")).to_be_visible()
    dialog.get_by_role("searchbox").fill("")
    dialog.get_by_role("combobox", name="Order").select_option("By name")
    expect(mine(dialog).locator(".network-title")).to_have_text(["Apples", "Apples and pears", "Pears"])

    choose(mine(dialog).first, "Rename")
    dialog.get_by_role("textbox", name="New name").fill("Zebras")
    page.keyboard.press("Enter")
    expect(mine(dialog).locator(".network-title")).to_have_text(["Apples and pears", "Pears", "Zebras"])
    choose(mine(dialog).nth(1), "Duplicate")
    expect(mine(dialog).locator(".network-title")).to_have_text(["Apples and pears", "Pears", "Pears copy", "Zebras"])
    choose(mine(dialog).nth(1), "Duplicate")
    expect(mine(dialog).locator(".network-title").nth(3)).to_have_text("Pears copy 2")


def test_renaming_the_network_on_screen_keeps_its_unsaved_changes(page: Page) -> None:
    open_studio(page)
    network = save_as(page, "Before")
    set_weight(page, "0.9")
    dialog = open_list(page)
    choose(mine(dialog).first, "Rename")
    dialog.get_by_role("textbox", name="New name").fill("After")
    page.keyboard.press("Enter")
    expect(mine(dialog).locator(".network-title")).to_have_text(["After"])
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 0.3
    page.keyboard.press("Escape")
    expect(page).to_have_title(re.compile("^After, "))
    expect(standing(page)).to_have_text("Unsaved changes")
    page.keyboard.press("Control+s")
    expect(standing(page)).to_have_text("Saved")
    document = document_of(page, network)
    assert (document["title"], document["layers"][0]["parameters"]["kernel"][1][0]) == ("After", 0.9)


def test_deleting_can_be_undone_at_once_and_later(page: Page) -> None:
    network = store(page, "Precious")
    open_studio(page)
    dialog = open_list(page)
    choose(mine(dialog).first, "Delete")
    expect(dialog.get_by_text("“Precious” is deleted.")).to_be_visible()
    expect(mine(dialog)).to_have_count(0)
    expect(dialog.get_by_text("Nothing here yet.")).to_be_visible()
    assert page.request.get(f"/api/v1/networks/{network}").status == 404
    dialog.get_by_role("button", name="Undo the deletion").click()
    expect(mine(dialog).locator(".network-title")).to_have_text(["Precious"])
    assert page.request.get(f"/api/v1/networks/{network}").status == 200

    choose(mine(dialog).first, "Delete")
    dialog.get_by_role("button", name="Dismiss").click()
    dialog.get_by_text("Deleted lately").click()
    dialog.get_by_role("button", name="Bring back Precious").click()
    expect(mine(dialog).locator(".network-title")).to_have_text(["Precious"])


def test_the_network_on_screen_survives_its_deletion(page: Page) -> None:
    open_studio(page)
    save_as(page, "Mine")
    dialog = open_list(page)
    choose(mine(dialog).first, "Delete")
    expect(mine(dialog)).to_have_count(0)
    expect(standing(page)).to_have_text("Unsaved changes")
    dialog.get_by_role("button", name="Undo the deletion").click()
    expect(mine(dialog)).to_have_count(1)
    expect(standing(page)).to_have_text("Saved")


def test_import_and_export_keep_every_bit(page: Page) -> None:
    weights = [[value] for value in AWKWARD]
    document = {
        "name": "bits",
        "title": "Bits & pieces/…",
        "seed": 7,
        "input": {"shape": [len(weights)], "default": AWKWARD},
        "layers": [{"name": "output", "kind": "Dense", "units": 1, "parameters": {"kernel": weights, "bias": [-0.0]}}],
    }
    open_studio(page)
    dialog = importing(page)
    dialog.locator("input[type=file]").set_input_files(as_file("bits.json", document))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(standing(page)).to_have_text("Saved")
    expect(page.get_by_role("heading", name="Bits & pieces/…")).to_be_visible()

    def bits(given: dict[str, Any]) -> list[bytes]:
        parameters = given["layers"][0]["parameters"]
        values = [row[0] for row in parameters["kernel"]] + parameters["bias"] + given["input"]["default"]
        return [struct.pack("<d", value) for value in values]

    name, exported = export(page)
    assert name == "Bits-pieces.json"
    assert bits(exported) == bits(document)
    assert exported == document
    # Once more around, now as text.
    dialog = importing(page)
    dialog.get_by_label("Or paste its text").fill(json.dumps(exported))
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("imported")
    assert bits(document_of(page, shown(page))) == bits(document)


def test_a_document_is_imported_with_a_file_of_its_parameters(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    dialog = importing(page)
    chooser = dialog.locator("input[type=file]")
    layers = [{"name": "d", "kind": "Dense", "units": 2, "repeat": 2}]
    document = as_file("net.json", {"title": "Given", "input": {"shape": [2], "default": [1, 2]}, "layers": layers})

    def weights(**arrays: Any) -> FilePayload:
        content = io.BytesIO()
        np.savez(content, **{name.replace("__", "/"): np.array(values) for name, values in arrays.items()})  # type: ignore[arg-type]
        return {"name": "weights.npz", "mimeType": "application/octet-stream", "buffer": content.getvalue()}

    square, two = [[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0]
    chooser.set_input_files([document, weights(d_1__kernel=square, d_1__bias=[1.0], d_2__kernel=square)])
    problem = dialog.get_by_role("alert")
    expect(problem).to_contain_text("d_1/bias")
    expect(problem).to_contain_text("d_2/bias")
    page_errors.clear()  # the browser reports the refusal
    chooser.set_input_files([document, weights(d_1__kernel=square, d_1__bias=two, d_2__kernel=square, d_2__bias=two)])
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("with its parameters")
    given = document_of(page, shown(page))
    assert [layer["parameters"]["bias"] for layer in given["layers"]] == [two, two]


def test_unsaved_weights_are_exported_too(page: Page) -> None:
    open_studio(page)
    set_weight(page, "0.9")
    expect(standing(page)).to_have_text("Unsaved changes")
    _, document = export(page)
    assert document["layers"][0]["parameters"]["kernel"] == [[0.2, 0.4, 0.6], [0.9, 0.5, 0.7]]


def test_a_file_can_be_dropped_and_a_document_pasted_on_the_page(page: Page) -> None:
    document = {"title": "Dropped", "input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 2}]}
    open_studio(page)
    page.evaluate(
        """text => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "dropped.json", {type: "application/json"}));
            for (const type of ["dragover", "drop"])
                document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        json.dumps(document),
    )
    expect(page.get_by_role("heading", name="Dropped")).to_be_visible()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        json.dumps({**document, "title": "Pasted"}),
    )
    expect(page.get_by_role("heading", name="Pasted")).to_be_visible()


def test_a_wrong_file_says_everything_that_is_wrong(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    dialog = importing(page)
    field = dialog.get_by_label("Or paste its text")
    wrong = {"colour": 3, "input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": "x"}, {"kind": "Danse"}]}
    dialog.locator("input[type=file]").set_input_files(as_file("wrong.json", wrong))
    problem = dialog.get_by_role("alert")
    expect(problem).to_contain_text("Could not import “wrong.json”")
    expect(page.get_by_text("Could not import “wrong.json”")).to_have_count(1)
    for pointer in ("/colour", "/layers/0/units", "/layers/1/kind"):
        expect(problem).to_contain_text(pointer)
    # It can be put right in place.
    expect(field).to_have_value(json.dumps(wrong))
    expect_one_error(page_errors, 422)
    for text, words in (
        ("{", "is JSON"),
        ("[1, 2]", "no network document"),
        ('{"base": "walkthrough"}', "no network document"),
        ("", "no text"),
    ):
        field.fill(text)
        dialog.get_by_role("button", name="Import", exact=True).click()
        expect(problem).to_contain_text(words)
    field.fill(json.dumps({"title": "Right", "input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 2}]}))
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="Right")).to_be_visible()


def test_a_huge_file_is_refused_before_it_is_read(page: Page) -> None:
    open_studio(page)
    dialog = importing(page)
    page.evaluate(
        """() => {
            const file = new File(["x"], "huge.json");
            Object.defineProperty(file, "size", {value: 3e9});
            file.text = () => { throw new Error("it was read"); };
            Object.defineProperty(DataTransfer.prototype, "files", {get: () => [file]});
            const data = {bubbles: true, cancelable: true, dataTransfer: new DataTransfer()};
            data.dataTransfer.items.add(new File(["x"], "huge.json"));
            document.body.dispatchEvent(new DragEvent("drop", data));
        }"""
    )
    expect(dialog.get_by_role("alert")).to_contain_text("It has 3,000,000,000 bytes")


def test_two_pages_that_save_the_same_network(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    network = save_as(page, "Shared")
    other = page.context.new_page()
    open_studio(other, f"/?network={network}")
    expect(other.get_by_role("heading", name="Shared")).to_be_visible()
    set_weight(other, "7")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(standing(other)).to_have_text("Saved")

    set_weight(page, "9")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Changed meanwhile")
    expect(dialog).to_contain_text("Nothing was written over")
    expect(dialog.locator("circle").first).to_be_attached()
    assert serious_findings(page) == []
    expect_one_error(page_errors, 412)
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 7
    with page.context.expect_page() as looked:
        dialog.get_by_role("link", name="Look at theirs").click()
    expect(looked.value).to_have_url(re.compile(f"network={network}"))
    looked.value.close()

    dialog.get_by_role("button", name="Load theirs").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".terms input").first).to_have_value("7")
    expect(standing(page)).to_have_text("Saved")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".terms input").first).to_have_value("9")
    expect(standing(page)).to_have_text("Unsaved changes")

    # The other one saves once more; this time what is here becomes a copy.
    set_weight(other, "8")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(standing(other)).to_have_text("Saved")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Save mine as a copy").click()
    page.get_by_role("dialog", name="Save a copy").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(standing(page)).to_have_text("Saved")
    expect(page).not_to_have_url(re.compile(network))
    assert document_of(page, shown(page))["layers"][0]["parameters"]["kernel"][1][0] == 9
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 8
    expect_one_error(page_errors, 412)


def test_saving_what_somebody_deleted(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    network = save_as(page, "Doomed")
    page.request.delete(f"/api/v1/networks/{network}", headers={"If-Match": "*"})
    set_weight(page, "9")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog", name="Deleted meanwhile").get_by_role("button", name="Save as a new network").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(standing(page)).to_have_text("Saved")
    expect(page).not_to_have_url(re.compile(network))
    expect_one_error(page_errors, 404)


def test_a_save_whose_answer_was_lost_is_not_taken_for_another_one(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    network = save_as(page, "Lossy")
    set_weight(page, "9")

    def lose(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/api/v1/networks/*", lose)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is lost")
    page.unroute("**/api/v1/networks/*")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(standing(page)).to_have_text("Saved")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert document_of(page, network)["layers"][0]["parameters"]["kernel"][1][0] == 9
    page_errors.clear()


def test_without_storage_nothing_is_lost(page: Page, page_errors: list[str]) -> None:
    problem = {
        "type": "urn:vitrine:problem:storage-unavailable",
        "title": "Storage unavailable",
        "status": 503,
        "detail": "the disk is full",
        "errors": [{"detail": "the disk is full"}],
    }

    def refuse(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        else:
            headers = {"Content-Type": "application/problem+json", "Retry-After": "30"}
            route.fulfill(status=503, headers=headers, body=json.dumps(problem))

    page.route("**/api/v1/networks", refuse)
    open_studio(page)
    set_weight(page, "9")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("My work")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("the disk is full")
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(dialog.get_by_label("Name")).to_have_value("My work")
    page.keyboard.press("Escape")
    expect(page.locator(".terms input").first).to_have_value("9")
    # A file is opened all the same.
    dialog = importing(page)
    document = {"title": "Homeless", "input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 2}]}
    dialog.locator("input[type=file]").set_input_files(as_file("homeless.json", document))
    expect(page.get_by_role("heading", name="Homeless")).to_be_visible()
    expect(standing(page)).to_have_text("Not saved yet")
    expect(page.get_by_role("alert")).to_contain_text("the disk is full")
    page_errors.clear()


@pytest.mark.parametrize("viewport", SIZES[:2])
def test_hostile_names_are_text(page: Page) -> None:
    for title in (HOSTILE, "x" * 200, "word " * 40, RIGHT_TO_LEFT, "\t", "\u0000 null \U0001f600"):
        store(page, title, description=title * (10_000 // len(title)))
    network = store(page, HOSTILE, description=HOSTILE * 20)
    open_studio(page, f"/?network={network}")
    dialog = open_list(page)
    expect(mine(dialog)).to_have_count(7)
    expect(mine(dialog).first.locator(".network-title")).to_have_text(HOSTILE)
    assert page.locator("img, dialog script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    # No card grows with what is in it.
    heights = mine(dialog).evaluate_all("cards => cards.map(card => card.offsetHeight)")
    assert max(heights) < 420
    page.keyboard.press("Escape")
    expect(page).to_have_title(re.compile(re.escape("<img src=x")))
    bar = page.locator(".top-bar")
    assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")


def test_the_list_by_keyboard_alone(page: Page) -> None:
    """Save, rename, duplicate, delete and undo, search."""
    open_studio(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(standing(page)).to_have_text("Saved")

    button = page.get_by_role("button", name="Network:")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Networks")
    card = mine(dialog).first.locator(".network-card")
    expect(card).to_be_visible()
    card.focus()
    page.keyboard.press("F2")
    expect(dialog.get_by_role("textbox", name="New name")).to_be_focused()
    page.keyboard.type("By keys")
    page.keyboard.press("Enter")
    expect(mine(dialog).locator(".network-title")).to_have_text(["By keys"])
    expect(mine(dialog).first.locator(".network-card")).to_be_focused()
    # Escape leaves the field, not the dialog.
    page.keyboard.press("F2")
    page.keyboard.type("never")
    page.keyboard.press("Escape")
    expect(mine(dialog).locator(".network-title")).to_have_text(["By keys"])
    expect(mine(dialog).first.locator(".network-card")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Duplicate")).to_be_focused()
    page.keyboard.press("Enter")
    expect(mine(dialog).locator(".network-title")).to_have_text(["By keys copy", "By keys"])
    mine(dialog).first.locator(".network-card").focus()
    page.keyboard.press("Delete")
    expect(dialog.get_by_role("button", name="Undo the deletion")).to_be_focused()
    expect(mine(dialog)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(mine(dialog)).to_have_count(2)
    dialog.get_by_role("searchbox").focus()
    page.keyboard.type("copy")
    expect(mine(dialog)).to_have_count(1)
    # The first Escape clears the search, as everywhere.
    page.keyboard.press("Escape")
    expect(mine(dialog)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_files_by_keyboard_alone(page: Page) -> None:
    """Export and import."""
    open_studio(page)
    page.get_by_role("button", name="More", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "First-steps-2-3-1.json"
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    field = page.get_by_label("Or paste its text")
    expect(field).to_be_visible()
    field.focus()
    page.keyboard.insert_text('{"title": "Typed", "input": {"shape": [1]}, "layers": [{"kind": "Dense", "units": 1}]}')
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Typed")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", SIZES[:2])
def test_no_serious_accessibility_findings(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    dialog = open_list(page)
    expect(dialog.get_by_text("Nothing here yet.")).to_be_visible()
    assert serious_findings(page) == []
    page.keyboard.press("Escape")
    save_as(page, "A network")
    assert serious_findings(page) == []
    dialog = open_list(page)
    mine(dialog).first.get_by_role("button", name="More actions").click()
    assert serious_findings(page) == []
    page.get_by_role("menuitem", name="Rename").click()
    assert serious_findings(page) == []
    page.keyboard.press("Escape")
    choose(mine(dialog).first, "Delete")
    expect(dialog.get_by_role("button", name="Undo the deletion")).to_be_visible()
    assert serious_findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More", exact=True).click()
    assert serious_findings(page) == []
    page.keyboard.press("Escape")
    dialog = importing(page)
    assert serious_findings(page) == []
    dialog.get_by_label("Or paste its text").fill('{"layers": [1, 2]}')
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert serious_findings(page) == []
    expect_one_error(page_errors, 422)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("dialog", name="Save this network")).to_be_visible()
    assert serious_findings(page) == []


@pytest.mark.parametrize(
    "viewport", [*SIZES, {"width": 1280, "height": 800}, {"width": 1120, "height": 800}, {"width": 1024, "height": 768}]
)
def test_the_bar_has_room_for_everything(page: Page) -> None:
    network = store(page, "A network with a name that is a good deal longer than any bar is wide, and then some more")
    open_studio(page, f"/?network={network}")
    bar = page.locator(".top-bar")
    assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    boxes = bar.evaluate(
        """bar => [...bar.querySelectorAll("a, button, input")].map(each => each.getBoundingClientRect())
            .filter(box => box.width > 0).map(box => [box.left, box.right]).sort((a, b) => a[0] - b[0])"""
    )
    assert all(left >= right - 0.5 for (_, right), (left, _) in itertools.pairwise(boxes))
    if page.viewport_size is not None and page.viewport_size["width"] < 500:
        sizes = bar.locator("button").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
        assert min(sizes) >= 40
