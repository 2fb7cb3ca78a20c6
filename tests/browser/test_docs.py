"""The API reference: complete without the internet, and usable."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_findings


def open_docs(page: Page) -> None:
    page.goto("/docs")
    page.locator("html[data-ready]").wait_for(state="attached")


def test_the_reference_lists_every_operation(page: Page, server: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_docs(page)
    document = page.request.get("/api/v1/openapi.json").json()
    operations = [(method, path) for path, methods in document["paths"].items() for method in methods]
    expect(page.locator(".opblock")).to_have_count(len(operations))
    shown = page.locator(".opblock-summary-path").evaluate_all(
        "elements => elements.map(element => element.dataset.path)"
    )
    assert sorted(shown) == sorted(path for _, path in operations)
    page.wait_for_load_state("networkidle")
    own = urlsplit(server).netloc
    assert [url for url in asked if urlsplit(url).netloc not in {own, ""}] == []


@pytest.mark.parametrize(("path", "answer"), [("/health", '"ok"'), ("/api/v1/activations", '"relu"')])
def test_an_operation_can_be_tried_out(page: Page, path: str, answer: str) -> None:
    open_docs(page)
    operation = page.locator(".opblock-get").filter(has=page.locator(f"[data-path='{path}']"))
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    live = operation.locator(".live-responses-table")
    expect(live.locator(".response-col_status").last).to_contain_text("200")
    expect(live.locator(".microlight, .highlight-code").first).to_contain_text(answer)


def test_the_theme_is_the_one_that_was_chosen(page: Page) -> None:
    open_docs(page)
    root = page.locator("html")
    expect(root).not_to_have_class("dark-mode")
    page.get_by_role("button", name="Dark theme").click()
    expect(root).to_have_class("dark-mode")
    page.reload()
    expect(root).to_have_class("dark-mode")
    page.get_by_role("button", name="Light theme").click()
    expect(root).not_to_have_class("dark-mode")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_accessibility(page: Page) -> None:
    open_docs(page)
    page.locator(".opblock-get .opblock-summary-control").first.click()
    post = page.locator(".opblock-post").first
    post.locator(".opblock-summary-control").click()
    post.get_by_role("button", name="Try it out").click()
    post.get_by_role("button", name="Execute").click()
    expect(post.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    page.wait_for_timeout(500)  # Swagger UI fades its panels in; half-transparent text has no contrast.
    assert serious_findings(page) == []
