"""Moving about in a long page: anchors lead to their place, the keyboard shows where it is, nothing glides."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.browser import DRAW_ALL, PHONE, STRIP, looks
from tests.helpers.project import EDITION, HTML, page_of

pytestmark = pytest.mark.site

FIRST = page_of(EDITION[0])
PAGES = (FIRST, "index.html", "book/ledger.html")
# Each thing that Tab reaches, and whether it looks otherwise with the focus than without.
UNSEEN = """() => {
  const look = (e) => { const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor, s.opacity].join() };
  document.activeElement.blur();
  const reached = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter(
    (e) => e.checkVisibility({visibilityProperty: true}));
  const unseen = reached.filter((e) => { const before = look(e); e.focus({preventScroll: true});
    const after = look(e); e.blur(); return before === after });
  return [reached.length, unseen.map((e) => e.outerHTML.slice(0, 120))];
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((e) => ["", "::before", "::after"].some((part) => {
  const s = getComputedStyle(e, part || null);
  return s.transitionDuration.split(", ").some((t) => t !== "0s") || s.animationName !== "none" })).length"""


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_an_anchor_deep_in_a_page_is_where_it_opens(visit: Any, share: float) -> None:
    sections = re.findall(r'<section id="([^"]+)"', (HTML / FIRST).read_text(encoding="utf-8"))
    anchor = sections[int(share * (len(sections) - 1))]
    page = visit(f"{FIRST}#{anchor}", size=PHONE)
    heading = page.locator(f"#{anchor} h2, #{anchor} h3").first
    top = heading.bounding_box()["y"]
    assert 40 < top < 200, "below the header, at the top of the screen"
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, -3000)
    page.wait_for_function("before => scrollY < before", arg=before)
    page.goto(page.url.split("#")[0] + f"#{anchor}")
    assert heading.bounding_box()["y"] == pytest.approx(top, abs=2)


@pytest.mark.parametrize("name", PAGES)
def test_who_asked_for_it_sees_nothing_move_and_the_keyboard_reaches_things_that_show_it(
    visit: Any, name: str
) -> None:
    page = visit(name, reduced_motion="no-preference")
    page.evaluate(STRIP)
    assert page.evaluate(MOVING) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == 0
    page.add_style_tag(content=DRAW_ALL)
    page.keyboard.press("Tab")  # from here on, the focus is the keyboard's
    for look in looks(page, widths=(1280,)):
        reached, unseen = page.evaluate(UNSEEN)
        assert reached >= 20
        assert unseen == [], look


# Each place where a line begins with the punctuation that follows a formula of no more than 24 characters of TeX.
TORN = """() => [...document.querySelectorAll(".math")].filter((formula) => {
  const tex = formula.querySelector("annotation").textContent, next = formula.nextSibling;
  if (tex.length > 24 || !next || next.nodeType !== 3 || !/^[.,;:!?)]/.test(next.data)) return false;
  const mark = document.createRange(); mark.setStart(next, 0); mark.setEnd(next, 1);
  const last = [...formula.querySelectorAll(".base")].pop();
  return mark.getBoundingClientRect().left < last.getBoundingClientRect().left;
}).map((formula) => formula.querySelector("annotation").textContent)"""


def test_no_line_begins_with_the_comma_after_a_short_formula(visit: Any) -> None:
    page = visit("book/09-several-losses/2-who-sets-the-weights.html", size=PHONE)
    page.add_style_tag(content=DRAW_ALL)
    assert page.locator(".glued").count() > 10
    for width in (390, 360, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(TORN) == []
    page.add_style_tag(content=".glued { white-space: normal }")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(TORN), "without the rule, this test sees it"


def test_what_an_exercise_says_breaks_like_a_sentence_and_tables_do_not(visit: Any) -> None:
    page = visit("book/10-optimizers/1-adam-by-hand.html", size=PHONE)
    page.add_style_tag(content=DRAW_ALL)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    wide = "(all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth + 1).length"
    said = page.locator(".output.said pre")
    assert said.count()
    assert said.evaluate_all(wide) == 0
    assert (
        page.locator(".output.stream:not(.said) pre").first.evaluate(
            "(pre) => getComputedStyle(pre).whiteSpace"
        )
        == "pre"
    )


@pytest.mark.parametrize("base", ["file"], indirect=True)
def test_a_reader_goes_on_where_they_were(visit: Any) -> None:
    first, second = map(page_of, EDITION[:2])
    page = visit(first)
    chapter, start = (
        page.url.replace(first, name) for name in (f"{Path(first).parent}/index.html", "index.html")
    )
    go_on = page.locator(".go-on a")
    for address in (chapter, start):
        page.goto(address)
        assert page.locator("table.times .lesson-done").count() == 0
        assert go_on.inner_text() == "One training step"
    go_on.click()
    page.wait_for_url(f"**/{first}")  # loaded, or its script would be given up
    page.evaluate("localStorage.setItem(`answered ${location.pathname}`, '{\"done\": true}')")
    page.goto(start)
    assert go_on.get_attribute("href").endswith(second), "what is done is behind"
    page.goto(chapter)
    done = page.locator("table.times tr:has(.lesson-done)")
    assert done.count() == 1
    assert "One training step" in done.inner_text()
    total = page.locator("table.times tr:last-child td:nth-child(2)").inner_text()
    least, most, *left = map(int, re.findall(r"\d+", total))
    minutes = map(int, re.findall(r"\d+", done.locator("td:nth-child(2)").inner_text()))
    assert left == [whole - part for whole, part in zip((least, most), minutes, strict=True)]


@pytest.mark.parametrize("name", ["book/package-api.html", "book/reference/ledger-evidence.html"])
def test_the_contents_follow_the_reader(visit: Any, name: str) -> None:
    page = visit(name, size=(1400, 800))
    seen = []
    for share in (0.3, 0.6, 0.9):
        page.evaluate(f"scrollTo(0, document.body.scrollHeight * {share})")
        page.evaluate("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))")
        entry = page.locator(".page-toc .active").last
        box = entry.bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 800
        assert box["x"] + box["width"] <= 1400
        seen.append(entry.inner_text())
    assert len({*seen}) == 3
