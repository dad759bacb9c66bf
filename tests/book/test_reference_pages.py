"""The pages made from docstrings, pins and measurements show all of them, and what stands in the files."""

import html
import json
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import api_reference
import pytest
import result_tables
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes

from tests.helpers.html import Cells, anchors
from tests.helpers.project import HTML, PAGES, ROOT, page_of

PAGE = (ROOT / "book" / "package-api.md").read_text(encoding="utf-8")
PACKAGES = [
    f"lessons_pkg.{path.stem}"
    for path in sorted((ROOT / "lessons_pkg").iterdir())
    if path.stem[0] != "_" and (path.suffix == ".py" or (path / "__init__.py").exists())
]


def test_the_page_asks_for_every_package() -> None:
    assert sorted(re.findall(r"automodule:: (\S+)\n", PAGE)) == PACKAGES


def linked(*lines: str) -> list[str]:
    app: Any = SimpleNamespace(
        env=SimpleNamespace(found_docs={"book/05-five/index", "book/12-twelve", "book/05-five/1-x"})
    )
    copy = list(lines)
    api_reference.link_chapters(app, "function", "f", None, None, copy)
    return copy


def test_chapters_in_a_docstring_become_links() -> None:
    five = ":doc:`Chapter 5 </book/05-five/index>`"
    assert linked("A. Chapter 5. Huber (1964).") == [f"A. {five}. Huber (1964)."]
    assert linked("A. Chapter", "5.", "B") == [f"A. {five}.", "B"]
    twelve = ":doc:`Chapters 12 </book/12-twelve>` and 13"
    assert linked("Chapters 12 and 13; article 003") == [f"{twelve}; article 003"]
    assert linked("Chapter 7, 5 rows") == ["Chapter 7, 5 rows"]


def test_formulas_of_several_lines_are_aligned_once() -> None:
    page = new_document("page")
    inner = addnodes.desc_content(
        "", nodes.math_block("", r"a &= b \\ c &= d"), nodes.math_block("", "a = b")
    )
    page += [addnodes.desc_content("", inner), nodes.math_block("", "x & y")]
    api_reference.align_formulas(None, page)  # type: ignore[arg-type]
    formulas = [block.astext() for block in page.findall(nodes.math_block)]
    assert formulas == [r"\begin{aligned}a &= b \\ c &= d\end{aligned}", "a = b", "x & y"]


@pytest.mark.site
def test_every_public_name_stands_on_the_page_with_an_anchor() -> None:
    ids = anchors(HTML / "book" / "package-api.html").ids
    for package in PACKAGES:
        names = getattr(import_module(package), "__all__", [])
        assert {f"{package}.{name}" for name in names if not name.isupper()} <= ids


@pytest.mark.site
@pytest.mark.parametrize(
    "path", sorted(result_tables.RESULTS.glob("*.json")), ids=lambda path: str(path.stem)
)
def test_every_stored_table_stands_on_its_page(path: Any) -> None:
    (source,) = (
        page
        for page in (ROOT / "book").rglob("*.md")
        if f"{{measured}} {path.stem} " in page.read_text("utf-8")
    )
    if (name := page_of(source)) not in PAGES:
        pytest.skip(f"{name} is not in this edition")
    text = (HTML / name).read_text(encoding="utf-8")
    page = Cells()
    page.feed(text)
    result = json.loads(path.read_text(encoding="utf-8"))
    for table in filter(lambda table: table["rows"], result["tables"].values()):
        for row in [table["head"], *table["rows"]]:
            line = result_tables.markdown_table([], [row]).splitlines()[-1]
            assert [re.sub("[`*]", "", cell).strip() for cell in line[1:-1].split("|")] in page.rows
        if "on" not in table["head"]:
            said = ", ".join(f"{name} {value}" for name, value in result["provenance"].items())
            assert html.escape(said) in text, "when, where and with what"
