"""Deep and wide networks in the page: every value is reached and is what NumPy computes; what is left out is said."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from app.nn.forward import Trace, forward
from app.nn.inputs import read_inputs
from app.nn.network import Network
from tests.browser.test_studio import PHONE, line, open_studio

EXAMPLES = Path(__file__).parents[2] / "examples"
DEEP = "/?network=thousand-layers"


@pytest.fixture(scope="module")
def trace() -> Trace:
    """What NumPy computes for the thousand layers."""
    return run(json.loads((EXAMPLES / "thousand-layers.json").read_text(encoding="utf-8")))


def run(document: dict[str, Any]) -> Trace:
    network = Network.from_document(document)
    return forward(network, read_inputs(network, document["input"]["default"])[0])


def value(trace: Trace, layer: str, node: int) -> float:
    return float(trace.layers[layer].output[0, node])


def named_value(page: Page, name: str) -> float:
    """The number in a node's accessible name."""
    option = page.get_by_role("option", name=re.compile(rf"^{re.escape(name)}, [-\d.e]+$"))
    text = option.get_attribute("aria-label")
    assert text is not None
    return float(text.split(", ")[1])


def go_to(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Go to")
    box.fill(name)
    box.press("Enter")
    expect(page.get_by_role("region", name=name)).to_be_visible()


def notes(page: Page) -> str:
    return page.locator(".graph-notes").inner_text() if page.locator(".graph-notes").count() else ""


def zoom(page: Page, steps: int, x: float = 0.5, y: float = 0.5) -> None:
    """Turn the wheel over a point of the graph."""
    box = page.locator(".graph-host").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    for _ in range(abs(steps)):
        page.mouse.wheel(0, -240 if steps > 0 else 240)


def test_a_node_of_a_thousand_layers_is_two_actions_away_and_exact(page: Page, trace: Trace) -> None:
    asked: list[dict[str, Any]] = []

    def on_request(request: Request) -> None:
        if request.url.endswith("/forward"):
            asked.append({**json.loads(request.post_data or "{}"), "accept": request.headers["accept"]})

    page.on("request", on_request)
    open_studio(page, DEEP)
    assert asked[0]["accept"].startswith("application/vnd.safetensors")
    assert asked[0]["pre_activations"] is False
    expect(page.locator(".graph-map")).to_be_hidden()
    go_to(page, "hidden_517[12]")
    assert named_value(page, "hidden_517[12]") == value(trace, "hidden_517", 12)
    expect(line(page)).to_contain_text("more terms")
    # The whole is not in view any more, and a map says where this is.
    expect(page.locator(".graph-map")).to_be_visible()
    page.get_by_role("listbox", name="Nodes of the network").press("ArrowDown")
    active = page.get_by_role("option", name=re.compile(r"^hidden_517\[\d+\], "))
    for text in active.evaluate_all("options => options.map(option => option.ariaLabel)"):
        node, number = text.removeprefix("hidden_517[").split("], ")
        assert float(number) == value(trace, "hidden_517", int(node))

    # The table has all 64,064 of them, and what the first answer left out is fetched for the rows in sight.
    page.get_by_role("tab", name="Values").click()
    expect(page.get_by_text("64,064 values")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="hidden_517[12]", exact=True))
    cells = row.get_by_role("cell")
    expect(cells.last).to_have_text(re.compile(r"^-?0\.\d{10,}"))
    assert float(cells.last.inner_text()) == value(trace, "hidden_517", 12)
    before = trace.layers["hidden_517"].pre_activation
    assert before is not None
    assert float(cells.nth(2).inner_text()) == float(before[0, 12])

    # A new input moves only what is on screen.
    asked.clear()
    page.get_by_role("tab", name="Summary").click()
    page.get_by_role("textbox", name="input[0]").fill("0.5")
    page.wait_for_function("name => performance.getEntriesByName(name).length > 1", arg="vitrine:drawn")
    expect(
        page.get_by_role("option", name=re.compile(rf"^hidden_517\[12\], (?!{value(trace, 'hidden_517', 12)})"))
    ).to_be_attached()
    document = json.loads((EXAMPLES / "thousand-layers.json").read_text(encoding="utf-8"))
    document["input"]["default"][0] = 0.5
    assert named_value(page, "hidden_517[12]") == value(run(document), "hidden_517", 12)
    assert 2 < len(asked[0]["values"]) < 100


def test_k_of_n_is_true(page: Page) -> None:
    open_studio(page, DEEP)
    expect(page.locator(".graph-notes")).to_contain_text("edges appear when zoomed in")
    with page.expect_response("**/edges") as edges:
        go_to(page, "hidden_300[5]")
    answer = edges.value.json()["layers"]
    assert all(layer["count"] == 64 * 64 for layer in answer)
    said = page.locator(".graph-notes li").filter(has_text=re.compile(r"strongest [\d,]+ of [\d,]+ edges$"))
    expect(said).to_be_visible()
    *drawn, strongest, total = (int(text.replace(",", "")) for text in re.findall(r"[\d,]+", said.inner_text()))
    # The page asks for the strongest 400 into each layer, and draws those with an end in view.
    assert total % 4096 == 0
    assert strongest <= 400 * (total // 4096)
    assert all(0 < lines < strongest for lines in drawn)
    # The node's own edges: all 64 of them are known, so nothing is said to be missing.
    assert "edges into hidden_300[5]" not in notes(page)


def test_a_wide_layer_is_drawn_without_its_weights(page: Page, server: str) -> None:
    """Four layers of 2,048: readable at once, and pooled dots are said to be."""
    document = {
        "name": "wide",
        "dtype": "float32",
        "input": {"shape": [2048], "default": [(at % 13) / 13 - 0.5 for at in range(2048)]},
        "layers": [
            {"name": "wide", "kind": "Dense", "units": 2048, "activation": "relu", "repeat": 2},
            {"name": "norm", "kind": "LayerNormalization", "repeat": 500},
        ],
    }
    stored = page.request.post(f"{server}/api/v1/networks", data=document).json()
    bytes_received: list[int] = []
    page.on("response", lambda response: bytes_received.append(int(response.headers.get("content-length", 0))))
    open_studio(page, f"/?network={stored['id']}&node=wide_2[2047]")
    expect(page.locator(".graph-notes")).to_contain_text(re.compile(r"a dot stands for up to [\d,]+ nodes"))
    zoom(page, 12)
    expect(page.locator(".graph-notes")).not_to_contain_text("a dot stands for")
    network = run(document)
    assert named_value(page, "wide_2[2047]") == value(network, "wide_2", 2047)
    # The weights alone are 33 MB, the values 4.
    assert sum(bytes_received) < 12_000_000
    page.request.delete(f"{server}/api/v1/networks/{stored['id']}", headers={"If-Match": '"1"'})


@pytest.mark.parametrize(("viewport", "room"), [({"width": 1440, "height": 900}, 26), (PHONE, 36)])
def test_notes_keep_to_the_room_left_for_them(page: Page, room: int) -> None:
    """Below the network on a desktop, above it on a phone."""
    open_studio(page, "/?network=million-nodes")
    said = page.locator(".graph-notes")
    expect(said.get_by_role("listitem")).to_have_count(2)
    host, box = page.locator(".graph-host").bounding_box(), said.bounding_box()
    assert host is not None
    assert box is not None
    above, below = box["y"] + box["height"] - host["y"], host["y"] + host["height"] - box["y"]
    assert min(above, below) <= room


@pytest.mark.parametrize("viewport", [PHONE])
def test_a_thousand_layers_fit_a_phone(page: Page, trace: Trace) -> None:
    open_studio(page, f"{DEEP}&node=hidden_1000[63]")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert named_value(page, "hidden_1000[63]") == value(trace, "hidden_1000", 63)
    expect(line(page)).to_contain_text("more terms")


def test_the_last_of_many_edits_wins(page: Page) -> None:
    open_studio(page, DEEP)
    field = page.get_by_role("slider").first if page.get_by_role("slider").count() else None
    assert field is None  # 64 inputs are painted
    box = page.get_by_role("textbox", name="input[0]")
    document = json.loads((EXAMPLES / "thousand-layers.json").read_text(encoding="utf-8"))
    go_to(page, "hidden_9[3]")
    page.evaluate(
        """() => {
          window.asked = 0;
          const before = window.fetch;
          window.fetch = (...call) => {
            if (String(call[0]).endsWith("/forward")) window.asked += 1;
            return before(...call);
          };
        }"""
    )
    box.evaluate(
        """field => {
          const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
          for (let edit = 1; edit <= 40; edit += 1) {
            write.call(field, String(edit / 40));
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }"""
    )
    document["input"]["default"][0] = 1.0
    expected = value(run(document), "hidden_9", 3)
    expect(page.get_by_role("option", name=f"hidden_9[3], {expected!r}", exact=True)).to_be_attached()
    # At most one is on its way; all that came meanwhile are one.
    assert page.evaluate("window.asked") <= 6
