"""The built book as a reader meets it: in Chromium, from the file system and over HTTP, with the network off."""

import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HTML, NOTEBOOKS, PAGES
from tools.repository import current

pytestmark = pytest.mark.site

CHAPTERS = [f"book/{path.stem}.html" for path in NOTEBOOKS]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
ICON = "/_static/favicon.svg"
MISSING = "no Chromium found: install chromium (or Chrome), or name one in CHROMIUM=/path/to/it"


def chromium_path() -> str | None:
    candidates = [os.environ.get("CHROMIUM", ""), *map(shutil.which, NAMES), *PLACES]
    return next((path for path in candidates if path and Path(path).exists()), None)


if chromium_path() is None and not os.environ.get("CI"):
    pytest.skip(MISSING, allow_module_level=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium_path()
    assert path is not None, MISSING
    from playwright.sync_api import sync_playwright

    flags = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


BOTH = pytest.mark.parametrize(
    "base", ["file", "http"], indirect=True
)  # elsewhere: from a file, the stricter


@pytest.fixture
def base(request: pytest.FixtureRequest, server: str) -> str:
    return server if getattr(request, "param", "file") == "http" else HTML.as_uri() + "/"


class Visit:
    """A page together with everything it complained of or asked for."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self.hear)
        if options.get("java_script_enabled", True):  # else Chromium gives up the scripts it had preloaded
            self.page.on("requestfailed", self.note_failure)
        self.page.on(
            "request", lambda r: None if r.url.startswith((base, "data:")) else self.strangers.append(r.url)
        )

    # Chromium itself fetches the icon when it likes, even after the network went off; another test finds its file.
    def hear(self, said: Any) -> None:
        if said.type == "error" and not said.location.get("url", "").endswith(ICON):
            self.errors.append(said.text)

    def note_failure(self, request: Any) -> None:
        if not request.url.endswith(ICON):
            self.errors.append(f"failed: {request.url}")


@pytest.fixture
def visit(browser: Any, base: str) -> Iterator[Any]:
    visits: list[Visit] = []

    def open_page(name: str, **options: Any) -> Visit:
        visits.append(Visit(browser, base, **options))
        visits[-1].page.goto(base + name, wait_until="load")
        return visits[-1]

    yield open_page
    for made in visits:
        assert made.errors == []
        assert made.strangers == [], "the book must ask nothing of another origin"
        made.context.close()


@BOTH
@pytest.mark.parametrize("name", PAGES)
def test_page_loads_quietly_and_fits_every_width_in_both_themes(visit: Any, name: str) -> None:
    page = visit(name).page
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
    assert page.evaluate("document.documentElement.lang") == "en"
    article = page.locator("article").inner_text()
    assert not re.search(r"\{(?:doc|ref|term|ledger[\w-]*)\}|:::|<Figure size|\$\$|\\frac", article)
    assert page.locator(".katex-error").count() == 0


def slider_state(page: Any) -> dict[str, Any]:
    state: dict[str, Any] = page.evaluate(
        """() => {
          const figure = document.querySelector("figure.lesson-slider"), input = figure.querySelector("input");
          const shown = [...figure.querySelectorAll("[data-shown]")];
          return {value: Number(input.value), spoken: input.getAttribute("aria-valuetext"),
            output: figure.querySelector("output").textContent, caption: figure.querySelector("figcaption").textContent,
            frames: [...new Set(shown.map((layer) => layer.dataset.frame))], markup: shown.map((l) => l.innerHTML).join(""),
            visible: shown.every((layer) => getComputedStyle(layer).display !== "none")};
        }"""
    )
    return state


def check_slider(page: Any, before: dict[str, Any]) -> dict[str, Any]:
    after = slider_state(page)
    assert after["value"] != before["value"]
    assert after["frames"] == [str(after["value"])]
    assert after["visible"]
    assert after["markup"] != before["markup"], "the figure must change"
    assert after["caption"] != before["caption"], "the caption must change"
    row = page.locator("figure.lesson-slider tbody tr").nth(after["value"])
    assert row.locator("td").text_content() == after["caption"]
    assert row.locator("th").text_content() == after["output"] == after["spoken"]
    return after


@pytest.mark.parametrize("name", CHAPTERS)
def test_slider_moves_by_keyboard_with_the_network_off(visit: Any, name: str) -> None:
    opened = visit(name)
    opened.page.wait_for_load_state("networkidle")
    opened.context.set_offline(True)
    page, before = opened.page, slider_state(opened.page)
    page.locator("figure.lesson-slider input").first.focus()
    page.keyboard.press("ArrowRight")
    after = check_slider(page, before)
    assert after["value"] == before["value"] + 1
    page.keyboard.press("End")
    last = check_slider(page, after)
    assert last["value"] == page.locator("figure.lesson-slider tbody tr").count() - 1
    page.keyboard.press("Home")
    assert check_slider(page, last)["value"] == 0
    slider = page.get_by_role("slider")
    assert slider.first.evaluate("input => input.labels[0].textContent.trim().length > 1")
    assert page.locator("figure.lesson-slider figcaption").first.get_attribute("aria-live") == "polite"
    slider.first.evaluate("input => input.closest('figure').querySelector('summary').focus()")
    page.keyboard.press("Shift+Tab")
    assert slider.first.evaluate("input => input === document.activeElement")


@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_slider_moves_by_pointer(visit: Any, name: str, touch: bool) -> None:
    page = visit(name, has_touch=touch, viewport={"width": 390, "height": 844}).page
    slider = page.locator("figure.lesson-slider input").first
    slider.scroll_into_view_if_needed()
    before, box = slider_state(page), slider.bounding_box()
    assert box["height"] >= 24, "large enough for a finger"
    place = (box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    if touch:
        page.touchscreen.tap(*place)
    else:
        page.mouse.click(*place)
    check_slider(page, before)


@pytest.mark.parametrize("name", CHAPTERS)
def test_slider_prints_its_first_frame_and_all_words(visit: Any, name: str) -> None:
    page = visit(name).page
    first = slider_state(page)
    page.locator("figure.lesson-slider input").first.focus()
    page.keyboard.press("End")
    page.evaluate("addEventListener('beforeprint', () => { globalThis.printed = true })")
    page.pdf()
    assert page.evaluate("globalThis.printed"), "printing tells the page"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    printed = slider_state(page)
    assert (printed["caption"], printed["frames"]) == (first["caption"], first["frames"])
    assert not page.locator("figure.lesson-slider input").first.is_visible()
    assert page.locator("figure.lesson-slider tbody tr").last.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert slider_state(page)["value"] == page.locator("figure.lesson-slider tbody tr").count() - 1


@pytest.mark.parametrize("name", CHAPTERS)
def test_without_scripts_the_first_frame_and_the_table_remain(visit: Any, name: str) -> None:
    page = visit(name, java_script_enabled=False).page
    figure = page.locator("figure.lesson-slider").first
    assert figure.locator("svg").is_visible()
    assert not figure.locator("input").is_visible()
    assert figure.locator("figcaption").is_visible()
    figure.locator("summary").click()
    assert figure.locator("tbody tr").last.is_visible()


def check_figures(page: Any) -> None:
    figures = page.locator("figure.lesson-figure, figure.lesson-slider")
    assert figures.count() >= 2
    for figure in figures.all():
        caption = figure.locator("figcaption").text_content()
        assert len(caption.split()) >= 5
        assert figure.get_by_role("img", name=caption, exact=True).count() == 1
    for image in page.locator("article img").all():
        assert image.get_attribute("alt")


def check_themes(page: Any) -> None:
    inks = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        inks.append(
            page.evaluate(
                """() => { const figure = document.querySelector("figure.lesson-figure");
                const text = getComputedStyle(figure.querySelector("svg text")).fill;
                return [text, getComputedStyle(figure).backgroundColor] }"""
            )
        )
    assert inks == [["rgb(31, 35, 40)", "rgb(255, 255, 255)"], ["rgb(217, 223, 229)", "rgb(18, 21, 25)"]]


def check_formulas(page: Any) -> None:
    formulas = page.locator("article .katex")
    assert formulas.count() >= 10
    assert page.locator("article .katex-mathml math").count() == formulas.count()
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate(
        "[...document.fonts].some((f) => f.family.includes('KaTeX') && f.status === 'loaded')"
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_formulas_ids_and_the_colab_button(visit: Any, name: str) -> None:
    page = visit(name).page
    check_figures(page)
    check_themes(page)
    check_formulas(page)
    assert page.locator(f'a[href="{current().colab}{name.replace(".html", ".ipynb")}"]').count() >= 1
    twice = page.evaluate(
        """() => { const ids = [...document.querySelectorAll("article [id]")].map((e) => e.id);
        return ids.filter((id, n) => ids.indexOf(id) !== n) }"""
    )
    assert twice == []


@BOTH
@pytest.mark.parametrize(
    ("symbol", "where"), [("zero_grad", "01-mse-regression"), ("cross_entropy", "package-api")]
)
def test_search_finds_a_symbol(visit: Any, base: str, symbol: str, where: str) -> None:
    page = visit(f"search.html?q={symbol}").page
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all(
        "links => links.map((a) => a.getAttribute('href'))"
    )
    assert any(where in link for link in links)
