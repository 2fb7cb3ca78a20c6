"""Images as input, feature maps, and the window behind a pixel, in a real browser against the real server."""

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import serious_findings
from tests.browser.test_studio import PHONE

SIDE = 12
CLASSES = ["cat", "dog", "ship"]


def picture() -> Image.Image:
    """A picture of 12×12 pixels in colours that repeat nowhere."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    pixels = np.stack([rows * 20, columns * 17 + 30, 255 - rows * columns], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8), "RGB")


def png() -> bytes:
    file = io.BytesIO()
    picture().save(file, "PNG")
    return file.getvalue()


def document() -> dict[str, Any]:
    rng = np.random.default_rng(5)
    first, second = rng.normal(0, 0.4, (3, 3, 3, 4)), rng.normal(0, 0.4, (3, 3, 4, 5))
    return {
        "title": "A small classifier",
        "input": {
            "shape": [SIDE, SIDE, 3],
            "default": np.full((SIDE, SIDE, 3), 0.5).tolist(),
            "preprocessing": {"scale": 255, "resize": [SIDE, SIDE]},
            "classes": CLASSES,
        },
        "layers": [
            {
                "name": "conv_1",
                "kind": "Conv2D",
                "filters": 4,
                "kernel_size": [3, 3],
                "activation": "relu",
                "parameters": {"kernel": first.tolist(), "bias": [0.1, 0.2, 0.3, 0.4]},
            },
            {"name": "pool", "kind": "MaxPooling2D", "pool_size": [2, 2]},
            {
                "name": "conv_2",
                "kind": "Conv2D",
                "filters": 5,
                "kernel_size": [3, 3],
                "padding": "same",
                "activation": "relu",
                "parameters": {"kernel": second.tolist(), "bias": [0.5, 0.4, 0.3, 0.2, 0.1]},
            },
            {"name": "flatten", "kind": "Flatten"},
            {"name": "output", "kind": "Dense", "units": 3, "activation": "softmax"},
        ],
    }


def second_convolution(image: np.ndarray) -> np.ndarray:
    """The values of `conv_2` as NumPy finds them, window by window."""
    layers = document()["layers"]

    def convolve(values: np.ndarray, layer: dict[str, Any]) -> np.ndarray:
        kernel, bias = (np.array(layer["parameters"][name]) for name in ("kernel", "bias"))
        windows = np.lib.stride_tricks.sliding_window_view(values, kernel.shape[:2], axis=(0, 1))
        result: np.ndarray = np.maximum(np.einsum("rcihw,hwio->rco", windows, kernel) + bias, 0)
        return result

    first = convolve(image, layers[0])
    pooled = first.reshape(5, 2, 5, 2, 4).max(axis=(1, 3))
    return convolve(np.pad(pooled, ((1, 1), (1, 1), (0, 0))), layers[2])


def open_classifier(page: Page, node: str) -> None:
    answer = page.request.post("/api/v1/networks", data=document())
    assert answer.ok, answer.text()
    page.goto(f"/?network={answer.json()['id']}&node={node}")
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(".arithmetic-sum")).not_to_be_empty()


def inspector(page: Page) -> Locator:
    return page.locator("section.inspector")


def value(page: Page) -> float:
    label = inspector(page).locator("output").get_attribute("aria-label") or ""
    return float(label.removeprefix("value "))


def numbers(cells: Locator, name: str = "data-value") -> list[float]:
    return [float(one) for one in cells.evaluate_all(f"cells => cells.map(cell => cell.getAttribute('{name}'))")]


def click_pixel(page: Page, layer: str) -> str:
    """Click a pixel of a layer in the graph, found by pointing along the middle; return the node's name."""
    area = page.locator(".graph-host").bounding_box()
    assert area is not None
    for down in (0.5, 0.42, 0.58):
        for across in range(4, 97):
            x, y = area["x"] + area["width"] * across / 100, area["y"] + area["height"] * down
            page.mouse.move(x, y)
            pointed = page.locator(".arithmetic-sum").get_attribute("data-node") or ""
            if pointed.startswith(f"{layer}[") and page.locator(".graph-host").evaluate(
                "host => host.style.cursor === 'pointer'"
            ):
                page.mouse.click(x, y)
                return pointed
    pytest.fail(f"{layer} is nowhere in the graph")


def test_the_products_behind_a_pixel_of_an_uploaded_image_add_up_to_its_value(page: Page) -> None:
    """Upload, open the second convolution, click a pixel: what is shown adds up, and is what NumPy finds."""
    open_classifier(page, "output[0]")
    page.get_by_label("Image file", exact=True).set_input_files(
        {"name": "colours.png", "mimeType": "image/png", "buffer": png()}
    )
    source = page.get_by_role("region", name="Where the input comes from")
    expect(source).to_contain_text("colours.png")
    expect(source).to_contain_text("pixel / 255")
    name = click_pixel(page, "conv_2")
    section = page.get_by_role("region", name="Window", exact=True)
    expect(section).to_be_visible()
    expected = second_convolution(np.asarray(picture()) / 255)
    index = tuple(int(part) for part in name.split("[")[1].rstrip("]").split(","))
    assert value(page) == pytest.approx(expected[index], abs=1e-12)
    maps = section.get_by_role("list", name="Sums of the 4 input maps").get_by_role("button")
    total = 0.0
    for one in maps.all():
        one.click()
        expect(one).to_have_attribute("aria-pressed", "true")
        products = numbers(section.locator(".window-grid.product td[data-value]"))
        (shown,) = numbers(one, "data-sum")
        assert sum(products) == pytest.approx(shown, abs=1e-12)
        total += shown
    (z,) = numbers(section.locator(".window-total .sum td"))
    bias = document()["layers"][2]["parameters"]["bias"][index[2]]
    assert total + bias == pytest.approx(z, abs=1e-12)
    assert max(z, 0) == pytest.approx(value(page), abs=1e-12)
    # One step back in the history, and the input is what it was.
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(source).to_have_count(0)


def test_the_window_slides_and_follows_the_pointer(page: Page) -> None:
    open_classifier(page, "conv_1[0,0,1]")
    bar = page.get_by_role("group", name="Slide the window")
    expect(bar).to_contain_text("row 0, column 0")
    bar.get_by_role("button", name="Window on").click()
    expect(page.get_by_role("region", name="conv_1[0,1,1]", exact=True)).to_be_visible()
    bar.get_by_role("button", name="Window back").click()
    bar.get_by_role("button", name="Window back").click()
    expect(bar).to_contain_text("row 9, column 9")
    bar.get_by_role("button", name="Slide the window over the image").click()
    expect(bar).to_contain_text("row 0, column 1")
    bar.get_by_role("button", name="Stop sliding").click()
    source = page.get_by_role("img", name="input, green, with the window")
    page.get_by_role("button", name="green").click()
    box = source.bounding_box()
    assert box is not None
    # The middle of the window of conv_1[6,3] is the pixel (7, 4).
    source.hover(position={"x": 4.5 / SIDE * box["width"], "y": 7.5 / SIDE * box["height"]})
    expect(page.locator('.arithmetic-sum[data-node="conv_1[6,3,1]"]')).to_be_attached()
    source.click(position={"x": 4.5 / SIDE * box["width"], "y": 7.5 / SIDE * box["height"]})
    expect(page.get_by_role("region", name="conv_1[6,3,1]", exact=True)).to_be_visible()
    expect(inspector(page)).to_contain_text("rows 6 to 8, columns 3 to 5 of input")
    # A weight of the kernel changes every pixel of its map.
    inspector(page).get_by_role("button", name=re.compile("^Change the weight at row 2, column 1:")).click()
    weight = inspector(page).get_by_role("textbox", name="weight at row 2, column 1 of the kernel")
    weight.fill("9")
    layer = document()["layers"][0]["parameters"]
    expected = 0.5 * float(np.array(layer["kernel"])[..., 1].sum() - layer["kernel"][2][1][1][1] + 9) + layer["bias"][1]
    digits = re.compile(f"^value {str(expected)[:8]}")
    expect(inspector(page).locator("output")).to_have_attribute("aria-label", digits)
    assert value(page) == pytest.approx(expected, abs=1e-12)
    field = page.get_by_role("region", name="What it sees of the input")
    expect(field).to_contain_text("Only rows 6 to 8, columns 3 to 5 of the input can change this node: 3×3 of 12×12")
    expect(page.get_by_role("region", name="Kernels as colours").get_by_role("button")).to_have_count(4)
    # Pooling shows its window and who won; Flatten which pixel became which node.
    page.get_by_role("combobox", name="Go to a node").fill("pool[1,2,3]")
    page.keyboard.press("Enter")
    window = page.get_by_role("region", name="Window", exact=True)
    expect(window.locator("td.winner")).to_have_count(1)
    assert numbers(window.locator("td.winner")) == [value(page)]
    page.get_by_role("combobox", name="Go to a node").fill("flatten[37]")
    page.keyboard.press("Enter")
    expect(inspector(page)).to_contain_text("The pixel at row 1, column 2 of map 2 of conv_2 became flatten[37]")


def test_maps_have_a_scale_of_their_own_for_who_wants_it(page: Page) -> None:
    open_classifier(page, "conv_1[4,4,2]")
    legend = page.locator(".legend")
    expect(legend).to_contain_text("Values of conv_1")
    legend.get_by_role("button", name="map").click()
    expect(legend).to_contain_text("Values of conv_1, map 2")


def test_what_a_class_sees_lies_over_the_image(page: Page) -> None:
    open_classifier(page, "output[1]")
    seen = page.get_by_role("region", name="What it sees of the input")
    expect(seen.get_by_role("img", name="The input, with the part that output[1] depends on")).to_be_visible()
    seen.get_by_role("button", name="gradient", exact=True).click()
    expect(seen.get_by_role("img", name="The input, and how much blue counts for output[1]")).to_be_visible()
    # The softmax is so sure that its slope is 0.
    expect(seen).to_contain_text("It is 0 at every pixel: a small change of this input changes nothing here.")
    seen.get_by_role("button", name="occlusion").click()
    expect(seen.get_by_role("img", name="The input, and how much each pixel counts for output[1]")).to_be_visible()
    expect(seen).to_contain_text("Each pixel's colour says how much the node loses")
    expect(seen).to_contain_text("The square is 2×2.")
    network = document()
    target = {"layer": "output", "index": [1]}
    body = {"network": network, "inputs": network["input"]["default"], "target": target, "method": "occlusion"}
    answer = page.request.post("/api/v1/attribution", data=body).json()
    largest = float(np.abs(answer["values"]).max())
    expect(seen.locator(".seen-key span").last).to_have_text(f"{largest:.3g}")
    findings = serious_findings(page)
    assert not findings, findings


def test_a_node_that_no_pixel_changes_says_so_instead_of_an_empty_scale(page: Page) -> None:
    page.goto("/?network=cifar10-trained&node=conv2[3,4,5]")
    seen = page.get_by_role("region", name="What it sees of the input")
    seen.get_by_role("button", name="gradient", exact=True).click()
    expect(seen).to_contain_text("It is 0 at every pixel")
    seen.get_by_role("button", name="occlusion").click()
    expect(seen).to_contain_text("whichever square is covered")
    expect(seen.locator(".legend-ramp")).to_have_count(0)


def test_what_is_no_image_says_so_and_loses_nothing(page: Page, page_errors: list[str]) -> None:
    open_classifier(page, "output[0]")
    before = value(page)
    chooser = page.get_by_label("Image file", exact=True)
    chooser.set_input_files({"name": "broken.png", "mimeType": "image/png", "buffer": png()[:60]})
    problem = page.get_by_role("alert").filter(has_text="“broken.png” cannot be the input")
    expect(problem).to_be_visible()
    assert value(page) == before
    problem.get_by_role("button", name="Dismiss").click()
    page_errors.clear()
    # Dropped and pasted images are taken like chosen ones.
    give = """([text, kind]) => {
      const bytes = Uint8Array.from(atob(text), one => one.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      if (kind === 'drop') document.body.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: data }));
      else document.body.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
    }"""
    source = page.get_by_role("region", name="Where the input comes from")
    for kind, title in (("drop", "dropped.png"), ("paste", "a pasted image")):
        page.evaluate(give, [base64.b64encode(png()).decode(), kind])
        expect(source).to_contain_text(title)


def test_a_drawing_and_an_example_become_the_input(page: Page) -> None:
    page.goto("/?network=digits")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.get_by_role("group", name="Take the input from").get_by_role("button", name="Samples").click()
    dialog = page.get_by_role("dialog", name="Take an example as the input")
    expect(dialog.get_by_role("button", name=re.compile("^Example"))).to_have_count(24)
    findings = serious_findings(page)
    assert not findings, findings
    samples = page.request.get("/api/v1/datasets/digits/samples?split=test&start=24&count=1").json()
    dialog.get_by_role("button", name="Later").click()
    dialog.get_by_role("button", name=re.compile("^Example 24, ")).click()
    expect(dialog).to_have_count(0)
    source = page.get_by_role("region", name="Where the input comes from")
    expected = samples["classes"][samples["targets"][0]]
    expect(source).to_have_text(f"digits, test example 24, expected: {expected}")
    says = page.get_by_role("region", name="What the network says")
    expect(says.locator(".expected")).to_contain_text(expected)
    page.wait_for_url(re.compile("inputs="))
    np.testing.assert_array_equal(numbers_of_input(page), np.reshape(samples["inputs"][0], (8, 8)))
    # A stroke down the middle: ink in the middle columns, none at the edges.
    page.get_by_role("group", name="Take the input from").get_by_role("button", name="Sketch").click()
    drawing = page.get_by_role("dialog", name="Sketch the input")
    canvas = drawing.locator("canvas.draw-canvas")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 30, steps=6)
    page.mouse.up()
    expect(source.filter(has_text="a drawing")).to_be_attached()
    drawing.get_by_role("button", name="Done").click()
    expect(drawing).to_have_count(0)
    page.wait_for_timeout(400)  # the address follows a moment later
    pixels = numbers_of_input(page)
    assert pixels[:, 3:5].mean() > 0.3
    assert pixels[:, [0, 1, 6, 7]].max() == 0


def numbers_of_input(page: Page) -> np.ndarray:
    """The input of the digits example as the address holds it."""
    text = page.evaluate("new URLSearchParams(location.search).get('inputs')")
    return np.array([float(one) for one in text.split(",")]).reshape(8, 8)


@pytest.mark.parametrize("viewport", [PHONE])
def test_images_on_a_phone(page: Page) -> None:
    open_classifier(page, "conv_2[1,1,0]")
    page.get_by_role("button", name="Inspector").click()
    expect(page.get_by_role("region", name="Window", exact=True)).to_be_visible()
    findings = serious_findings(page)
    assert not findings, findings
    page.get_by_role("button", name="Input", exact=True).click()
    expect(page.get_by_role("region", name="What the network says")).to_be_visible()
    page.get_by_role("button", name="Sketch").click()
    findings = serious_findings(page)
    assert not findings, findings
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
