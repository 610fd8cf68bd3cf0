"""The report in a real browser: nothing is fetched or broken, and everybody can read it, on any screen and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from pmbridge.domain.listing import Listing
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.values import LANGUAGES, Language
from tests.unit import record_story
from tests.unit import report_story as story

DESK: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
PNG = b"\x89PNG\r\n\x1a\n"


def crowded() -> ClientReport:
    """Return a report with long words, many milestones and several things to decide: what a layout breaks on."""
    view = story.view_5_june()
    long = "VeryLongUnbrokenWord" * 6
    asks = tuple(
        story.change(800 + n, f"{long} {n}", "awaiting_decision", long, since=story.june(1), days=n, money="9999999.99")
        for n in range(4)
    )
    milestones = tuple(
        replace(m, ref=f"{m.ref}-{n}", is_final=False) for n in range(6) for m in view.milestones if m.ref != "M1"
    )
    busy = replace(view, milestones=Listing(milestones), changes=Listing([*view.changes, *asks]), work=())
    return project_for(busy, story.meta(busy, draft=True), None, calendar=story.CALENDAR)


def two_asks() -> ClientReport:
    """Return the story with a second change that waits for the client."""
    view = story.view_5_june()
    second = story.change(
        250, "会员日活动页", "awaiting_decision", "等待客户", since=story.june(3), days=0, money="8000.00"
    )
    return project_for(
        replace(view, changes=Listing([*view.changes, second])),
        story.meta(view),
        story.report_8(),
        calendar=story.CALENDAR,
    )


REPORTS: dict[str, Callable[[], ClientReport]] = {
    "issued": story.report_9,
    "draft": story.draft_1,
    "crowded": crowded,
    "monthly": record_story.monthly,
    "closing": record_story.closing,
}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    for name, make in {**REPORTS, "two-asks": two_asks}.items():
        for language in LANGUAGES:
            (folder / f"{name}.{language}.html").write_bytes(render(make(), "html", language))
    return folder


@pytest.fixture
def show(browser: Browser, files: Path) -> Callable[..., Any]:
    @contextmanager
    def shown(name: str, language: Language, viewport: ViewportSize = DESK, **options: Any) -> Iterator[Page]:
        """Open a report; whatever the page fetches or complains about fails the test."""
        context = browser.new_context(viewport=viewport, **options)
        page = context.new_page()
        complaints: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        uri = (files / f"{name}.{language}.html").as_uri()
        page.goto(uri)
        yield page
        context.close()
        assert complaints == []
        assert requests == [uri]

    return shown


def top(page: Page, selector: str) -> float:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not visible"
    return found["y"]


def bottom(page: Page, selector: str) -> float:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not visible"
    return found["y"] + found["height"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_the_page_is_silent(show: Callable[..., Any], language: Language) -> None:
    with show("issued", language, color_scheme="light") as page:
        assert violations(page) == []
        assert page.screenshot().startswith(PNG)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        assert violations(page) == []
    with show("draft", language, color_scheme="dark") as page:
        assert violations(page) == []
    for name in ("monthly", "closing"):
        with show(name, language, color_scheme="light") as page:
            assert violations(page) == []
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size(PHONE)
            assert violations(page) == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_no_screen_scrolls_sideways(show: Callable[..., Any], name: str, language: Language) -> None:
    with show(name, language) as page:
        for width in (320, 390, 640, 705, 800, 961, 1024, 1153, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) <= 0, f"at {width}"
        # Text at twice its size, as a reader may set it, on a screen that is then 320 pixels wide.
        page.set_viewport_size({"width": 640, "height": 800})
        page.add_style_tag(content="html{font-size:32px}")
        assert overflow(page) <= 0, "at 200 %"


def overflow(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["issued", "draft"])
def test_a_desk_shows_state_figures_and_decisions_above_the_fold(
    show: Callable[..., Any], name: str, language: Language
) -> None:
    with show(name, language) as page:
        state, tiles, asks = (top(page, one) for one in (".state", ".tiles", ".asks"))
        assert state < tiles < asks
        assert bottom(page, ".asks") <= DESK["height"]


def test_a_phone_shows_the_state_the_reason_and_two_decisions_first(show: Callable[..., Any]) -> None:
    with show("two-asks", "zh-CN", PHONE) as page:
        assert top(page, ".state") < top(page, ".asks") < top(page, ".tiles")
        assert bottom(page, ".why") < PHONE["height"]
        assert bottom(page, ".asks tbody tr:nth-child(2)") <= PHONE["height"]
        # Rows of a table become labelled lines.
        label = page.evaluate("getComputedStyle(document.querySelector('.asks td'), '::before').content")
        assert label == '"截止"'
        assert page.locator(".chart > .narrow").is_visible()
        assert not page.locator(".chart > .wide").is_visible()


def test_dark_screens_get_a_dark_page_and_paper_never_does(show: Callable[..., Any]) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    with show("issued", "en", color_scheme="light") as page:
        light = page.evaluate(colour)
    with show("issued", "en", color_scheme="dark") as page:
        assert page.evaluate(colour) != light
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(colour) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_and_the_keyboard_lead_somewhere(show: Callable[..., Any], language: Language) -> None:
    with show("issued", language) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator(".tile .value a").first.click()
        assert page.evaluate("decodeURIComponent(location.hash)") == "#M7"
        assert page.evaluate("document.querySelector(':target').id") == "M7"
        small = "a => a.getBoundingClientRect().height < 24"
        low = page.evaluate(f"[...document.querySelectorAll('.button, nav a, .value a')].filter({small}).length")
        assert low == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_gets_the_data_behind_the_drawing_and_the_draft_mark_on_every_page(
    show: Callable[..., Any], language: Language
) -> None:
    with show("draft", language) as page:
        page.emulate_media(media="print")
        assert page.locator(".chart details table").is_visible()
        assert not page.locator("summary").is_visible()
        assert not page.locator("nav").is_visible()
        # A fixed box is what Chromium repeats on each sheet.
        assert page.evaluate("getComputedStyle(document.body, '::after').position") == "fixed"
        heads = page.evaluate("getComputedStyle(document.querySelector('.milestones thead')).display")
        assert heads == "table-header-group"
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert pdf.startswith(b"%PDF-")
        pages = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
        assert 3 <= pages <= 8


def test_paper_breaks_neither_amounts_nor_kinds_of_change(show: Callable[..., Any]) -> None:
    with show("issued", "en") as page:
        page.emulate_media(media="print")
        for cell in ("table.changes td.number", "table.milestones td.number", "table.since td:nth-child(2)"):
            assert page.evaluate("one => getComputedStyle(document.querySelector(one)).whiteSpace", cell) == "nowrap"
