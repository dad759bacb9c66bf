"""Print what a teacher hands out: per chapter a sheet of its exercises and the key, and the book as one PDF.

`make handouts` writes them into `_build/handouts`: PDFs from the built pages, printed by Chromium;
notebooks from the lessons, with the set-up, what the exercises need, and the exercises.
"""

import posixpath
import re
import symtable
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

from tools.chromium import MISSING, chromium_path
from tools.execute_notebooks import METADATA, ROOT, text_of
from tools.student_notebooks import copy_of, pages

BUILT, TARGET = ROOT / "_build" / "html", ROOT / "_build" / "handouts"
EXERCISE = re.compile(r"(?m)^### (Exercise \d.*)$")
FOLD = re.compile(r"<details>|^The solution is folded on")
LEFT_OUT = ".headerlink, .run-it, script, .cell_output form, .start, .copybtn"
LINES = "repeating-linear-gradient(#fff 0 0.85cm, #ccc 0.85cm 0.88cm)"
PAGE = f"""<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>@TITLE@</title>
<link rel="stylesheet" href="../html/_static/book.css"><style>
@page {{ size: A4 }} * {{ animation: none !important; content-visibility: visible !important }}
.chapter {{ break-before: page }} .room {{ height: 5cm; margin-block: 1rem; background: {LINES} }}
summary {{ break-after: avoid }}
</style><body><main class="bd-main"><article class="bd-article">@TEXT@</article></main></html>"""


def article(name: str) -> Tag:
    """Read a built page's text, with ids that no other page has, and links to those."""
    page = BeautifulSoup((BUILT / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    found = page.select_one("article.bd-article")
    assert found is not None
    for element in found.select(LEFT_OUT):
        element.decompose()
    for element in found.select("[id], [href], use, [clip-path]"):
        for key in {"id", "href", "xlink:href", "clip-path"} & element.attrs.keys():
            element[key] = moved(str(element[key]), key, name)
    return found


def moved(value: str, key: str, name: str) -> str:
    """Rename an id of a page, or what points at one."""
    if key == "id":
        return f"{name}--{value}"
    if key == "clip-path" or re.match(r"\w+:", value):
        return value.replace("url(#", f"url(#{name}--")
    there, _, place = value.partition("#")
    there = posixpath.normpath(posixpath.join(posixpath.dirname(name), there)) if there else f"{name}.html"
    return f"#{there.removesuffix('.html')}--{place}"


def exercises(name: str, key: bool) -> Iterator[str]:
    """Cut the exercises out of a built lesson: with room to write, or with everything unfolded."""
    for section in article(name).select("section[id*='--exercise-']"):
        for output in section.find_all(class_="cell_output"):
            if "not attempted yet" in output.get_text():
                output.decompose()
        folds = [part for part in section.find_all(recursive=False) if part.name == "details" or part.details]
        if not key:
            for later in folds[-1].find_next_siblings():  # what is said once it is solved
                later.decompose()
        for fold in section.select("details"):
            if key:
                fold["open"] = ""
            else:
                fold.decompose()
        yield str(section) + ("" if key else '<div class="room"></div>')


def sheet(chapter: str, lessons: list[str], key: bool) -> str:
    """Put the exercises of a chapter together."""
    title = article(f"{chapter}/index").select_one("h1")
    assert title is not None
    words = f"{title.get_text()}: {'solutions' if key else 'exercises'}"
    return f"<h1>{words}</h1>{''.join(part for name in lessons for part in exercises(name, key))}"


def names(cell: Any) -> tuple[set[str], set[str]]:
    """Give the names that a cell binds, and those that it takes from outside its functions."""
    top = symtable.symtable(re.sub(r"(?m)^\s*[%!].*$", "pass", cell.source), "cell", "exec")
    bound = {name.get_name() for name in top.get_symbols() if name.is_assigned() or name.is_imported()}
    tables = [top]
    for table in tables:
        tables += table.get_children()
    used = {
        name.get_name()
        for table in tables
        for name in table.get_symbols()
        if name.is_referenced() and (table is top or name.is_global())
    }
    return bound, used


def practice(cells: list[Any], key: bool) -> Iterator[Any]:
    """Choose a lesson's exercises, and the cells before them that bind what they use."""
    starts = [k for k, cell in enumerate(cells) if EXERCISE.search(cell.source)]
    chosen: dict[int, Any] = {}
    for start in starts:
        ends = (k for k in range(start + 1, len(cells)) if re.search(r"(?m)^##+ ", cells[k].source))
        mine = range(start, next(ends, len(cells)))
        if not key:  # the rest is said once it is solved
            mine = range(start, 1 + max(k for k in mine if FOLD.search(cells[k].source)))
        wanted = set().union(*(names(cells[k])[1] for k in mine if cells[k].cell_type == "code"))
        earlier = [k for k in range(start) if cells[k].cell_type == "code" and "exercise" not in cells[k].id]
        found: list[int] = []
        while found != (found := [k for k in earlier if names(cells[k])[0] & wanted]):
            wanted |= set().union(*(names(cells[k])[1] for k in found))
        chosen |= {k: cells[k] for k in found}
        chosen |= {k: cells[k] for k in mine if key or "<details>" not in cells[k].source}
    yield from (chosen[k] for k in sorted(chosen))


def notebook(chapter: str, lessons: list[str], key: bool) -> str:
    """Write a chapter's exercises as a notebook."""
    made = nbformat.v4.new_notebook(metadata=METADATA)
    made.cells = [nbformat.v4.new_markdown_cell(f"# Chapter {int(Path(chapter).name[:2])}", id="title")]
    for k, lesson in enumerate(lessons):
        for cell in practice(copy_of(lesson, key).cells, key):
            cell.id = f"{k + 1}-{cell.id}"[:64]
            made.cells.append(cell)
    return text_of(made)


def main() -> None:
    """Write all of them; say where they are."""
    if (chromium := chromium_path()) is None:
        sys.exit(MISSING)
    TARGET.mkdir(parents=True, exist_ok=True)
    texts = [
        f'<div class="chapter" id="{page}--">{article(page).decode_contents()}</div>' for page in pages()
    ]
    sheets = {"loss-gradient-step": "".join(texts)}
    for index in (page for page in pages() if re.search(r"/\d\d-[^/]*/index$", page)):
        chapter = posixpath.dirname(index)
        lessons = [page for page in pages() if posixpath.dirname(page) == chapter and page != index]
        for key, kind in ((False, "exercises"), (True, "solutions")):
            name = f"{Path(chapter).name}-{kind}"
            sheets[name] = sheet(chapter, lessons, key)
            (TARGET / f"{name}.ipynb").write_text(notebook(chapter, lessons, key), encoding="utf-8")
    with sync_playwright() as play:
        page = play.chromium.launch(executable_path=chromium).new_page()
        page.set_default_timeout(600_000)  # the book has hundreds of sheets
        for name, text in sheets.items():
            source = TARGET / f"{name}.html"
            source.write_text(PAGE.replace("@TITLE@", name).replace("@TEXT@", text), encoding="utf-8")
            page.goto(source.as_uri())
            page.pdf(path=TARGET / f"{name}.pdf", outline=True, tagged=True, print_background=True)
            source.unlink()
    print(f"{len(sheets)} PDFs and {len(sheets) - 1} notebooks: {TARGET}")


if __name__ == "__main__":
    main()
