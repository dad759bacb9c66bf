"""The built book as a reader meets it: in Chromium, from the file system and over HTTP, with the network off."""

import functools
import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.browser import (
    AXE,
    DRAW_ALL,
    FRAME,
    PHONE,
    REWRITTEN,
    STRIP,
    THIN,
    Visit,
    folder_of,
    looks,
    take_pictures,
    violations,
)
from tests.helpers.contrast import contrast
from tests.helpers.project import EDITION, HTML, LESSONS, PAGES, page_of
from tools.chromium import MISSING, chromium_path

pytestmark = pytest.mark.site

LESSON_PAGES = [page_of(path) for path in EDITION if path in LESSONS]
NOTEBOOKS = [page_of(path) for path in EDITION]
EVERY = [*PAGES, "search.html"]
FIRST = "index.html"
LIGHT = "book/choosing-a-loss.html"  # for what holds on any page
# A page of each kind is looked at in more ways: what differs there by width or place is the theme's, on every page.
KINDS = [
    LESSON_PAGES[0],
    FIRST,
    "book/reference/from-error-to-lesson.html",
    "book/package-api.html",
    "book/ledger.html",
]
BOTH = pytest.mark.parametrize(
    "base", ["file", "http"], indirect=True
)  # elsewhere: from a file, the stricter

if chromium_path() is None and not os.environ.get("CI"):
    pytest.skip(MISSING, allow_module_level=True)
SLIDER, GRID = "figure[class='lesson-slider']", "figure.lesson-slider-grid"  # one parameter, two


@pytest.fixture(scope="module")
def kinds() -> set[int]:
    """What this process has looked at the colours of."""
    return set()


# What is read on a page but for its formulas, whose source is for a voice.
WORDS = """() => { const main = document.querySelector("main").cloneNode(true);
  for (const formula of main.querySelectorAll("annotation, script")) formula.remove();
  return main.textContent }"""


@pytest.mark.parametrize("name", EVERY)
def test_page_is_quiet_and_light_fits_every_width_and_is_clean_to_axe_in_both_themes(
    visit: Any, window: Visit, kinds: set[int], name: str
) -> None:
    # On a phone first, with a finger besides the mouse; without "reduce", the sidebar glides away while we look.
    page = visit(name, size=PHONE, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert not re.search(
        r"\{(?:doc|ref|term|ledger[\w-]*)\}|:::|<Figure size|\$\$|\\frac", page.evaluate(WORDS)
    )
    assert page.locator(".katex-error").count() == 0
    file = (HTML / name).read_text(encoding="utf-8")
    assert page.evaluate(REWRITTEN, file) == []
    assert not re.search(r'style="[^"]*(?:spacing|line-height)[^"]*!important', file), (
        "axe's avoid-inline-spacing"
    )
    if name in LESSON_PAGES:
        check_figures(page)
        check_formulas(page)
        window.context.set_offline(True)
        if page.locator(SLIDER).count():
            check_slider(page)
        if page.locator(GRID).count():
            check_grid(page)
    check_ids(page)
    page.add_style_tag(content=DRAW_ALL)
    check_weight(window, name)  # with the fonts of everything on the page
    if os.environ.get("SCREENSHOTS"):
        take_pictures(page, folder_of(name))
    check_looks(page, name)
    window.nothing_wrong()
    check_colours(page, name, kinds)
    window.errors.clear()  # scripts that miss what was thinned out


@functools.cache
def compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


HEAVIER = {
    "search.html": 180_000,  # with its index, which no other page loads: each word, heading and term of the book
    "book/package-api.html": 145_000,  # a hundred functions with formula and example, found by looking in one page
}


def check_weight(opened: Visit, name: str) -> None:
    opened.page.evaluate("document.fonts.ready.then(() => 0)")
    files = {HTML / address.removeprefix(opened.base).split("?")[0] for address in opened.asked}
    assert HTML / name in files
    weight = sum(map(compressed, files))
    assert weight < HEAVIER.get(name, 120_000), f"{weight} bytes over a server that compresses"


def check_looks(page: Any, name: str) -> None:
    for _, width in looks(page, ("light",), (1280, 390, 320) if name in KINDS else (390, 320)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
    page.evaluate(STRIP)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Without colours and the rule of WCAG 1.4.12, which looks at each style for long, and which we read in the file.
    assert violations(page, ("cat.color", "wcag1412")) == [], "the whole page"
    for look in looks(page, ("light",), (1280,)):
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, "the page scrolls sideways"
        assert name not in KINDS or violations(page, ("cat.color",)) == [], look


def check_colours(page: Any, name: str, known: set[int]) -> None:
    """A theme is colours, and one of each kind has them all; of a page of each kind, all are looked at."""
    known.update(page.evaluate(THIN, [] if name in KINDS else list(known)))
    for theme, width in looks(page, widths=(1280, 390) if name in KINDS else (1280,)):
        assert violations(page, only=COLOURS) == [], (theme, width)
        check_code(page)
        if name == LESSON_PAGES[0]:
            assert page.locator(".cell_input .highlight").count()
            assert ink_and_paper(page) == INKS[theme]


# The test above opens files, the stricter place. From a server, a page of each kind.
@pytest.mark.parametrize("base", ["http"], indirect=True)
@pytest.mark.parametrize("name", KINDS)
def test_page_is_quiet_from_a_server_too(visit: Any, base: str, name: str) -> None:
    visit(name).evaluate("document.fonts.ready.then(() => 0)")


def slider_states(page: Any) -> list[dict[str, Any]]:
    """What each slider of a page says and shows."""
    states: list[dict[str, Any]] = page.evaluate(
        """(sliders) => [...document.querySelectorAll(sliders)].map((figure) => {
          const input = figure.querySelector("input"), row = figure.querySelectorAll("tbody tr")[input.value];
          const shown = [...figure.querySelectorAll("[data-shown]")];
          return {value: Number(input.value), spoken: input.getAttribute("aria-valuetext"),
            output: figure.querySelector("output").textContent, caption: figure.querySelector("figcaption").textContent,
            row: [row.querySelector("th").textContent, row.querySelector("td").textContent],
            frames: [...new Set(shown.map((layer) => layer.dataset.frame))], markup: shown.map((l) => l.innerHTML).join(""),
            visible: shown.every((layer) => getComputedStyle(layer).display !== "none")};
        })""",
        SLIDER,
    )
    return states


def check_moved(page: Any, before: dict[str, Any]) -> dict[str, Any]:
    after = slider_states(page)[0]
    assert after["value"] != before["value"]
    assert after["frames"] == [str(after["value"])]
    assert after["visible"]
    assert after["markup"] != before["markup"], "the figure must change"
    assert after["caption"] != before["caption"], "the caption must change"
    assert after["row"] == [after["output"], after["caption"]] == [after["spoken"], after["caption"]]
    return after


def check_slider(page: Any) -> None:
    check_keyboard(page)
    check_pointer(page, 0.8, page.mouse.click)
    check_pointer(page, 0.3, page.touchscreen.tap)


def check_keyboard(page: Any) -> None:
    before, most = slider_states(page)[0], page.locator(SLIDER).first.locator("tbody tr").count() - 1
    key, step = ("ArrowRight", 1) if before["value"] < most else ("ArrowLeft", -1)
    page.locator(f"{SLIDER} input").first.focus()
    page.keyboard.press(key)
    after = check_moved(page, before)
    assert after["value"] == before["value"] + step
    for key, value in (("Home", 0), ("End", most), ("Home", 0)):
        page.keyboard.press(key)
        after = check_moved(page, after) if after["value"] != value else after
        assert after["value"] == value
    slider = page.locator(f"{SLIDER} input").first
    assert slider.evaluate("input => input.labels[0].textContent.trim().length > 0")  # "w" is a name
    assert page.locator(f"{SLIDER} figcaption").first.get_attribute("aria-live") == "polite"
    slider.evaluate("input => input.closest('figure').querySelector('summary').focus()")
    page.keyboard.press("Shift+Tab")
    assert slider.evaluate("input => input === document.activeElement")


def check_pointer(page: Any, share: float, press: Callable[[float, float], None]) -> None:
    slider = page.locator(f"{SLIDER} input").first
    slider.scroll_into_view_if_needed()
    before, box = slider_states(page)[0], slider.bounding_box()
    assert box["height"] >= 24, "large enough for a finger"
    press(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    check_moved(page, before)


def grid_state(page: Any) -> dict[str, Any]:
    """What the page's first slider of two parameters says and shows."""
    state: dict[str, Any] = page.locator(GRID).first.evaluate(
        """(figure) => {
          const inputs = [...figure.querySelectorAll("input")], cells = (row) => [...row.cells].map((c) => c.textContent);
          const frame = Number(inputs[0].value) * (Number(inputs[1].max) + 1) + Number(inputs[1].value);
          const layers = [...figure.querySelectorAll("[data-frame]")];
          return {frame, row: cells(figure.querySelectorAll("tbody tr")[frame]),
            said: [...[...figure.querySelectorAll("output")].map((o) => o.textContent), figure.querySelector("figcaption").textContent],
            spoken: inputs.map((input) => input.getAttribute("aria-valuetext")),
            right: layers.every((layer) => layer.hasAttribute("data-shown") === layer.dataset.frame.split(" ").includes(String(frame)))};
        }"""
    )
    return state


def check_grid(page: Any) -> None:
    """Each of the two inputs is reached by Tab and moved by arrows; figure, values and caption follow."""
    page.locator(f"{GRID} input").nth(1).focus()
    for key in ("Home", "Shift+Tab", "Home"):  # where it starts may be its last pair
        page.keyboard.press(key)
    start = grid_state(page)
    page.keyboard.press("ArrowRight")
    down = grid_state(page)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    both = grid_state(page)
    columns = int(page.locator(f"{GRID} input").nth(1).get_attribute("max")) + 1
    assert [state["frame"] - start["frame"] for state in (down, both)] == [columns, columns + 1]
    for state in (start, down, both):
        assert state["said"] == state["row"]
        assert state["spoken"] == state["row"][:2]
        assert state["right"], "exactly the layers of this pair are shown"


def test_printing_tells_the_page(visit: Any) -> None:
    page = visit(LIGHT)
    page.evaluate("addEventListener('beforeprint', () => { globalThis.printed = true })")
    page.pdf()
    assert page.evaluate("globalThis.printed")


def all_sliders(browser: Any, server: str, **options: Any) -> Visit:
    """All sliders, brought together on the first page, and nothing else."""
    slider = re.compile(r'(?s)<figure class="lesson-slider".*?</figure>')
    article = re.compile(r'(?s)(?<=<article class="bd-article">).*?(?=</article>)')
    first, *pages = [(HTML / name).read_text(encoding="utf-8") for name in (FIRST, *LESSON_PAGES)]
    together = "\n".join(found for page in pages for found in slider.findall(page))
    body, count = article.subn(lambda _: together, first)
    assert count == 1
    opened = Visit(browser, **options)
    opened.page.route(f"**/{FIRST}", lambda route: route.fulfill(body=body))
    assert opened.turn_to(server, FIRST).locator("figure.lesson-slider").count() > 20  # most lessons have one
    return opened


def visible_parts(page: Any) -> list[list[bool]]:
    """Whether drawing, input, caption and the table's last row of each slider are seen."""
    parts: list[list[bool]] = page.evaluate(
        """(parts) => [...document.querySelectorAll("figure.lesson-slider")].map((figure) => parts.map((part) =>
          [...figure.querySelectorAll(part)].some((e) => e.checkVisibility({visibilityProperty: true}))))""",
        ["svg", "input", "figcaption", "tbody tr:last-child"],
    )
    return parts


def test_without_scripts_every_sliders_first_frame_and_table_remain(browser: Any, server: str) -> None:
    opened = all_sliders(browser, server, java_script_enabled=False)
    assert set(map(tuple, visible_parts(opened.page))) == {(True, False, True, False)}
    opened.page.locator("figure.lesson-slider summary").first.press("Enter")
    assert visible_parts(opened.page)[0] == [True, False, True, True]
    opened.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert set(map(tuple, visible_parts(opened.page))) == {(True, False, True, True)}
    opened.nothing_wrong()
    opened.context.close()


def what_is_seen(page: Any) -> list[Any]:
    return [(state["caption"], state["markup"], state["visible"]) for state in slider_states(page)]


def test_on_paper_every_slider_is_its_first_frame_and_its_table(browser: Any, server: str) -> None:
    opened = all_sliders(browser, server)
    page = opened.page
    first = what_is_seen(page)
    page.evaluate(
        """for (const input of document.querySelectorAll("figure.lesson-slider input")) {
          input.value = input.max;
          input.dispatchEvent(new Event("input", {bubbles: true}));
        }"""
    )
    last = what_is_seen(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert what_is_seen(page) == first != last
    assert set(map(tuple, visible_parts(page))) == {(True, False, True, True)}
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert what_is_seen(page) == last
    opened.nothing_wrong()
    opened.context.close()


def check_figures(page: Any) -> None:
    """Each drawing is one image to a screen reader, and its name is the caption that all can read."""
    figures = page.evaluate(
        """() => [...document.querySelectorAll("figure.lesson-figure, figure.lesson-slider")].map((figure) => [
          figure.querySelector("figcaption").textContent,
          ...[...figure.querySelectorAll("svg[role=img]")].map((svg) =>
            document.getElementById(svg.getAttribute("aria-labelledby")).textContent)])"""
    )
    assert figures
    for caption, *names in figures:
        assert len(caption.split()) >= 5
        assert names == [caption]
    for image in page.locator("article img").all():
        assert image.get_attribute("alt")


def test_what_shuts_readers_out_is_seen_also_on_a_page_that_was_thinned(visit: Any) -> None:
    page = visit(LIGHT, reduced_motion="reduce")
    page.add_style_tag(content=DRAW_ALL + "[data-theme=dark] article p { color: #555 !important }")
    page.evaluate(STRIP)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate(THIN, [])
    seen = {look: violations(page, ("cat.structure", "cat.tables")) for look in looks(page)}
    assert seen["light", 1280] == seen["light", 390] == []
    for width in (1280, 390):
        assert [fault.partition(" ")[0] for fault in seen["dark", width]] == ["color-contrast"]
    assert violations(page, only=COLOURS) == seen["dark", 390]


COLOURS = ("color-contrast", "link-in-text-block")
INKS = {
    "light": ["rgb(31, 35, 40)", "rgb(255, 255, 255)"],
    "dark": ["rgb(217, 223, 229)", "rgb(18, 21, 25)"],
}


def ink_and_paper(page: Any) -> list[str]:
    """The colours of a figure's words and of what is behind them."""
    colours: list[str] = page.evaluate(
        """() => { const words = document.querySelector("figure svg text:is([style*='--figure-ink'], :not([style*=fill]))");
        return [getComputedStyle(words).fill, getComputedStyle(words.closest("figure")).backgroundColor] }"""
    )
    return colours


def check_code(page: Any) -> None:
    """Every colour of code stands out from its paper, in the theme that is on."""
    colours = page.evaluate(
        """() => [...document.querySelectorAll(".cell_input .highlight")].map((cell) => [
          getComputedStyle(cell.querySelector("pre")).backgroundColor,
          ...new Set([...cell.querySelectorAll("pre, pre span")].map((e) => getComputedStyle(e).color))])"""
    )
    for paper, *inks in colours:
        for ink in inks:
            assert contrast(paper, ink) >= 4.5, f"{ink} on {paper}"


def check_formulas(page: Any) -> None:
    formulas = page.locator("article .katex")
    if not formulas.count():
        return  # some lessons are about programs
    assert page.locator("article .katex-mathml math").count() == formulas.count()
    formulas.first.scroll_into_view_if_needed()
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate(
        "[...document.fonts].some((f) => f.family.includes('KaTeX') && f.status === 'loaded')"
    )


def check_ids(page: Any) -> None:
    twice = page.evaluate(
        """() => { const ids = [...document.querySelectorAll("article [id]")].map((e) => e.id);
        return ids.filter((id, n) => ids.indexOf(id) !== n) }"""
    )
    assert twice == []


@BOTH
@pytest.mark.parametrize(
    ("symbol", "where"),
    [("zero_grad", "01-mse-regression"), ("requires_grad", "02-backprop"), ("cross_entropy", "package-api")],
)
def test_search_finds_a_symbol(visit: Any, base: str, symbol: str, where: str) -> None:
    page = visit(f"search.html?q={symbol}")
    page.wait_for_selector(f"#search-results li a[href*='{where}']")  # hits arrive one by one


def test_the_first_screen_shows_what_where_to_start_and_a_live_slider(visit: Any) -> None:
    page = visit(FIRST)
    for width, height, least in ((390, 844, 100), (1280, 800, None)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(FRAME)
        for part in ("h1", ".lead-in", ".hero-words ul", ".start a"):
            box = page.locator(f"article {part}").first.bounding_box()
            assert box["y"] + box["height"] <= height, (part, width)
        box = page.locator("figure.lesson-slider").bounding_box()
        assert box["y"] + (least or box["height"]) <= height, ("the slider", width)
    check_keyboard(page)
    page.get_by_role("button", name="Copy to clipboard").first.focus()
    page.wait_for_function(
        "getComputedStyle(document.activeElement).opacity === '1'"
    )  # seen by the keyboard, too


def test_arrow_keys_scroll_code_and_do_not_leave_the_page(visit: Any) -> None:
    page = visit(LESSON_PAGES[0], size=PHONE)
    here = page.url
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    code = page.locator(".cell_input pre[tabindex='0']").first  # what is in view fits a phone
    code.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    assert page.url == here


def test_what_is_code_has_a_button_that_copies_it(visit: Any) -> None:
    page = visit(LESSON_PAGES[0])
    code, outputs = page.locator(".cell_input"), page.locator(".cell_output")
    assert code.locator("button.copybtn").count() == code.locator("pre").count() > 0
    assert outputs.locator("pre").count() > 0
    assert outputs.locator("button.copybtn").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_menu_opens_below_its_button_and_headings_are_told_apart(visit: Any, width: int) -> None:
    page = visit(LESSON_PAGES[0], size=(width, 844))
    menu, button = page.locator(".dropdown-menu"), page.get_by_role("button", name="Source repositories")
    assert not menu.is_visible()
    button.click()
    box, above = menu.bounding_box(), button.bounding_box()
    assert above["y"] + above["height"] <= box["y"] + 1 < above["y"] + above["height"] + 40
    assert 0 <= box["x"] <= above["x"] + above["width"] <= box["x"] + box["width"] + 1 <= width
    page.keyboard.press("Tab")
    assert menu.get_by_role("link").first.evaluate("link => link === document.activeElement")
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    sizes = "all => all.map((heading) => parseFloat(getComputedStyle(heading).fontSize))"
    h1, h2, h3 = (page.locator(f"article {level}").evaluate_all(sizes)[0] for level in ("h1", "h2", "h3"))
    assert h1 >= 1.2 * h2 >= 1.2 * 1.15 * h3


@BOTH
def test_a_wrong_address_shows_the_books_own_page(browser: Any, base: str) -> None:
    opened = Visit(browser)
    opened.base = base
    opened.page.goto(base + ("404.html" if base.startswith("file") else "book/no/such/page.html"))
    assert opened.page.locator(".lost").evaluate("form => getComputedStyle(form).display") == "flex", "styled"
    opened.page.get_by_label("Search the course").fill("softmax")
    opened.page.keyboard.press("Enter")
    opened.page.locator("#search-results li a").first.wait_for()
    assert [address for address in opened.strangers if not address.startswith("file:")] == []
    opened.context.close()


def test_search_marks_words_in_the_text_only(visit: Any) -> None:
    page = visit(f"{LESSON_PAGES[0]}?highlight=loss")
    page.wait_for_selector("article .highlighted")
    colours = "marks => [...new Set(marks.map((mark) => getComputedStyle(mark).backgroundColor))]"
    (marked,) = page.locator("article span.highlighted").evaluate_all(colours)
    assert marked != "rgba(0, 0, 0, 0)"
    outside = page.locator(".bd-sidebar .highlighted, .sidebar .highlighted, .navbar-brand .highlighted")
    assert outside.count()
    assert outside.evaluate_all(colours) == ["rgba(0, 0, 0, 0)"]


def test_the_book_opens_from_any_folder(window: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "Kurs für alle"
    folder.symlink_to(HTML)
    page = window.turn_to(folder.as_uri(), "/index.html")
    window.context.set_offline(True)
    page.locator(".search-button-field").first.click()
    page.keyboard.type("requires_grad")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    window.nothing_wrong()


def test_on_paper_answers_and_solutions_are_printed_only_if_opened(visit: Any) -> None:
    a4 = (680, 1002)  # without its margins
    page = visit(LESSON_PAGES[-1], color_scheme="dark", size=a4)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    for part in (
        ".bd-sidebar-primary",
        ".bd-header-article",
        ".run-it",
        ".prev-next-footer",
        ".lesson-predict details:not([open])",
    ):
        assert page.locator(f"{part} >> visible=true").count() == 0, part
    assert page.locator("article h1").first.is_visible()
    solution = page.locator(".tag_hide-cell").first
    assert not solution.is_visible()
    solution.locator("details").evaluate("details => { details.open = true }")
    assert solution.locator(".cell_input").is_visible()
    cut = "pres => pres.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length"
    assert page.locator(".cell_input pre").evaluate_all(cut) == 0, "code is cut"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
