"""What text and cells may say: no number typed by hand, nothing hidden, nothing that depends on who looks."""

import ast
import re
from typing import Any

import pytest

from lessons_pkg.exercises import EXERCISES
from tests.helpers.project import NOTEBOOKS, ROOT, code_cells, load, markdown, source
from tools.hardcoded_numbers import code_and_outputs, facts, hardcoded, is_shown, shown

Notebook = dict[str, Any]
KNOWS = re.compile(r"\b(?:environ|getenv|argv|_getframe|gethostname)\b|\bin sys\.modules|\bquiet\(\)")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)")
MNIST = "50,000"  # its images, which only a machine with its files counts
# Said once, and shown by another section than the one that says it: each was looked up. Add yours here.
FROM_ELSEWHERE = {
    ("Build it", "0.0000"), ("Exercises", "0.3"), ("Build it", "0.2"), ("Build it", "0.7"),
    ("The article's numbers, recomputed", "0.02"), ("Replace one thing at a time", "0.4"), ("Two boxes", "0.9"),
    ("Play", "0.6"), ("Where it is slow", "0.02"), ("Exercises", "0.75"), ("The test set, once", "0.0039"),
    ("What goes wrong", "0.000"), ("What goes wrong", "0.003"), ("What goes wrong", "0.905"), ("Types", "1.0"),
}  # fmt: skip


def test_every_number_in_the_text_stands_in_code_or_output(notebook: Notebook) -> None:
    typed = set(hardcoded(notebook)) - FROM_ELSEWHERE
    ways = (
        "show it in a cell of the section; a year has `in`, `since` or `of` before it, or brackets round it"
    )
    assert not typed, f"typed by hand: the section shows no such number: {typed}. {ways}"


SHOWS = "losses = 0.6667, 0.1, 2.0, 0.98912\nprint(1000, 'epochs', 'after 520 updates')"
GOOD = [
    "the 2014 wave", "152 layers", "published in 1964", "in use since 1998.", "a loss of 0.67", "0.667", "0.6667",
    "98.9 % of the drop", "after 1000 epochs", "520 updates", "Exercise 1.2 and [y](https://x/2.345), Huber (1964)",
    "0.67|## B|0.67", "|## Keep|0.67", "|## B|**Predict.** 0.67?",
]  # fmt: skip
WRONG = [
    "0.01",
    "0.66",
    "0.7",
    "99.9 %",
    "1900 epochs",
    "the 1900 updates",
    "521 updates",
    "since 2031",
    "|## B|0.67",
]


@pytest.mark.parametrize(("text", "typed"), [*((one, 0) for one in GOOD), *((one, 1) for one in WRONG)])
def test_a_rounded_number_and_a_year_pass_and_a_wrong_number_does_not(text: str, typed: int) -> None:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "source": [one]} for one in text.split("|")]
    cells.insert(1, {"cell_type": "code", "source": [SHOWS], "outputs": []})
    assert len(hardcoded({"cells": [{"cell_type": "markdown", "source": ["## A"]}, *cells]})) == typed


def test_numbers_with_thousands_are_shown(notebook: Notebook) -> None:
    known = {re.sub("[,_]", "", one) for one in re.findall(r"[\d,_]*\d", code_and_outputs(notebook["cells"]))}
    known |= shown(*notebook["cells"])
    said = {one for one in THOUSANDS.findall(markdown(notebook)) if re.sub(r"[{,}]", "", one) not in known}
    assert said <= {MNIST}


@pytest.mark.parametrize("name", ["index", "choosing-a-loss", "choosing-an-optimizer", "how-to-use-this-course", "glossary"])  # fmt: skip
def test_a_number_on_a_reference_page_is_shown_by_the_chapter_that_its_line_names(name: str) -> None:
    chapters = {path.relative_to(ROOT / "book").parts[0][:3]: set[str]() for path in NOTEBOOKS}
    for path in NOTEBOOKS:
        chapters[path.relative_to(ROOT / "book").parts[0][:3]] |= shown(*load(path)["cells"])
    [page] = [ROOT / "index.md"] if name == "index" else (ROOT / "book").rglob(f"{name}.md")
    for line in re.sub(r"(?s)```.*?```", "", page.read_text(encoding="utf-8")).splitlines():
        named = {f"{int(one):02d}-" for one in re.findall(r"chapter (\d+)", line)}
        named |= {one for one in re.findall(r"[(/](\d\d-)[\w-]+[./]", line) if one in chapters}
        known = set().union(*(chapters[one] for one in named or chapters))
        assert not [number for number in facts(line) if not is_shown(number, known)], line


def test_no_cell_knows_where_it_runs(notebook: Notebook) -> None:
    for cell in code_cells(notebook)[1:]:  # the first asks whether this is Colab
        code = source(cell).replace("disable=runtime.quiet()", "")  # tqdm's bar, which is not stored
        assert not KNOWS.search(code), "a reader's run would differ from the one that was compared"


def test_no_result_is_printed_as_it_was_typed(notebook: Notebook) -> None:
    for cell in code_cells(notebook)[1:]:
        for node in ast.walk(ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source(cell)))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                parts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in node.args]
                typed = parts and all(parts) and re.search(r"\d+\.\d{3,}\s*$", " ".join(parts))
                assert not typed, f"give it a name: {parts}"


def test_text_hides_nothing_and_draws_nothing(notebook: Notebook) -> None:
    text = re.sub(r"(?s)```python\n.*?```|`[^`\n]+`|\$\$.*?\$\$|\$[^$\n]*\$", "", markdown(notebook))
    assert not re.findall(r"<(?!/?(?:details|summary)>)[A-Za-z/!][^>\n]*", text), "only folds are HTML"
    assert not re.findall(r"(?m)!\[|^```", text), "pictures and outputs come from cells"


def test_exercises_that_a_text_names_exist(notebook: Notebook) -> None:
    for chapter, number in re.findall(r"[Ee]xercise (\d+)\.(\d\w?)", markdown(notebook)):
        assert {f"{chapter}.{number}", f"{int(chapter):02d}.{number}"} & set(EXERCISES)
