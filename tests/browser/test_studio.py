"""The studio page, in a real browser against the real server."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.accessibility import serious_findings

EXAMPLES = ["walkthrough", "propagation", "deep", "branches", "dead-relus", "diverging", "digits"]
PHONE = {"width": 390, "height": 844}
LINE = "0.5×0.2 + 0.7×0.3 + 0.1 = 0.41 → relu → 0.41"
GRAPH = "Nodes of the network"


def open_studio(page: Page, address: str = "/") -> None:
    """Open an address of the studio and wait until its values are drawn."""
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    # The explanation of the selected node is there too.
    expect(page.locator(".arithmetic-sum")).not_to_be_empty()


def node(page: Page, name: str, value: str) -> Locator:
    """The accessible option of a node that holds a value."""
    return page.get_by_role("option", name=f"{name}, {value}", exact=True)


def value_of(page: Page, name: str) -> float:
    """A node's value at full precision, from the Values table, which is open."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    text = row.get_by_role("cell").last.inner_text()
    return float(text.replace("∞", "inf"))


def line(page: Page) -> Locator:
    """The line with the arithmetic below the graph."""
    return page.locator(".arithmetic-sum")


def click_node(page: Page, name: str) -> None:
    """Click a node where the graph draws it: the place is found by pointing along its column."""
    area = page.locator(".graph-host").bounding_box()
    assert area is not None
    for down in range(4, 97, 2):
        for across in range(4, 97, 3):
            x = area["x"] + area["width"] * across / 100
            y = area["y"] + area["height"] * down / 100
            page.mouse.move(x, y)
            if page.locator(f'.arithmetic-sum[data-node="{name}"]').count() and page.locator(".graph-host").evaluate(
                "host => host.style.cursor === 'pointer'"
            ):
                page.mouse.click(x, y)
                return
    pytest.fail(f"{name} is nowhere in the graph")


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("walkthrough", {"hidden[0]": 0.41, "hidden[1]": 0.75, "hidden[2]": 1.09, "output[0]": 1.211}),
        ("propagation", {"hidden[0]": 0.33, "hidden[1]": 0.54, "output[0]": 0.789}),
    ],
)
def test_the_textbook_numbers_stand_in_the_page(page: Page, network: str, expected: dict[str, float]) -> None:
    open_studio(page, f"/?network={network}")
    page.get_by_role("tab", name="Values").click()
    for name, value in expected.items():
        expect(node(page, name, str(value))).to_be_attached()
        assert value_of(page, name) == pytest.approx(value, abs=1e-12)


def test_a_long_sum_shows_its_largest_terms_first_and_the_others_added_up_until_they_are_asked_for(page: Page) -> None:
    open_studio(page, "/?network=digits&node=hidden[0]")
    document = page.request.get("/api/v1/networks/digits").json()
    inputs = document["input"]["default"]
    asked = {"network": "digits", "inputs": inputs, "node": {"layer": "hidden", "index": [0]}, "top": 16}
    others = page.request.post("/api/v1/explain", data=asked).json()["others"]
    assert others["count"] == 48
    table = page.get_by_role("table", name="The terms of hidden[0]")
    rest = table.get_by_role("row").filter(has_text="48 smaller terms")
    expect(table.locator("tbody tr")).to_have_count(16)
    assert float(rest.get_by_role("cell").first.locator("span").get_attribute("title") or "") == pytest.approx(
        others["sum"], abs=1e-12
    )
    rest.get_by_role("button", name="Show 48").click()
    expect(table.locator("tbody tr")).to_have_count(64)
    expect(rest).to_have_count(0)


def test_the_page_opens_with_a_node_and_its_arithmetic(page: Page) -> None:
    open_studio(page)
    expect(line(page)).to_have_text(LINE)
    inspector = page.get_by_role("region", name="hidden[0]")
    expect(inspector.get_by_text("adds up", exact=True)).to_be_visible()
    expect(inspector.get_by_role("row", name="input[1] x2 0.7 0.3 0.21")).to_be_visible()
    expect(inspector.get_by_role("row", name="sum z 0.41")).to_be_visible()
    expect(inspector.get_by_label("relu: the point z = 0.41 with the value 0.41")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?network=walkthrough&node=hidden\[0\]$"))


def test_typing_an_input_changes_every_number(page: Page) -> None:
    open_studio(page)
    page.get_by_role("tab", name="Values").click()
    page.get_by_role("textbox", name="x1").fill("1")
    expect(node(page, "hidden[0]", "0.51")).to_be_attached()
    # 0.2 + 0.21 + 0.1, 0.4 + 0.35 + 0.2, 0.6 + 0.49 + 0.3 through 0.1, 0.3, 0.5 and 0.4
    assert value_of(page, "hidden[0]") == pytest.approx(0.51, abs=1e-12)
    assert value_of(page, "hidden[1]") == pytest.approx(0.95, abs=1e-12)
    assert value_of(page, "hidden[2]") == pytest.approx(1.39, abs=1e-12)
    assert value_of(page, "output[0]") == pytest.approx(1.431, abs=1e-12)
    expect(line(page)).to_have_text("1×0.2 + 0.7×0.3 + 0.1 = 0.51 → relu → 0.51")
    expect(page).to_have_url(re.compile(r"inputs=1,0\.7"))
    page.get_by_role("button", name="Reset").click()
    expect(line(page)).to_have_text(LINE)
    expect(page.get_by_role("textbox", name="x1")).to_have_value("0.5")


def test_arrow_keys_slider_and_dragging_change_an_input(page: Page) -> None:
    open_studio(page)
    field = page.get_by_role("textbox", name="x1")
    field.press("ArrowUp")
    expect(field).to_have_value("0.51")
    field.press("Shift+ArrowDown")
    expect(field).to_have_value("0.41")
    page.get_by_role("slider", name="x2").press("ArrowRight")
    expect(page.get_by_role("textbox", name="x2")).to_have_value("0.71")
    box = page.locator(".feature-name").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 25, box["y"] + 10)
    page.mouse.up()
    expect(field).to_have_value("0.51")
    expect(node(page, "input[0]", "0.51")).to_be_attached()


def test_what_is_no_number_stays_and_says_what_is_expected(page: Page) -> None:
    open_studio(page)
    field = page.get_by_role("textbox", name="x1")
    field.fill("0.5a")
    expect(page.get_by_role("alert")).to_have_text("Expected a number, such as 0.5 or -1e-3.")
    field.blur()
    expect(field).to_have_value("0.5a")
    expect(line(page)).to_have_text(LINE)
    field.fill("0.25")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(node(page, "input[0]", "0.25")).to_be_attached()


def test_pointing_shows_the_arithmetic_and_clicking_selects(page: Page) -> None:
    open_studio(page)
    click_node(page, "output[0]")
    expect(line(page)).to_have_text("0.41×0.1 + 0.75×0.3 + 1.09×0.5 + 0.4 = 1.211")
    expect(page.get_by_role("region", name="output[0]")).to_be_visible()
    expect(node(page, "output[0]", "1.211")).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"node=output\[0\]$"))


@pytest.mark.parametrize("network", EXAMPLES)
def test_the_chooser_opens_every_example(page: Page, network: str) -> None:
    open_studio(page, "/?network=digits" if network == "walkthrough" else "/")
    titles = {one["id"]: one["title"] for one in page.request.get("/api/v1/networks").json()}
    page.get_by_role("button", name="Network:").click()
    # One title may begin like another: "Handwritten digits, by convolution".
    card = page.get_by_role("dialog").get_by_role("button", name=re.compile(rf"^{re.escape(titles[network])}(?!,)"))
    expect(card.locator("circle").first).to_be_attached()
    card.click()
    expect(page).to_have_url(re.compile(f"network={network}&"))
    expect(page.get_by_role("heading", name=titles[network])).to_be_visible()
    expect(line(page)).not_to_be_empty()
    page.go_back()
    expect(page).not_to_have_url(re.compile(f"network={network}(&|$)"))
    expect(page.get_by_role("heading", name=titles[network])).to_have_count(0)


def test_an_address_comes_back_as_it_was(page: Page) -> None:
    address = "/?network=walkthrough&inputs=0.25,-1.5&node=output[0]"
    open_studio(page, address)
    expect(page.get_by_role("textbox", name="x2")).to_have_value("-1.5")
    expect(page.get_by_role("region", name="output[0]")).to_be_visible()
    page.get_by_role("textbox", name="x1").fill("0.125")
    expect(page).to_have_url(re.compile(re.escape("?network=walkthrough&inputs=0.125,-1.5&node=output[0]")))
    page.reload()
    expect(page.get_by_role("textbox", name="x1")).to_have_value("0.125")
    expect(page.get_by_role("status").filter(has_text="address")).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("inputs=0.5", "2 values expected, 1 given"),
        ("inputs=0.5,<b>", 'value 1 is "<b>"'),
        ("node=hidden[7]", "hidden[0] to hidden[2]"),
        ("node=nowhere[0]", 'no layer "nowhere"'),
        ("node=%3Cscript%3E", "not the name of a node"),
    ],
)
def test_a_bad_value_in_the_address_is_named_and_replaced(page: Page, query: str, message: str) -> None:
    open_studio(page, f"/?{query}")
    expect(page.locator(".notice")).to_contain_text(message)
    expect(line(page)).to_have_text(LINE)
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_have_count(0)


def test_an_unknown_network_falls_back_to_the_walkthrough(page: Page, page_errors: list[str]) -> None:
    open_studio(page, "/?network=nowhere")
    expect(page.locator(".notice")).to_contain_text('There is no network "nowhere"')
    expect(line(page)).to_have_text(LINE)
    # The browser itself reports the 404.
    assert len(page_errors) == 1
    assert "404" in page_errors[0]
    page_errors.clear()


def test_everything_by_keyboard_alone(page: Page) -> None:
    open_studio(page)
    graph = page.get_by_role("listbox", name=GRAPH)
    for _ in range(30):
        page.keyboard.press("Tab")
        if graph.evaluate("list => list === document.activeElement"):
            break
    else:
        pytest.fail("Tab never reaches the graph")
    page.keyboard.press("ArrowDown")
    expect(line(page)).to_have_attribute("data-node", "hidden[1]")
    active = graph.get_attribute("aria-activedescendant")
    assert page.locator(f'[id="{active}"]').get_attribute("aria-label") == "hidden[1], 0.75"
    page.keyboard.press("ArrowRight")
    expect(line(page)).to_have_attribute("data-node", "output[0]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="output[0]")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(line(page)).to_have_attribute("data-node", re.compile(r"input\[\d\]"))
    page.keyboard.press("Escape")
    expect(page.get_by_text("Choose a node:")).to_be_visible()
    page.keyboard.press("+")
    page.keyboard.press("0")
    # From there to the tables: the tabs take arrows, the rows have buttons.
    page.get_by_role("tab", name="Summary").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Values")).to_be_focused()
    page.get_by_role("button", name="hidden[2]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="hidden[2]")).to_be_visible()
    page.get_by_role("button", name="Network:").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_go_to_box_finds_a_node_or_says_why_not(page: Page) -> None:
    open_studio(page)
    box = page.get_by_role("combobox", name="Go to a node")
    box.fill("hidden[9]")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("hidden[0] to hidden[2]")
    box.fill("hidden[2]")
    box.press("Enter")
    expect(page.get_by_role("region", name="hidden[2]")).to_be_visible()
    expect(line(page)).to_contain_text("= 1.09 → relu → 1.09")


def test_the_picture_is_painted_by_pointer_and_by_keys(page: Page) -> None:
    open_studio(page, "/?network=digits")
    picture = page.get_by_role("application")
    page.get_by_role("button", name="Clear").click()
    expect(node(page, "input[0,3]", "0")).to_be_attached()
    box = picture.bounding_box()
    assert box is not None
    cell = box["width"] / 8
    page.mouse.move(box["x"] + 2.5 * cell, box["y"] + 1.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 2.5 * cell, box["y"] + 4.5 * cell)
    page.mouse.up()
    for row in range(1, 5):
        expect(node(page, f"input[{row},2]", "1")).to_be_attached()
    picture.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(node(page, "input[4,3]", "1")).to_be_attached()
    page.keyboard.press("-")
    expect(node(page, "input[4,3]", "0.9")).to_be_attached()
    page.get_by_role("textbox", name="input[4,3]").fill("0.35")
    expect(node(page, "input[4,3]", "0.35")).to_be_attached()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("region", name="output[3]")).to_be_visible()
    expect(line(page)).to_contain_text("softmax")


def test_softmax_is_explained_with_its_exponentials(page: Page) -> None:
    open_studio(page, "/?network=digits&node=output[3]")
    table = page.get_by_role("table", name="The nodes that softmax looks at")
    expect(table.get_by_role("row")).to_have_count(11)
    expect(page.get_by_text("The exponentials add up to")).to_be_visible()


def test_badges_say_what_is_wrong_with_a_node(page: Page) -> None:
    open_studio(page, "/?network=dead-relus&node=hidden[0]")
    expect(page.get_by_role("list", name="Remarks")).to_contain_text("dead")
    open_studio(page, "/?network=diverging")
    expect(page.get_by_role("list", name="Remarks")).to_contain_text("not finite")
    expect(page.get_by_text("adds up", exact=True)).to_have_count(0)


def test_the_summary_counts_parameters(page: Page) -> None:
    open_studio(page, "/?network=digits")
    page.get_by_role("tab", name="Summary").click()
    expect(page.get_by_role("row", name="hidden Dense flatten 32 2,080 2,048")).to_be_visible()
    page.get_by_role("row", name="hidden Dense").click()
    expect(page.get_by_role("region", name="hidden[0]")).to_be_visible()


def test_the_values_can_be_filtered_and_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_studio(page)
    page.get_by_role("tab", name="Values").click()
    page.get_by_role("combobox", name="Layer").select_option("hidden")
    expect(page.get_by_text("3 values", exact=True)).to_be_visible()
    page.get_by_role("button", name="Copy CSV").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    rows = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert rows[0] == "layer,index,pre_activation,value"
    assert [row.split(",")[:2] for row in rows[1:]] == [["hidden", "0"], ["hidden", "1"], ["hidden", "2"]]
    assert float(rows[1].split(",")[3]) == pytest.approx(0.41, abs=1e-12)


def test_the_theme_is_remembered(page: Page) -> None:
    open_studio(page)
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Theme of the system").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def problem(route: Route, status: int, **fields: Any) -> None:
    """Answer a request with a problem document."""
    route.fulfill(
        status=status,
        headers={"Retry-After": "1"} if status == 503 else {},
        content_type="application/problem+json",
        body=json.dumps({"type": "about:blank", "title": "Broken", "status": status, **fields}),
    )


def test_a_failure_loses_nothing_and_can_be_retried(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    page.route("**/forward", lambda route: problem(route, 500, detail="Something fell over."))
    page.get_by_role("textbox", name="x1").fill("0.75")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Something fell over.")
    expect(page.get_by_role("textbox", name="x1")).to_have_value("0.75")
    expect(node(page, "input[0]", "0.5")).to_be_attached()
    assert serious_findings(page) == []
    page.unroute("**/forward")
    alert.get_by_role("button", name="Retry").click()
    expect(node(page, "input[0]", "0.75")).to_be_attached()
    expect(alert).to_have_count(0)
    page_errors.clear()


def test_a_busy_server_is_asked_again(page: Page, page_errors: list[str]) -> None:
    open_studio(page)
    page.route("**/forward", lambda route: problem(route, 503, detail="Too many at once."), times=1)
    page.get_by_role("textbox", name="x1").fill("0.75")
    expect(page.get_by_role("alert")).to_contain_text("Trying again")
    expect(node(page, "input[0]", "0.75")).to_be_attached()
    expect(page.get_by_role("alert")).to_have_count(0)
    page_errors.clear()


def test_a_server_that_is_gone_from_the_start_is_said(page: Page, page_errors: list[str]) -> None:
    page.route("**/api/v1/**", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    assert serious_findings(page) == []
    page.unroute("**/api/v1/**")
    page.get_by_role("button", name="Retry").click()
    expect(line(page)).to_have_text(LINE)
    page_errors.clear()


def test_without_webgl_the_tables_still_work(page: Page) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto("/")
    page.get_by_role("button", name="Show the values").click()
    assert value_of(page, "hidden[0]") == pytest.approx(0.41, abs=1e-12)
    expect(page.get_by_text("The graph cannot be drawn here")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 360, "height": 740}])
@pytest.mark.parametrize("network", ["walkthrough", "digits", "branches"])
def test_on_a_phone_panels_are_sheets_and_nothing_scrolls_sideways(page: Page, network: str) -> None:
    open_studio(page, f"/?network={network}")

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    fits()
    for name in ("Input", "Inspector", "Tables"):
        page.get_by_role("navigation", name="Panels").get_by_role("button", name=name).click()
        fits()
        expect(page.locator(".sheet")).to_be_visible()
        small = page.locator("button:visible, .sheet input:visible:not([type=range]), select:visible").evaluate_all(
            """elements => elements
                .filter(element => !element.closest('table') && element.getBoundingClientRect().height < 39.5)
                .map(element => element.outerHTML)"""
        )
        assert small == []
    page.get_by_role("button", name="Close the panel").click()
    expect(page.locator(".sheet")).to_have_count(0)


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, {"width": 1120, "height": 700}])
def test_on_a_desk_the_page_is_one_screen(page: Page) -> None:
    open_studio(page, "/?network=digits")
    page.get_by_role("tab", name="Values").click()
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE])
def test_no_serious_accessibility_findings(page: Page) -> None:
    narrow = page.viewport_size == PHONE
    for network in ("walkthrough", "digits", "diverging", "dead-relus"):
        open_studio(page, f"/?network={network}")
        assert serious_findings(page) == []
    if narrow:
        for name in ("Input", "Inspector", "Tables"):
            page.get_by_role("navigation", name="Panels").get_by_role("button", name=name).click()
            assert serious_findings(page) == []
    else:
        page.get_by_role("tab", name="Values").click()
        page.get_by_role("textbox", name="x1").fill("none")
        assert serious_findings(page) == []
    for opener in ("Network:", "How to read this"):
        if narrow and page.locator(".sheet").count():
            page.get_by_role("button", name="Close the panel").click()
        page.get_by_role("button", name=opener).click()
        assert serious_findings(page) == []
        page.keyboard.press("Escape")
    page.goto("/?node=hidden[8]")
    expect(page.locator(".notice")).to_be_visible()
    assert serious_findings(page) == []


def test_a_large_network_opens_without_all_of_its_edges(page: Page) -> None:
    """784-128-64-10: no request for a hundred thousand edges, and the rows in sight only."""
    document = {
        "name": "large",
        "input": {"shape": [784]},
        "layers": [
            {"name": "first", "kind": "Dense", "units": 128, "activation": "relu"},
            {"name": "second", "kind": "Dense", "units": 64, "activation": "relu"},
            {"name": "output", "kind": "Dense", "units": 10, "activation": "softmax"},
        ],
    }
    listed = page.request.get("/api/v1/networks").json()
    row = {**listed[0], "id": "large", "name": "large", "title": "Large", "multiply_adds": 109184}
    page.route("**/api/v1/networks", lambda route: route.fulfill(json=[*listed, row]))
    page.route("**/api/v1/networks/large", lambda route: route.fulfill(json=document))
    edges: list[dict[str, Any]] = []

    def send_document(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        if route.request.url.endswith("/edges"):
            edges.append(body)
        route.continue_(post_data=json.dumps({**body, "network": document}))

    for call in ("forward", "summary", "explain", "edges"):
        page.route(f"**/api/v1/{call}", send_document)
    open_studio(page, "/?network=large&node=second[63]")
    # If at all, only a few of those into the layers that are near enough to tell edges apart.
    assert all(body["layers"] and body["top"] <= 500 for body in edges)
    page.get_by_role("tab", name="Values").click()
    expect(page.get_by_role("rowheader", name="second[63]")).to_be_visible()
    assert page.get_by_role("region", name="Values, table").get_by_role("row").count() < 60
    expect(line(page)).to_contain_text("more terms")
