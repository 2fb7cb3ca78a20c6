"""Links that hold a whole network: what comes back, and what harm a bad one does (none)."""

import base64
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_findings
from tests.browser.test_studio import PHONE, line, node, open_studio

MARKUP = "<img src=x onerror=document.title='harm'>"


def pack(text: str | bytes) -> str:
    """The fragment of a link that holds a text, made by other means than the page's own."""
    content = text.encode() if isinstance(text, str) else text
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(content) + deflate.flush()
    data = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"share=1.{zlib.crc32(packed):08x}.{data}"


def shared(network: dict[str, Any], inputs: list[float], **change: Any) -> dict[str, Any]:
    view = {"shows": "values", "scale": "layer", "target": None}
    whole = {"network": network, "edits": [], "inputs": inputs, "overrides": [], "selected": None, "view": view}
    return {**whole, **change}


def tiny(**change: Any) -> dict[str, Any]:
    layers = [{"name": "output", "kind": "Dense", "units": 1, "parameters": {"kernel": [[2.0]], "bias": [1.0]}}]
    return {"name": "tiny", "input": {"shape": [1]}, "layers": layers, **change}


def share_link(page: Page) -> str:
    """Open the dialog and read the link from it."""
    page.get_by_role("button", name="Share").click()
    field = page.get_by_role("textbox", name="Link")
    expect(field).to_be_visible()
    link = field.input_value()
    page.keyboard.press("Escape")
    return link


def parameters_of(link: str) -> dict[str, Any]:
    """What a link holds, read by other means than the page's own."""
    data = link.split("#share=1.")[1].split(".")[1]
    packed = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
    held: dict[str, Any] = json.loads(zlib.decompress(packed, -15))
    return held


def bits(values: Any) -> list[bytes]:
    return [struct.pack("<d", value) for value in np.asarray(values, dtype=np.float64).ravel()]


def test_an_example_as_it_is_has_a_short_link(page: Page) -> None:
    open_studio(page)
    link = share_link(page)
    assert link.endswith("/?network=walkthrough&node=hidden[0]")
    page.goto("about:blank")
    open_studio(page, link)
    expect(line(page)).to_contain_text("= 0.41")


def test_two_thousand_parameters_come_back_bit_for_bit(page: Page) -> None:
    random = np.random.default_rng(3)
    first = random.standard_normal((40, 45)) * 10.0 ** random.integers(-8, 8, (40, 45))
    first[0, :5] = [-0.0, 1e-310, 5e-324, 0.1 + 0.2, -1.7976931348623157e300]
    second = random.standard_normal((45, 4))
    network = {
        "name": "wide",
        "input": {"shape": [40]},
        "layers": [
            {
                "name": "hidden",
                "kind": "Dense",
                "units": 45,
                "activation": "tanh",
                "parameters": {"kernel": first.tolist()},
            },
            {"name": "output", "kind": "Dense", "units": 4, "parameters": {"kernel": second.tolist()}},
        ],
    }
    inputs = [float(value) for value in random.standard_normal(40)]
    inputs[0] = -0.0
    pins = [{"layer": "hidden", "index": [3], "value": -0.0}, {"layer": "hidden", "index": [4], "value": 1e-310}]
    edits = [{"layer": "output", "parameter": "bias", "index": [0], "value": 0.1 + 0.2}]
    given = shared(network, inputs, overrides=pins, edits=edits, selected={"layer": "output", "index": [2]})
    open_studio(page, f"/#{pack(json.dumps(given))}")
    link = share_link(page)
    assert len(link) < 100_000
    page.goto("about:blank")
    open_studio(page, link)
    expect(page.get_by_role("region", name="output[2]", exact=True)).to_be_visible()
    again = share_link(page)
    for held in (parameters_of(link), parameters_of(again)):
        for layer, kernel in zip(held["network"]["layers"], [first, second], strict=True):
            assert bits(layer["parameters"]["kernel"]) == bits(kernel)
        assert bits(held["inputs"]) == bits(inputs)
        assert bits([pin["value"] for pin in held["overrides"]]) == bits([-0.0, 1e-310])
        assert bits([edit["value"] for edit in held["edits"]]) == bits([0.1 + 0.2])
        assert held["selected"] == {"layer": "output", "index": [2]}
    assert parameters_of(link) == parameters_of(again)


def test_what_is_sent_to_the_server_keeps_the_sign_of_zero(page: Page) -> None:
    open_studio(page)
    with page.expect_request("**/api/v1/forward") as waiting:
        page.evaluate(f"location.hash = {json.dumps(pack(json.dumps(shared(tiny(), [-0.0]))))}")
    assert '"inputs":[-0.0]' in (waiting.value.post_data or "")


def test_pins_and_view_travel_along(page: Page) -> None:
    open_studio(page)
    page.get_by_role("button", name="Pin at 0", exact=True).click()
    page.get_by_role("textbox", name="x1").fill("1")
    page.get_by_role("button", name="gradients").click()
    expect(node(page, "output[0]", "1")).to_be_attached()
    link = share_link(page)
    assert "#share=1." in link
    page.goto("about:blank")
    open_studio(page, link)
    expect(page.get_by_role("button", name="gradients")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".gradient-notes")).to_contain_text("hidden[0]")
    expect(page.get_by_role("textbox", name="x1")).to_have_value("1")
    page.get_by_role("button", name="values").click()
    expect(node(page, "output[0]", "1.38")).to_be_attached()


def test_sharing_by_keyboard_alone(page: Page) -> None:
    open_studio(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Share")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Link")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "network=walkthrough" in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_network_too_large_for_a_link_is_offered_as_a_file(page: Page) -> None:
    kernel = np.random.default_rng(0).standard_normal((100, 100)).tolist()
    layers = [{"name": "output", "kind": "Dense", "units": 100, "parameters": {"kernel": kernel}}]
    document = {"name": "large", "input": {"shape": [100]}, "layers": layers}
    stored = page.request.post("/api/v1/networks", data=document)
    open_studio(page, f"/?network={stored.json()['id']}")
    page.get_by_role("button", name="Pin at 0", exact=True).click()
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share")
    expect(dialog).to_contain_text("too large for a link")
    with page.expect_download() as waiting:
        dialog.get_by_role("button", name="Export as a file").click()
    assert waiting.value.suggested_filename.endswith(".json")


BROKEN = {
    "empty": "share=",
    "nothing": "share=1.00000000.",
    "noise": "share=1.deadbeef.AAAA",
    "another version": "share=7.deadbeef.AAAA",
    "huge": "share=1.00000000." + "A" * 150_000,
    "bomb": pack(b"[" + b" " * 40_000_000),
    "deep": pack("[" * 200_000),
    "not JSON": pack("{'network'"),
    "not text": pack(b"\xff\xfe\x00"),
    "a list": pack("[]"),
    "no network": pack(json.dumps(shared({}, []))),
    "a shape without end": pack(json.dumps(shared({"input": {"shape": [10**9]}, "layers": []}, []))),
    "an unknown layer": pack(json.dumps(shared(tiny(layers=[{"kind": MARKUP}]), [1.0]))),
    "a title that is none": pack(json.dumps(shared(tiny(title={"a": 1}), [1.0]))),
    "another field": pack(json.dumps(shared(tiny(script="alert(1)"), [1.0]))),
    "an input too many": pack(json.dumps(shared(tiny(), [1.0, 2.0]))),
    "an infinite input": pack(json.dumps(shared(tiny(), [1.0])).replace('"inputs": [1.0]', '"inputs": [1e999]')),
    "a pin nowhere": pack(
        json.dumps(shared(tiny(), [1.0], overrides=[{"layer": "nowhere", "index": [0], "value": 1.0}]))
    ),
}


@pytest.mark.parametrize("fragment", BROKEN.values(), ids=BROKEN.keys())
def test_a_bad_link_says_why_and_opens_the_walkthrough(page: Page, fragment: str, page_errors: list[str]) -> None:
    open_studio(page, f"/#{fragment}")
    expect(page.get_by_text("This link could not be opened.")).to_be_visible()
    expect(node(page, "output[0]", "1.211")).to_be_attached()
    # A document that the server refuses stands in the console as a failed request, nothing else does.
    assert all("422" in error for error in page_errors)
    page_errors.clear()


def test_markup_in_names_stays_text(page: Page) -> None:
    title = f"{MARKUP} & <script>document.title='harm'</script>"
    network = tiny(title=title, description=MARKUP, input={"shape": [1], "names": [MARKUP], "classes": [MARKUP]})
    open_studio(page, f"/#{pack(json.dumps(shared(network, [1.0])))}")
    expect(page.get_by_role("button", name="Network:")).to_contain_text("<script>")
    expect(node(page, "output[0]", "3")).to_be_attached()
    for tab in ("Values", "Code", "Summary"):
        page.get_by_role("tab", name=tab).click()
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator(".player-sentence")).to_contain_text(MARKUP)
    assert page.locator(".studio img, .studio script").count() == 0
    assert "harm" not in page.title().replace(title, "")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_the_dialog_is_accessible(page: Page) -> None:
    open_studio(page, f"/#{pack(json.dumps(shared(tiny(), [1.0])))}")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("textbox", name="Link")).to_be_visible()
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
