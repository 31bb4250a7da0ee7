"""The site in a real browser: what people with a mouse, a keyboard, a screen reader or no scripts can do."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python import __file__ as axe_package
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .test_site_build import KINDS

pytestmark = pytest.mark.needs("chromium")

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(axe_package).parent / "axe.min.js").read_text(encoding="utf-8")
#: Leaves the first rows of long tables and lists: the others are like them, and axe looks at each for seconds.
SHORTEN = """() => {
    for (const list of document.querySelectorAll("tbody, ul, dl")) {
        [...list.children].slice(12).forEach(item => item.remove());
    }
}"""
COLOUR, WIDTH = ["color-contrast"], ["scrollable-region-focusable", "target-size"]
#: Both themes on a wide screen and on a phone, with the rules to look at there: all at first, then those that depend on
#: what has changed. What is shown depends on the width, so colours are looked at in each.
VIEWS = (("light", 1280, None), ("dark", 1280, COLOUR), ("light", 360, COLOUR + WIDTH), ("dark", 360, COLOUR))


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that does not write what it serves."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where the site of the shipped package is served: below a path, as on many a host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder.parent))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program("chromium"), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that fails the test when anything is said on its console."""
    return watched(context.new_page())


def watched(page: Page) -> Page:
    """Return the page; a word on its console, or a request to another host, is an error."""
    page.set_default_timeout(15_000)

    def fail(words: str) -> None:
        raise AssertionError(words)

    page.on("console", lambda message: fail(f"console: {message.text}"))
    page.on("pageerror", lambda error: fail(f"error: {error}"))
    return page


def shown(page: Page) -> list[str]:
    """Return the ids of the figures in the table."""
    found: list[str] = page.eval_on_selector_all(
        "#figures tbody a[data-id]", "links => links.map(link => link.dataset.id)"
    )
    return found


def figures(folder: Path) -> list[dict[str, Any]]:
    """Return all figures."""
    found: list[dict[str, Any]] = json.loads((folder / "explore.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_quiet_whole_and_accessible(kind: str, context: BrowserContext, address: str) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith((address, "data:")) else said.append(request.url))
    page.on(
        "response",
        lambda response: said.append(f"{response.status} {response.url}") if response.status >= 400 else None,
    )
    page.goto(address + kind)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    page.evaluate(SHORTEN)
    page.evaluate(AXE)
    for theme, width, rules in VIEWS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        found = page.evaluate("options => axe.run(document, options)", options)
        problems = [(item["id"], node["html"][:200]) for item in found["violations"] for node in item["nodes"][:3]]
        assert not problems, (theme, width)
    assert not said


def test_search_and_filters_show_what_they_say(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}explore.html")
    every = figures(folder)
    expect(page.locator("#count")).to_have_text(f"{len(every):,} of {len(every):,} figures")
    page.get_by_label("Area").select_option("FRA")
    page.get_by_label("Measure").select_option("returned")
    wanted = [row["figure_id"] for row in every if row["area_id"] == "FRA" and row["measure_id"] == "returned"]
    expect(page.locator("#count")).to_have_text(f"{len(wanted)} of {len(every):,} figures")
    assert shown(page) == wanted
    page.get_by_label("From").fill("2016")
    page.get_by_label("To", exact=True).fill("2017")
    dated = [row["figure_id"] for row in every if row["figure_id"] in wanted and "2016" <= row["as_of"][:4] <= "2017"]
    assert 0 < len(dated) < len(wanted)
    expect(page.locator("#count")).to_have_text(f"{len(dated)} of {len(every):,} figures")
    assert shown(page) == dated
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Search").fill("soufan germany")
    expect(page.locator("#count")).not_to_have_text(f"{len(every):,} of {len(every):,} figures")
    rows = {row["figure_id"]: row for row in every}
    found = shown(page)
    assert found and all(rows[name]["area_id"] == "DEU" for name in found)


def test_a_view_can_be_shared_by_its_address(page: Page, context: BrowserContext, address: str) -> None:
    page.goto(f"{address}explore.html")
    page.get_by_label("Area").select_option("BEL")
    page.get_by_label("Qualifier").select_option("exact")
    page.get_by_role("button", name="Figure").click()
    page.get_by_role("button", name="Figure").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(page).to_have_url(re.compile("area_id=BEL.*sort=-figure"))
    other = watched(context.new_page())
    other.goto(page.url)
    assert shown(other) == shown(page) != []
    expect(other.get_by_label("Area")).to_have_value("BEL")
    expect(other.locator("th[aria-sort=descending]")).to_have_count(1)
    numbers = other.eval_on_selector_all(
        "#figures tbody td[data-q]", "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert numbers == sorted(numbers, reverse=True)


def test_the_download_is_what_is_shown(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}explore.html#area_id=GBR&qualifier=about")
    names = shown(page)
    every = {row["figure_id"]: row for row in figures(folder)}
    assert len(names) > 3
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download as CSV").click()
    text = begun.value.path().read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    published = {
        row["figure_id"]: row for row in csv.DictReader((folder / "downloads/csv/figures.csv").open(encoding="utf-8"))
    }
    assert [row["figure_id"] for row in rows] == names
    assert rows == [published[name] for name in names]
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download as JSON").click()
    records = json.loads(begun.value.path().read_text("utf-8"))
    assert records == [{field: every[name][field] for field in rows[0]} for name in names]


def test_thousands_of_rows_come_in_pages(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}explore.html")
    total = len(figures(folder))
    assert len(shown(page)) == 100
    first = shown(page)[0]
    page.get_by_role("button", name="Next").click()
    assert shown(page)[0] != first
    expect(page.locator("#where")).to_have_text(f"Page 2 of {-(-total // 100)}")
    taken = page.evaluate("""() => {
        const search = document.getElementById("search"); const begun = performance.now();
        search.value = "syria 201"; search.dispatchEvent(new Event("input", { bubbles: true }));
        return new Promise(done => setTimeout(() => done(performance.now() - begun - 80), 80));
    }""")
    assert taken < 1_000


def test_the_map_can_be_chosen_and_leads_to_the_areas(page: Page, address: str, folder: Path) -> None:
    page.goto(address)
    picture = page.locator("#map-figure > svg")
    france = picture.locator("[data-place=FRA]")
    page.get_by_label("Measure").select_option("returned")
    page.locator("#map-source").select_option("returned--soufan-2017")
    expect(page.locator("#map-title")).to_contain_text("Returned: The Soufan Center (TSC), 2017-10")
    own = json.loads((folder / "maps/returned--soufan-2017.json").read_text("utf-8"))
    expect(france.locator("title")).to_have_text(f"France: {own['FRA']['words']}")
    bare = [code for code in ("CAN", "IDN", "GBR") if code not in own]
    for code in bare:
        expect(picture.locator(f"[data-place={code}]")).to_have_attribute("fill", "var(--map-none)")
    assert len(page.query_selector_all("#map-table tbody tr")) == len(own)
    alone = page.context.new_page()
    alone.goto(f"{address}maps/returned--soufan-2017.html")
    assert alone.locator("[data-place=FRA]").get_attribute("fill") == france.get_attribute("fill")
    page.mouse.move(0, 0)
    france.dispatch_event("click")
    page.wait_for_url("**/areas/FRA.html")


def test_everything_is_in_reach_of_the_keyboard(page: Page, address: str, folder: Path) -> None:
    page.goto(f"{address}explore.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("tunisia")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "filter-area_id"
    expect(page.locator("#count")).not_to_have_text(f"{len(figures(folder)):,} of {len(figures(folder)):,} figures")
    before = shown(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('th')?.dataset.field") == "as_of":
            break
    page.keyboard.press("Enter")
    expect(page.locator("th[data-field=as_of]")).to_have_attribute("aria-sort", "ascending")
    assert sorted(shown(page)) == sorted(before)
    visible = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(visible) == "solid"


def test_without_scripts_everything_can_be_read(browser: Browser, address: str, folder: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("svg.chart").first).to_be_visible()
    expect(page.locator("#map-choice")).to_be_hidden()
    page.locator("summary", has_text="All maps").click()
    page.get_by_role("link", name="Returned: The Soufan Center (TSC), 2017-10").click()
    expect(page.locator("svg.chart")).to_be_visible()
    page.goto(f"{address}explore.html")
    expect(page.locator("#figures tbody tr")).to_have_count(len(figures(folder)))
    expect(page.locator("#filters")).to_be_hidden()
    page.goto(f"{address}areas/FRA.html")
    page.locator("td summary").first.click()
    expect(page.locator("td details[open] li").first).to_be_visible()
    page.locator("td a.button").first.click()
    expect(page.get_by_role("heading", name="BibTeX")).to_be_visible()
    context.close()


def test_it_works_from_a_file_on_disk(page: Page, folder: Path) -> None:
    page.goto((folder / "explore.html").as_uri() + "#area_id=FIN")
    assert shown(page)
    page.get_by_label("Area").select_option("SWE")
    expect(page).to_have_url(re.compile("area_id=SWE"))
    page.get_by_role("link", name="Areas", exact=True).click()
    page.get_by_role("link", name="Finland").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finland")


def test_a_citation_is_copied_and_saved(page: Page, context: BrowserContext, address: str, folder: Path) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}figures/soufan-2017-wld-returned.html")
    forms = json.loads((folder / "figures/soufan-2017-wld-returned.json").read_text("utf-8"))["citations"]
    page.get_by_role("button", name="Copy: Citation as BibTeX").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == forms["BibTeX"]
    with page.expect_download() as begun:
        page.get_by_role("button", name="Save: Citation as BibTeX").click()
    assert begun.value.suggested_filename == "citation.bib"
    assert begun.value.path().read_text("utf-8") == forms["BibTeX"]


def test_in_print_there_is_what_is_read_and_no_more(page: Page, address: str) -> None:
    page.goto(f"{address}areas/FRA.html")
    page.emulate_media(media="print")
    expect(page.locator(".top nav")).to_be_hidden()
    expect(page.locator("svg.chart").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
