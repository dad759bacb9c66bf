"""The pages made from docstrings, pins and measurements show all of them, and what stands in the files."""

import html
import json
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import api
import measured
import pytest
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes

from tests.helpers.project import HTML, ROOT
from tests.site.test_site import Cells, anchors
from tests.tooling.test_project import PINS, PROJECT

PAGE = (ROOT / "book" / "package-api.md").read_text(encoding="utf-8")
PACKAGES = [
    f"lessons_pkg.{path.stem}"
    for path in sorted((ROOT / "lessons_pkg").iterdir())
    if path.stem[0] != "_" and (path.suffix == ".py" or (path / "__init__.py").exists())
]
PUBLIC = [
    (package, name)
    for package in PACKAGES
    for names in api.public_names(import_module(package)).values()
    for name in names
]


def test_the_page_asks_for_every_package() -> None:
    assert sorted(re.findall(r"```\{package-api\} (\S+)\n", PAGE)) == PACKAGES


def test_names_come_from_all_or_from_the_module_itself() -> None:
    losses = import_module("lessons_pkg.losses")
    names = api.public_names(losses)
    assert sorted(name for part in names.values() for name in part) == losses.__all__
    assert "huber_loss" in names["lessons_pkg.losses.regression"]
    (models,) = api.public_names(import_module("lessons_pkg.models")).values()
    assert "LeNet" in models
    assert not {"Tensor", "nn", "F"} & set(models)


def linked(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    monkeypatch.setattr(api, "CHAPTERS", {5: "05-five", 12: "12-twelve"})
    app: Any = SimpleNamespace(config=SimpleNamespace(html_baseurl="https://here/"))
    copy = list(lines)
    api.link_chapters(app, "function", "f", None, None, copy)
    return copy


def test_chapters_in_a_docstring_become_links(monkeypatch: pytest.MonkeyPatch) -> None:
    five = "`Chapter 5 <https://here/book/05-five.html>`__"
    assert linked(monkeypatch, "A. Chapter 5. Huber (1964).") == [f"A. {five}. Huber (1964)."]
    assert linked(monkeypatch, "A. Chapter", "5.", "B") == [f"A. {five}.", "B"]
    twelve = "`Chapters 12 <https://here/book/12-twelve.html>`__ and 13"
    assert linked(monkeypatch, "Chapters 12 and 13; article 003") == [f"{twelve}; article 003"]
    assert linked(monkeypatch, "Chapter 7, 5 rows") == ["Chapter 7, 5 rows"]


def test_formulas_of_several_lines_are_aligned_once() -> None:
    page = new_document("page")
    inner = addnodes.desc_content(
        "", nodes.math_block("", r"a &= b \\ c &= d"), nodes.math_block("", "a = b")
    )
    page += [addnodes.desc_content("", inner), nodes.math_block("", "x & y")]
    api.align_formulas(None, page)  # type: ignore[arg-type]
    formulas = [block.astext() for block in page.findall(nodes.math_block)]
    assert formulas == [r"\begin{aligned}a &= b \\ c &= d\end{aligned}", "a = b", "x & y"]


def test_a_table_has_short_numbers() -> None:
    rows = [["a", 3, 1.23456e-7], ["b", 100, 0.0]]
    expected = "| x | n | d |\n| --- | --- | --- |\n| a | 3 | 1.2e-07 |\n| b | 100 | 0 |"
    assert measured.markdown_table(["x", "n", "d"], rows) == expected


def test_versions_are_those_of_the_files() -> None:
    rows = {name: (floor, pinned) for name, floor, pinned in measured.versions()}
    assert rows["Python"] == (PROJECT["requires-python"], "3.10, 3.11, 3.12, 3.13")
    for name in set(rows) - {"Python"}:
        floor, pinned = rows[name]
        assert f"{name}{floor}" in PROJECT["dependencies"] or (name, floor) == ("numpy", "any")
        pins = [str(next(iter(pin.specifier)).version) for pin in PINS if pin.name == name]
        assert pins
        assert re.findall(r"(?:^|, )([\d.]+)", pinned) == pins
    assert "Python < 3.11" in rows["numpy"][1]


@pytest.mark.site
def test_every_public_name_stands_on_the_page_with_an_anchor() -> None:
    ids = anchors(HTML / "book" / "package-api.html").ids
    assert {f"{package}.{name}" for package, name in PUBLIC} <= ids


@pytest.mark.site
@pytest.mark.parametrize("path", sorted(measured.RESULTS.glob("*.json")), ids=lambda path: str(path.stem))
def test_every_stored_table_stands_on_its_page(path: Any) -> None:
    name = {"throughput": "how-to-use-this-course"}.get(path.stem, "reproducibility")
    text = (HTML / "book" / f"{name}.html").read_text(encoding="utf-8")
    page = Cells()
    page.feed(text)
    result = json.loads(path.read_text(encoding="utf-8"))
    for table in filter(lambda table: table["rows"], result["tables"].values()):
        for row in [table["head"], *table["rows"]]:
            line = measured.markdown_table([], [row]).splitlines()[-1]
            assert [re.sub("[`*]", "", cell).strip() for cell in line[1:-1].split("|")] in page.rows
        if "on" not in table["head"]:
            said = ", ".join(f"{name} {value}" for name, value in result["provenance"].items())
            assert html.escape(said) in text, "when, where and with what"
