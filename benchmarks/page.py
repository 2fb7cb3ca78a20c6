"""From an edit of an input to the new numbers on screen: the real page in Chromium, drawing without a GPU."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from playwright.sync_api import sync_playwright

from benchmarks.start import start_server
from benchmarks.timing import Row
from tests.browser.ensure_browser import BROWSER_FLAGS, find_browser

EDITS = 60
WARM_UP = 10
LIMITS = {"walkthrough": 50.0, "deep": 50.0}
"""Milliseconds at the median, by network."""

# The page leaves the mark when it has drawn new values and handed the frame over. The next frame begins when that one
# is on its way to the screen; without a GPU, putting it there is most of the time.
EDIT_AND_WAIT = """
async (edits) => {
  const field = document.querySelector('input[type="range"]');
  const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const times = [];
  for (let edit = 0; edit < edits; edit += 1) {
    const painted = new Promise((resolve) => {
      const observer = new PerformanceObserver((list) => {
        const drawn = list.getEntriesByName("vitrine:drawn")[0];
        if (drawn === undefined) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve([drawn.startTime, performance.now()]));
      });
      observer.observe({ type: "mark" });
    });
    const start = performance.now();
    write.call(field, String(0.1 + (edit % 8) / 10));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    times.push((await painted).map((moment) => moment - start));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return times;
}
"""


def measure() -> Iterator[Row]:
    """Open each network, edit its first input again and again, and compare the median with the limit."""
    executable = find_browser()
    if executable is None:
        raise SystemExit("the page cannot be measured without Chromium")
    with ExitStack() as stack:
        address = f"http://127.0.0.1:{start_server('vitrine', stack)}"
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        stack.callback(browser.close)
        for network, limit in LIMITS.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}/?network={network}")
            page.wait_for_selector("html[data-ready]")
            page.wait_for_timeout(1000)
            times = page.evaluate(EDIT_AND_WAIT, WARM_UP + EDITS)[WARM_UP:]
            page.close()
            for moment, of_edits in zip(("drawn", "on screen"), zip(*times, strict=True), strict=True):
                median = statistics.median(of_edits)
                yield Row(
                    f"{network}: an input edit until it is {moment} ÷ limit", median, limit, median / limit, 1, "ms"
                )
