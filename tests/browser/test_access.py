"""The page that asks for the token, the link that carries it, and links from elsewhere."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious_findings
from tests.server import Served, serving


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("guarded")
    with serving(folder, VITRINE_AUTHENTICATION="on", VITRINE_DATA_DIR=str(folder)) as server:
        yield server


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 360, "height": 640}])
def test_the_page_that_asks(guarded: Served, page: Page, page_errors: list[str]) -> None:
    page.goto(f"{guarded.address}/activations#part")
    expect(page.get_by_label("Token")).to_be_focused()
    assert serious_findings(page) == []
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the token")
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all("401" in error for error in page_errors), page_errors  # Chromium's word for what was asked for
    page_errors.clear()
    page.get_by_label("Token").fill(guarded.link.partition("token=")[2])
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_title(re.compile("^Activation functions"))
    assert page.url == f"{guarded.address}/activations#part"


def test_the_link_opens_the_studio(guarded: Served, page: Page) -> None:
    page.goto(guarded.link)
    page.wait_for_selector("html[data-ready]")
    assert "token" not in page.url
    assert page.evaluate("document.cookie") == ""


def test_other_sites_may_link_but_not_send(guarded: Served, page: Page, page_errors: list[str]) -> None:
    page.goto(guarded.link)
    # To a browser, localhost is another site than 127.0.0.1.
    elsewhere = f"http://localhost:{guarded.port}"
    page.route(
        f"{elsewhere}/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"""<a href="{guarded.address}/docs">link</a>
            <form method="post" action="{guarded.address}/api/v1/forward"><button>send</button></form>""",
        ),
    )
    page.goto(f"{elsewhere}/")
    page.get_by_role("link").click()
    page.wait_for_selector("html[data-ready]")
    assert page_errors == []
    page.goto(f"{elsewhere}/")
    page.get_by_role("button").click()
    expect(page.locator("body")).to_contain_text("a page of another site")
    assert all("403" in error for error in page_errors)
    page_errors.clear()
