"""What text and cells may say: nothing typed, nothing hidden, nothing that depends on who looks."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from benchmarks.mutants import percent
from ledger import read_ledger

from benchmarks.results import RESULTS
from lessons_pkg.exercises import EXERCISES
from tests.helpers.project import NOTEBOOKS, ROOT, code_cells, load, markdown, source
from tools.typed import facts, shown, words

Notebook = dict[str, Any]
KNOWS = re.compile(r"\b(?:environ|getenv|argv|_getframe|gethostname)\b|\bin sys\.modules|\bquiet\(\)")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,|\{,\})\d{3})+(?!\d)")
MNIST = "50,000"  # its images, which only a machine with its files counts


def test_no_cell_knows_where_it_runs(notebook: Notebook) -> None:
    for cell in code_cells(notebook)[1:]:  # the first asks whether this is Colab
        code = source(cell).replace("disable=runtime.quiet()", "")  # tqdm's bar, which is not stored
        assert not KNOWS.search(code), "a reader's run would differ from the gate's"


def test_the_package_does_not_know_who_looks() -> None:
    paths = sorted((ROOT / "lessons_pkg").rglob("*.py"))
    knows = re.compile(rf"{KNOWS.pattern}|sys\.modules")
    knowing = [path.name for path in paths if knows.search(path.read_text(encoding="utf-8"))]
    assert knowing == ["runtime.py"], "what it says of the machine is left out of what is stored"


def test_no_result_is_printed_as_it_was_typed(notebook: Notebook) -> None:
    for cell in code_cells(notebook)[1:]:
        tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source(cell)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                parts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in node.args]
                typed = parts and all(parts) and re.search(r"\d+\.\d{3,}\s*$", " ".join(parts))
                assert not typed, f"give it a name: {parts}"


def test_text_hides_nothing_and_draws_nothing(notebook: Notebook) -> None:
    text = re.sub(r"(?s)```python\n.*?```|`[^`\n]+`|\$\$.*?\$\$|\$[^$\n]*\$", "", markdown(notebook))
    assert not re.findall(r"<(?!/?(?:details|summary)>)[A-Za-z/!][^>\n]*", text), "only folds are HTML"
    assert not re.findall(r"(?m)!\[|^```", text), "pictures and outputs come from cells"


def test_exercises_that_a_text_names_exist(notebook: Notebook) -> None:
    for chapter, number in re.findall(r"[Ee]xercise (\d+)\.(\d)", markdown(notebook)):
        assert f"{int(chapter):02d}.{number}" in EXERCISES


def test_numbers_with_thousands_are_shown(notebook: Notebook) -> None:
    code = "\n".join(source(cell) + "\n".join(map(words, cell["outputs"])) for cell in code_cells(notebook))
    known = {re.sub("[,_]", "", one) for one in re.findall(r"[\d,_]*\d", code)}
    known |= set().union(*map(shown, notebook["cells"]))
    said = {one for one in THOUSANDS.findall(markdown(notebook)) if re.sub(r"[{,}]", "", one) not in known}
    assert said <= {MNIST}


@pytest.mark.parametrize(
    "name", ["index", "choosing-a-loss", "choosing-an-optimizer", "how-to-use-this-course", "glossary"]
)
def test_a_number_on_a_reference_page_is_shown_by_the_chapter_that_its_line_names(name: str) -> None:
    chapters = {path.stem: set().union(*map(shown, load(path)["cells"])) for path in NOTEBOOKS}
    text = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    for line in re.sub(r"(?s)```.*?```", "", text).splitlines():
        numbers = {f"{int(one):02d}-" for one in re.findall(r"chapter (\d+)", line)}
        numbers |= set(re.findall(r"[(/](\d\d-)[\w-]+\.(?:ipynb|html)", line))
        named = [stem for stem in chapters if stem[:3] in numbers] or list(chapters)
        known = set().union(*(chapters[stem] for stem in named))
        assert set(facts({"cell_type": "markdown", "source": [line]})) <= known, line


def test_the_number_of_statements_is_the_ledgers() -> None:
    count = len(read_ledger())
    for name in ("README.md", "book/ledger.md"):
        said = re.findall(r"(\d+) (?:technical )?statements", (ROOT / name).read_text(encoding="utf-8"))
        assert set(map(int, said)) == {count}, name
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("\n  ", " ")
    assert sum(map(int, re.findall(r"and (\d+) statements", log))) == count


def rows_of(result: str, table: str) -> list[list[Any]]:
    stored = json.loads((RESULTS / f"{result}.json").read_text(encoding="utf-8"))
    rows: list[list[Any]] = stored["tables"][table]["rows"]
    return rows


def test_sums_and_shares_of_measurements_are_right() -> None:
    *parts, every = rows_of("mutants", "parts")
    for _, total, noticed, _, lived, share in (*parts, every):
        assert (total - noticed, percent(noticed, total)) == (lived, share)
    assert every[1:5] == [sum(column) for column in zip(*(row[1:5] for row in parts), strict=True)]
    times = rows_of("notebooks", "times")
    for name, *seconds, ratio in times:
        median, fastest, slowest, base = (float(text.split()[0]) for text in (*seconds, times[0][1]))
        assert fastest <= median <= slowest, name
        assert ratio == pytest.approx(median / base, abs=2e-3), name


# ---- What these checks are for: each sees the lie that it was written against. ----

LIES = {
    "asks who looks": (
        "code",
        'import os\nprint(1 if "CI" in os.environ else 2)',
        test_no_cell_knows_where_it_runs,
    ),
    "typed": ("code", 'print("two calls  -6.2400")', test_no_result_is_printed_as_it_was_typed),
    "typed in pieces": ("code", 'print("two calls", "6.2400")', test_no_result_is_printed_as_it_was_typed),
    "hidden": ("markdown", '<div style="display:none">x</div>', test_text_hides_nothing_and_draws_nothing),
    "drawn": ("markdown", "Look: <svg></svg>", test_text_hides_nothing_and_draws_nothing),
    "picture": ("markdown", "![x](x.png)", test_text_hides_nothing_and_draws_nothing),
    "output": ("markdown", "It prints\n\n```text\n0.9\n```", test_text_hides_nothing_and_draws_nothing),
    "exercise": ("markdown", "See exercise 9.8.", test_exercises_that_a_text_names_exist),
    "thousands": ("markdown", "About 1,000,001 times.", test_numbers_with_thousands_are_shown),
    "thousands in TeX": ("markdown", "About $1{,}000{,}001$ times.", test_numbers_with_thousands_are_shown),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_seen(name: str) -> None:
    kind, text, check = LIES[name]
    cells = [
        {"cell_type": one, "metadata": {}, "source": [what], "outputs": []}
        for one, what in (("code", "x = 1_000_000"), (kind, text))
    ]
    with pytest.raises(AssertionError):
        check({"cells": cells})


@pytest.mark.parametrize("wrong", ["a loss of 0.0071 (chapter 1)", "a loss of 0.0071717"])
def test_a_wrong_number_on_a_reference_page_is_seen(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.md").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr("tests.test_said.ROOT", tmp_path)
    with pytest.raises(AssertionError, match=re.escape(wrong)):
        test_a_number_on_a_reference_page_is_shown_by_the_chapter_that_its_line_names("index")


@pytest.mark.parametrize(("row", "column"), [(0, 2), (-1, 1), (0, 5)])
def test_a_measurement_that_contradicts_the_others_is_seen(
    row: int, column: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = rows_of("mutants", "parts")
    spoilt[row][column] = "99.9 %" if column == 5 else spoilt[row][column] + 100
    monkeypatch.setattr("tests.test_said.rows_of", lambda *_: spoilt)
    with pytest.raises(AssertionError):
        test_sums_and_shares_of_measurements_are_right()
