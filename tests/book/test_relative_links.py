"""Links between sources: to any id, to pages that are left out, and to what is not there; plans of an edition."""

import io
import re
from pathlib import Path

import lesson_map
import pytest
from lesson_map import Page
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

BOOK = {
    "index.md": "# First\n\n[seven](book/07-losses.md#deep), [term](book/glossary.md#term-loss), [ours](#first).\n\n[nine](book/09-several/index.md)\n",
    "book/glossary.md": "# Words\n\n[back](../index.md), [here](#term-loss)\n\n```{glossary}\nloss\n  A number.\n```\n",
    "book/07-losses.md": "# 7 · Losses for special tasks\n\n## Deep\n",
    "book/09-several/index.md": "# 9 · Several losses\n",
}


def built(folder: Path, changes: dict[str, str], left_out: list[str]) -> tuple[str, str]:
    """Build a small book; return its first page and what was warned of."""
    for name, text in {**BOOK, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    options = {
        "extensions": ["myst_parser", "relative_links", "lesson_map"],
        "exclude_patterns": left_out,
        "nitpicky": True,
    }
    options |= {"myst_enable_extensions": ["colon_fence"], "myst_heading_anchors": 3, "html_theme": "basic"}
    warned = io.StringIO()
    places = (str(folder), None, str(folder / "out"), str(folder / "doctrees"))
    with docutils_namespace():
        Sphinx(*places, "html", options, status=None, warning=warned).build()
    said = [line for line in warned.getvalue().splitlines() if "toctree" not in line]
    return (folder / "out" / "index.html").read_text(encoding="utf-8"), "\n".join(said)


def test_a_link_leads_to_whatever_has_an_id(tmp_path: Path) -> None:
    page, warned = built(tmp_path, {}, [])
    assert warned == ""
    for address in ("book/07-losses.html#deep", "book/glossary.html#term-loss", "book/09-several/index.html"):
        assert f'href="{address}"' in page
    assert "Not in this edition" not in page


def test_links_to_pages_left_out_become_words_and_one_line_names_them(tmp_path: Path) -> None:
    page, warned = built(tmp_path, {}, ["book/07*", "book/09*"])
    assert warned == ""
    assert 'href="book/glossary.html#term-loss"' in page
    assert "07-losses" not in page
    assert "09-several" not in page
    assert "seven" in page
    assert page.count("Not in this edition: 7 · Losses for special tasks; 9 · Several losses<") == 1


def test_a_misspelt_link_is_a_warning(tmp_path: Path) -> None:
    links = ("book/glossary.md#term-lozz", "#frist", "book/no-such.md")
    _, warned = built(tmp_path, {"index.md": "# First\n\n" + " ".join(f"[x]({link})" for link in links)}, [])
    assert warned.count("WARNING") == warned.count("not found") == len(links)


@pytest.mark.parametrize("left_out", [[], ["book/07*", "book/09-several/1*"]])
def test_a_plan_counts_what_the_edition_has_and_names_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: list[str]
) -> None:
    seven = Page(tmp_path / "book/07-losses.md", "7 · Losses for special tasks", "", "", (60, 60))
    lessons = [
        Page(tmp_path / f"book/09-several/{n}-x.md", title, "", "", (20, 20))
        for n, title in enumerate("ABC", 1)
    ]
    nine = Page(tmp_path / "book/09-several/index.md", "9 · Several losses", "", "", (60, 60), tuple(lessons))
    fewer = [nine._replace(minutes=(40, 40), lessons=tuple(lessons[1:]))]
    monkeypatch.setattr(
        lesson_map, "read_chapters", lambda env=None: fewer if env and left_out else [seven, nine]
    )
    plan = "# First\n\n```{plan} Week\n1: 7\n2: 9\n3: 9.1, 9.2\n```\n"
    pages = {f"book/09-several/{n}-x.md": f"# {title}\n" for n, title in enumerate("ABC", 1)}
    page, warned = built(tmp_path, {"index.md": plan, **pages}, left_out)
    assert warned == ""
    text = " ".join(re.sub("<[^>]+>", " ", page).split())
    if left_out:
        assert "Week Lessons Minutes 1 9 · Several losses 40 2 9.2 B 20" in text
        assert "Not in this edition: 7 · Losses for special tasks; 9.1 A" in text
    else:
        assert "1 7 · Losses for special tasks 60 2 9 · Several losses 60 3 9.1 A , 9.2 B 40" in text
        assert "Not in this edition" not in text
