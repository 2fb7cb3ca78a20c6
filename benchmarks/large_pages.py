"""Deep and wide networks in the page: opening, drawing, memory and edits, in Chromium without a GPU."""

import json
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.page import EDIT_AND_WAIT, WARM_UP
from benchmarks.start import start_server
from benchmarks.timing import Row
from tests.browser.ensure_browser import BROWSER_FLAGS, find_browser

VIEWPORT = {"width": 1440, "height": 900}
ROUNDS = 7
FRAMES = 24
EDITS = 30
DEPTHS = (10, 100, 1000, 5000)
MEGABYTE = 1e6

TEN_THOUSAND = {
    "name": "ten-thousand",
    "title": "Ten thousand parameters",
    "input": {"shape": [40], "default": [0.5] * 40},
    "layers": [
        {"kind": "Dense", "units": 100, "activation": "tanh"},
        {"kind": "Dense", "units": 60, "activation": "softmax"},
    ],
}

# From the click on a card of the chooser to the first frame with the values of that network.
CLICK_AND_WAIT = """
async (title) => {
  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const find = () => [...document.querySelectorAll("dialog .network-card")]
    .find((card) => card.querySelector(".network-title")?.textContent === title);
  [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith("Network: ")).click();
  for (let tries = 0; find() === undefined && tries < 100; tries += 1) await wait(50);
  await wait(600);
  const drawn = new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      const mark = list.getEntriesByName("vitrine:drawn")[0];
      if (mark === undefined) return;
      observer.disconnect();
      resolve(mark.startTime);
    });
    observer.observe({ type: "mark" });
  });
  performance.clearMeasures("vitrine:layout");
  const start = performance.now();
  find().click();
  const end = await drawn;
  const layouts = performance.getEntriesByName("vitrine:layout").map((entry) => entry.duration);
  return [end - start, Math.max(0, ...layouts)];
}
"""

# A frame, from its beginning until a pixel can be read: of the graph, moved a little, and of a bare shader that reads a
# texture of a million floats, on canvases of the same size and kind. They take turns, each after idle frames: else one
# waits for what the other has not finished.
FRAMES_IN_TURNS = """
async (frames) => {
  const host = document.querySelector(".graph-host");
  const canvas = host.querySelector("canvas");
  const graph = canvas.getContext("webgl2");
  const other = document.createElement("canvas");
  other.width = canvas.width;
  other.height = canvas.height;
  host.append(other);
  Object.assign(other.style, { position: "absolute", inset: 0, pointerEvents: "none", opacity: 0.01 });
  const gl = other.getContext("webgl2", graph.getContextAttributes());
  const shader = (kind, source) => {
    const made = gl.createShader(kind);
    gl.shaderSource(made, source);
    gl.compileShader(made);
    return made;
  };
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER, `#version 300 es
    void main() {
      vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
      gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
    }`));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float;
    uniform highp sampler2D values;
    uniform vec2 size;
    out vec4 color;
    void main() {
      float value = texelFetch(values, ivec2(gl_FragCoord.xy / size * 1000.0), 0).r;
      color = vec4(mix(vec3(0.1, 0.3, 0.8), vec3(0.9, 0.4, 0.1), value), 1.0);
    }`));
  gl.linkProgram(program);
  gl.useProgram(program);
  const values = Float32Array.from({ length: 1e6 }, (_, at) => (at * 0.618034) % 1);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, 1000, 1000, 0, gl.RED, gl.FLOAT, values);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  gl.uniform2f(gl.getUniformLocation(program, "size"), other.width, other.height);
  gl.viewport(0, 0, other.width, other.height);
  const pixel = new Uint8Array(4);
  const finish = (context) => context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, pixel);
  // The page's own callback stands between these two: it draws in the frame that the wheel asked for.
  const time = async (draw, context) => {
    for (let idle = 0; idle < 3; idle += 1) await new Promise(requestAnimationFrame);
    return new Promise((resolve) => {
      let start = 0;
      requestAnimationFrame(() => { start = performance.now(); });
      draw();
      requestAnimationFrame(() => { finish(context); resolve(performance.now() - start); });
    });
  };
  const box = host.getBoundingClientRect();
  let turn = 0;
  const move = () => host.dispatchEvent(new WheelEvent("wheel", {
    deltaY: (turn += 1) % 2 === 0 ? 3 : -3, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2,
    bubbles: true, cancelable: true,
  }));
  const times = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const own = await time(move, graph);
    const bare = await time(() => requestAnimationFrame(() => gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)), gl);
    times.push([own, bare]);
  }
  other.remove();
  return times;
}
"""


def measure() -> Iterator[Row]:
    """Measure the page with the example networks and with some that are stored for it."""
    executable = find_browser()
    if executable is None:
        raise SystemExit("the page cannot be measured without Chromium")
    with ExitStack() as stack:
        os.environ["VITRINE_DATA_DIR"] = stack.enter_context(tempfile.TemporaryDirectory())
        address = f"http://127.0.0.1:{start_server('vitrine', stack)}"
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        stack.callback(browser.close)

        def open_page(network: str) -> Page:
            page = browser.new_page(viewport=VIEWPORT, reduced_motion="reduce")
            page.set_default_timeout(180_000)
            page.goto(f"{address}/?network={network}")
            page.wait_for_selector("html[data-ready]")
            page.wait_for_timeout(1500)
            return page

        yield from _openings(open_page("digits"), "First steps: 2-3-1", "A thousand layers")
        for depth in DEPTHS:
            _store(address, playwright.request.new_context(), _deep(depth))
        yield from _depths(open_page("digits"))
        page = open_page("million-nodes")
        yield _heap(page)
        yield from _frames(page)
        page.close()
        stored = _store(address, playwright.request.new_context(), TEN_THOUSAND)
        page = open_page(stored)
        times = page.evaluate(EDIT_AND_WAIT, WARM_UP + EDITS)[WARM_UP:]
        median = statistics.median(on_screen for _, on_screen in times)
        yield Row("10,000 parameters: an input edit until on screen ÷ limit", median, 100.0, median / 100.0, 1, "ms")


def _store(address: str, client: Any, document: dict[str, Any]) -> str:
    answer = client.post(
        f"{address}/api/v1/networks", data=json.dumps(document), headers={"Content-Type": "application/json"}
    )
    identifier: str = answer.json()["id"]
    return identifier


def _deep(depth: int) -> dict[str, Any]:
    layer = {"name": "hidden", "kind": "Dense", "units": 16, "activation": "tanh", "repeat": depth}
    title = f"Depth {depth}"
    shape = {"shape": [16], "default": [0.5] * 16}
    return {"name": f"depth-{depth}", "title": title, "dtype": "float32", "input": shape, "layers": [layer]}


def _openings(page: Page, small: str, deep: str) -> Iterator[Row]:
    """Open both from the chooser in turns; the server has drawn the parameters before."""
    # The one that is open cannot be opened again.
    for title in (deep, small):
        page.evaluate(CLICK_AND_WAIT, title)
    times = [[page.evaluate(CLICK_AND_WAIT, title)[0] for title in (deep, small)] for _ in range(ROUNDS)]
    page.close()
    ours, peer = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, other in times)
    yield Row("1000×64 from click to drawn ÷ the 2-3-1 network", ours, peer, ratio, 3, "ms")


def _depths(page: Page) -> Iterator[Row]:
    """Compare the cost of a layer at each depth with that at a thousand: what is linear stays below 1 beyond it."""
    found: dict[int, list[float]] = {}
    for depth in DEPTHS:
        page.evaluate(CLICK_AND_WAIT, f"Depth {depth}")
        page.evaluate(CLICK_AND_WAIT, "Handwritten digits")
        times = []
        for _ in range(3):
            times.append(page.evaluate(CLICK_AND_WAIT, f"Depth {depth}"))
            page.evaluate(CLICK_AND_WAIT, "Handwritten digits")
        found[depth] = [statistics.median(column) for column in zip(*times, strict=True)]
    page.close()
    for at, what in enumerate(("opened: from click to drawn", "laid out")):
        base = found[1000][at] / 1000
        for depth in DEPTHS:
            each = found[depth][at] / depth
            bar = 1.5 if depth > 1000 else None
            yield Row(f"{depth} layers {what}, a layer ÷ at 1000", each * 1e3, base * 1e3, each / base, bar)


def _heap(page: Page) -> Row:
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    usage = client.send("Runtime.getHeapUsage")
    used = (usage["usedSize"] + usage.get("backingStorageSize", 0)) / MEGABYTE
    return Row("a million nodes: JavaScript heap and its arrays ÷ 100 MB", used, 100.0, used / 100.0, 1, "MB")


def _frames(page: Page) -> Iterator[Row]:
    for where, steps in (("all in view", 0), ("zoomed to discs", 8)):
        box = page.locator(".graph-host").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for _ in range(steps):
            page.mouse.wheel(0, -240)
        page.wait_for_timeout(1500)
        page.evaluate(FRAMES_IN_TURNS, 6)
        times = page.evaluate(FRAMES_IN_TURNS, FRAMES)
        ours, peer = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(one / other for one, other in times)
        yield Row(f"a million nodes, {where}: a frame ÷ a bare shader's", ours, peer, ratio, 2, "ms")
