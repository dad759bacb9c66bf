"""The built book's files: every link within it leads somewhere."""

import re
from urllib.parse import unquote, urldefrag

import pytest
from result_tables import ARTICLES, read_ledger

from tests.helpers.html import Cells, anchors
from tests.helpers.project import HTML, PAGES, ROOT
from tools.set_repository import current

pytestmark = pytest.mark.site


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_book_has_its_target(name: str) -> None:
    here = HTML / name
    assert (HTML / "_static/favicon.svg").exists()
    for link in anchors(here).links:
        if re.match(r"[a-z]+:", link):
            assert not link.startswith(current().pages), f"{link} should be relative"
            continue
        path, fragment = urldefrag(unquote(link))
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), link
        if fragment and target.suffix == ".html":
            assert fragment in anchors(target).ids, link


PAGE_FILES = sorted(HTML.rglob("*.html"))


def test_every_icon_of_the_theme_is_drawn() -> None:
    sheet = (HTML / "_static" / "book.css").read_text(encoding="utf-8")
    used = {icon for page in PAGE_FILES for tag in re.findall(r'<(?:i|span) class="([^"]*\bfa[\w-]*[^"]*)"', page.read_text(encoding="utf-8"))
            for icon in re.findall(r"\bfa-([a-z-]+)", tag)} - {"solid", "lg"}  # fmt: skip
    assert "magnifying-glass" in used
    assert {icon for icon in used if not re.search(rf"\.fa-{icon}\{{--icon:url", sheet)} == set()


def test_no_font_was_lost_on_the_way_and_every_class_of_ours_has_its_rules() -> None:
    """What is not used is purged from the style sheet; a name in an abbreviated rule is not seen as used."""
    sheet = (HTML / "_static" / "book.css").read_text(encoding="utf-8")
    faces = {
        face for rule in re.findall(r"@font-face\{[^}]*\}", sheet) for face in re.findall(r"KaTeX_\w+", rule)
    }
    assert "KaTeX_Main" in faces
    assert set(re.findall(r"KaTeX_\w+", sheet)) <= faces
    ours = (ROOT / "book" / "_static" / "course.css").read_text(encoding="utf-8")
    ours = re.sub(r"/\*.*?\*/", "", ours, flags=re.DOTALL)
    mine = {name for rule in re.findall(r"([^{}]+)\{", ours) for name in re.findall(r"\.([a-z][\w-]*)", rule)}
    assert {name for name in mine if f".{name}" not in sheet} == set()


def test_pages_load_one_style_sheet_and_one_script_which_wait_for_nothing() -> None:
    for page in PAGE_FILES:
        head = page.read_text(encoding="utf-8")
        if "<head>" not in head:
            continue  # a part of the theme's, not a page
        assert len(re.findall(r'rel="stylesheet"', head)) == 1, page
        scripts = re.findall(r"<script\b([^>]*\bsrc=[^>]*)>", head)
        assert all("defer" in script for script in scripts), page
        assert len(scripts) == (3 if page.name == "search.html" else 1), page


def test_the_ledgers_page_holds_every_row_and_the_right_counts() -> None:
    table = Cells()
    table.feed((HTML / "book" / "ledger.html").read_text(encoding="utf-8"))
    ledger = read_ledger()
    shown = {row[0]: row for row in table.rows if len(row) == 4}
    for row in ledger:
        assert shown[row.id][:3] == [row.id, re.sub("[`*]", "", row.statement), row.verdict]
        assert shown[row.id][3].startswith("not settled yet: " if not row.settled else row.truth.split()[0])
    (head,) = [row for row in table.rows if row and row[0] == "Verdict"]
    for verdict in [*{row.verdict for row in ledger}, "all"]:
        (counts,) = [row for row in table.rows if len(row) == len(head) and row[0] == verdict]
        mine = [row.id[:3] for row in ledger if verdict in ("all", row.verdict)]
        assert head[1:-1] == list(ARTICLES)
        assert counts == [verdict, *(str(mine.count(article)) for article in ARTICLES), str(len(mine))]
