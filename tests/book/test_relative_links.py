"""Links between sources: to any id, to pages that are left out, and to what is not there."""

import io
from pathlib import Path

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
        "extensions": ["myst_parser", "relative_links"],
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
    assert page.count("Not in this edition: 7 · Losses for special tasks; 9 · Several losses.") == 1


def test_a_misspelt_link_is_a_warning(tmp_path: Path) -> None:
    links = ("book/glossary.md#term-lozz", "#frist", "book/no-such.md")
    _, warned = built(tmp_path, {"index.md": "# First\n\n" + " ".join(f"[x]({link})" for link in links)}, [])
    assert warned.count("WARNING") == warned.count("not found") == len(links)
