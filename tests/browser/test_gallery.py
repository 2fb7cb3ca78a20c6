"""The gallery of activation functions, read as a person reads it and compared with the API's numbers."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import serious_findings

Activation = dict[str, Any]


def open_gallery(page: Page, address: str = "/activations") -> None:
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")


def activations(page: Page) -> list[Activation]:
    answer: list[Activation] = page.request.get("/api/v1/activations").json()
    return answer


def evaluate(page: Page, name: str, inputs: float | list[float], **parameters: object) -> dict[str, Any]:
    """Return what the API says: outputs and derivatives."""
    response = page.request.post(
        f"/api/v1/activations/{name}/evaluate", data={"inputs": inputs, "parameters": parameters}
    )
    assert response.ok, response.text()
    answer: dict[str, Any] = response.json()
    return answer


def card(page: Page, name: str) -> Locator:
    found = page.locator(f"article[id='{name}']")
    found.scroll_into_view_if_needed()
    return found


def full(place: Locator, quantity: str) -> Locator:
    """Return the element whose title holds a value to its last digit."""
    return place.locator(f"[data-quantity='{quantity}'] .value")


def set_x(page: Page, x: float) -> None:
    page.get_by_label("x", exact=True).fill(str(x))


def assert_shows(place: Locator, x: float, answer: dict[str, Any]) -> None:
    """Check that value and slope, to their last digit, are the API's."""
    expect(place.locator(".readout")).to_have_attribute("data-x", f"{x:g}")
    value = full(place, "value").get_attribute("title")
    slope = full(place, "slope").get_attribute("title")
    assert value is not None
    assert slope is not None
    assert (float(value), float(slope)) == (answer["outputs"], answer["derivatives"])


def curves(place: Locator) -> Locator:
    return place.locator(".plot-curves path")


def test_every_function_has_formulas_and_a_plot(page: Page) -> None:
    open_gallery(page)
    for activation in activations(page):
        place = card(page, activation["name"])
        expect(place.get_by_role("heading", name=activation["title"], exact=True)).to_be_visible()
        expect(place.locator(".formulas .katex-html")).to_have_count(2)
        expect(place.locator(".formulas math")).to_have_count(2)
        expect(place.locator(".katex-error")).to_have_count(0)
        if activation["elementwise"]:
            expect(curves(place)).to_have_count(2)
            for line in curves(place).all():
                expect(line).to_have_attribute("d", re.compile(r"M[\d.]+,[\d.]+L"))
        else:
            expect(place.get_by_role("img", name=f"Outputs of {activation['name']}: ")).to_be_visible()


def test_x_moves_the_value_and_the_slope_of_every_function(page: Page) -> None:
    open_gallery(page)
    set_x(page, -1.5)
    for activation in activations(page):
        if activation["elementwise"]:
            name = activation["name"]
            assert_shows(card(page, name), -1.5, evaluate(page, name, -1.5))


def test_linear_stands_beside_non_linear(page: Page) -> None:
    open_gallery(page)
    section = page.get_by_role("region", name="Linear beside non-linear")
    linear, bent = section.locator("[data-function='linear']"), section.locator("[data-function='tanh']")
    set_x(page, 5)
    assert_shows(linear, 5, {"outputs": 5, "derivatives": 1})
    assert_shows(bent, 5, evaluate(page, "tanh", 5))
    assert full(bent, "value").get_attribute("title") == "0.9999092042625951"
    expect(full(bent, "value")).to_have_text("0.9999")
    section.get_by_label("Non-linear").select_option("relu")
    other = section.locator("[data-function='relu']")
    assert_shows(other, 5, {"outputs": 5, "derivatives": 1})
    set_x(page, -5)
    assert_shows(other, -5, {"outputs": 0, "derivatives": 0})


def test_x_by_keyboard_by_typing_and_by_pointing(page: Page) -> None:
    open_gallery(page, "/activations?x=1")
    bent = page.locator(".beside [data-function='tanh']")
    slider = page.get_by_label("x", exact=True)
    slider.focus()
    slider.press("ArrowRight")
    assert_shows(bent, 1.1, evaluate(page, "tanh", 1.1))
    page.get_by_label("Value of x").fill("0.123")
    assert_shows(bent, 0.123, evaluate(page, "tanh", 0.123))
    plot = bent.get_by_role("img")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
    expect(slider).not_to_have_value("0.1")
    x = float(slider.input_value())
    assert 4 < x < 8
    assert_shows(bent, x, evaluate(page, "tanh", x))


def test_functions_are_compared_in_one_plot(page: Page) -> None:
    open_gallery(page, "/activations?compare=relu,tanh&x=0.5")
    section = page.get_by_role("region", name="Compared")
    expect(section.get_by_role("rowheader")).to_have_text(["relu", "tanh"])
    expect(curves(section)).to_have_count(2)
    expect(section.locator(".plot-points path")).to_have_count(2)
    row = section.locator("tr[data-function='tanh']")
    expect(full(row, "value")).to_have_attribute("title", str(evaluate(page, "tanh", 0.5)["outputs"]))
    expect(full(row, "slope")).to_have_attribute("title", str(evaluate(page, "tanh", 0.5)["derivatives"]))

    section.get_by_label("Derivatives, dashed").check()
    expect(curves(section)).to_have_count(4)
    section.get_by_label("Derivatives, dashed").uncheck()
    card(page, "gelu").get_by_label("Compare").check()
    section.get_by_label("Add a function").select_option("mish")
    expect(curves(section)).to_have_count(4)
    expect(page).to_have_url(re.compile(r"\?compare=relu,tanh,gelu,mish&x=0\.5$"))
    row.hover()
    expect(section.locator(".plot-faded")).to_have_count(3)
    section.get_by_role("button", name="Remove relu").click()
    expect(curves(section)).to_have_count(3)
    set_x(page, 2)
    expect(full(row, "value")).to_have_attribute("title", str(evaluate(page, "tanh", 2)["outputs"]))
    expect(page).to_have_url(re.compile(r"\?compare=tanh,gelu,mish&x=2$"))


def test_six_functions_at_most(page: Page) -> None:
    open_gallery(page, "/activations?compare=relu,tanh,gelu,mish,silu,elu")
    section = page.get_by_role("region", name="Compared")
    expect(curves(section)).to_have_count(6)
    colors = [line.evaluate("element => getComputedStyle(element).stroke") for line in curves(section).all()]
    assert len(set(colors)) == 6
    expect(section.get_by_label("Add a function")).to_be_disabled()
    expect(card(page, "sigmoid").get_by_label("Compare")).to_be_disabled()
    expect(card(page, "relu").get_by_label("Compare")).to_be_enabled()


def test_parameters_change_the_curve_and_the_numbers(page: Page) -> None:
    open_gallery(page, "/activations?x=-2")
    place = card(page, "leaky_relu")
    assert_shows(place, -2, evaluate(page, "leaky_relu", -2))
    before = curves(place).first.get_attribute("d")
    assert before is not None
    place.get_by_label("negative_slope", exact=True).fill("0.5")
    expected = evaluate(page, "leaky_relu", -2, negative_slope=0.5)
    expect(full(place, "value")).to_have_attribute("title", str(expected["outputs"]).removesuffix(".0"))
    expect(full(place, "slope")).to_have_attribute("title", "0.5")
    expect(curves(place).first).not_to_have_attribute("d", before)
    place.get_by_role("button", name="Default").click()
    expect(full(place, "slope")).to_have_attribute("title", "0.2")
    expect(curves(place).first).to_have_attribute("d", before)

    gelu = card(page, "gelu")
    gelu.get_by_label("approximate").check()
    exact, rough = evaluate(page, "gelu", -2), evaluate(page, "gelu", -2, approximate=True)
    assert exact != rough
    expect(full(gelu, "value")).to_have_attribute("title", str(rough["outputs"]))


def test_a_number_that_is_none_is_refused_in_place(page: Page) -> None:
    open_gallery(page)
    place = card(page, "elu")
    field = place.get_by_label("elu, value of alpha")
    field.fill("-1")
    expect(place.get_by_role("alert")).to_have_text("Expected at least 0.")
    field.fill("much")
    expect(place.get_by_role("alert")).to_contain_text("Expected a number")
    assert field.input_value() == "much"


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_functions_of_a_vector(page: Page, page_errors: list[str], name: str) -> None:
    open_gallery(page)
    place = card(page, name)
    values = place.locator("[data-quantity='outputs'] .value")

    def assert_outputs(inputs: list[float]) -> None:
        expected: list[float] = evaluate(page, name, inputs)["outputs"]
        expect(values).to_have_count(len(expected))
        expect(values.last).to_have_attribute("title", re.compile(re.escape(f"{expected[-1]:.4g}"[:5])))
        assert [float(value.get_attribute("title") or "nan") for value in values.all()] == expected
        expect(place.locator("figure").last.locator(".plot-bar")).to_have_count(len(expected))

    assert_outputs([2, 1, 0.5, -1])
    place.get_by_label(f"{name}, input 1").fill("1.5")
    assert_outputs([2, 1.5, 0.5, -1])
    place.get_by_role("button", name="Remove the last input").click()
    place.get_by_role("button", name="Remove the last input").click()
    assert_outputs([2, 1.5])
    if name == "glu":
        page_errors.clear()  # Three inputs have no halves; the next test looks at how that is said.


def test_a_refused_vector_is_explained(page: Page, page_errors: list[str]) -> None:
    open_gallery(page)
    place = card(page, "glu")
    expect(place.locator("[data-quantity='outputs'] .value")).to_have_count(2)
    place.get_by_role("button", name="Remove the last input").click()
    expect(place.get_by_role("alert")).to_contain_text("even")
    assert all("422" in error for error in page_errors)
    page_errors.clear()
    place.get_by_role("button", name="Add an input").click()
    expect(place.get_by_role("alert")).to_have_count(0)


def test_an_address_opens_what_it_names(page: Page) -> None:
    open_gallery(page, "/activations?compare=relu,tanh&x=0.5#swish")
    expect(page.get_by_label("x", exact=True)).to_have_value("0.5")
    expect(page.locator("article[id='silu']")).to_be_in_viewport()
    expect(page.locator("article[id='silu']")).to_have_class("card card-linked")
    card(page, "relu").get_by_role("link", name="Rectified linear unit (ReLU)").click()
    assert page.url.endswith("/activations?compare=relu,tanh&x=0.5#relu")
    expect(page.locator("article[id='relu']")).to_be_in_viewport()


def test_filtering_by_name(page: Page) -> None:
    open_gallery(page)
    page.get_by_label("Filter by name").fill("swish")
    expect(page.locator("article")).to_have_count(2)
    expect(page.get_by_role("status")).to_have_text(f"2 of {len(activations(page))}")
    page.get_by_label("Filter by name").fill("nothing like it")
    expect(page.get_by_text("No function is called “nothing like it”.")).to_be_visible()


def test_opening_asks_once_for_the_list_and_only_for_curves_in_view(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_gallery(page)
    expect(curves(page.get_by_role("region", name="Compared"))).to_have_count(4)
    page.wait_for_load_state("networkidle")
    assert sum(url.endswith("/api/v1/activations") for url in asked) == 1
    wanted = [url for url in asked if "/curve" in url]
    assert len(wanted) == len(set(wanted))
    assert len(wanted) < len(activations(page)) / 2
    moved = page.evaluate(
        """() => new Promise((answer) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) sum += entry.value;
                answer(sum);
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => answer(sum), 200);
        })"""
    )
    assert moved < 0.02


def test_a_list_that_does_not_arrive_can_be_asked_for_again(page: Page, page_errors: list[str]) -> None:
    page.route("**/api/v1/activations", lambda route: route.abort())
    page.goto("/activations")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page_errors.clear()
    page.unroute("**/api/v1/activations")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="All functions")).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 360, "height": 740}], ids=["phone"])
def test_a_phone_needs_no_sideways_scrolling(page: Page) -> None:
    open_gallery(page, "/activations?compare=leaky_relu,hard_sigmoid,binary_step,tanh,gelu,mish&x=-3.3")
    for activation in activations(page):
        card(page, activation["name"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_accessibility(page: Page) -> None:
    open_gallery(page, "/activations?compare=leaky_relu,hard_sigmoid,binary_step,tanh,gelu,exponential")
    for activation in activations(page):
        card(page, activation["name"])
    card(page, "elu").get_by_label("alpha", exact=True).fill("0.5")
    assert serious_findings(page) == []
