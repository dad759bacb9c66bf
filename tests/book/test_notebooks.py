"""The notebooks as stored: what nbval does not look at, and what Colab and readers need."""

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import lessons_pkg
from lessons_pkg.exercises import EXERCISES
from lessons_pkg.sliders.live import VIEW
from tests.helpers.project import CHAPTERS, NOTEBOOKS, ROOT, code_cells, markdown, source
from tools import colab_rules
from tools.execute_notebooks import METADATA, text_of
from tools.hardcoded_numbers import words
from tools.set_repository import current, setup_cell

Notebook = dict[str, Any]
SECTIONS = [
    "Set-up",
    "Predict first",
    "What goes wrong",
    "Play",
    "What the article says",
    "Exercises",
    "In one minute",
]


def outputs(notebook: Notebook) -> list[tuple[int, dict[str, Any]]]:
    return [(n, output) for n, cell in enumerate(code_cells(notebook), 1) for output in cell["outputs"]]


def test_chapters_are_numbered_without_a_gap_and_the_rest_are_reference_pages() -> None:
    assert [int(path.name[:2]) for path in CHAPTERS] == list(range(1, len(CHAPTERS) + 1))
    assert CHAPTERS
    for path in set(NOTEBOOKS) - set(CHAPTERS):
        assert not re.search(r"\d", path.stem), "a chapter's file starts with two digits and a hyphen"


def test_cells_were_executed_once_in_order(notebook: Notebook) -> None:
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebooks`"
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            assert output.get("execution_count", cell["execution_count"]) == cell["execution_count"]


def speaks(cell: dict[str, Any]) -> bool:
    """Whether a cell, as written, must produce output: it prints, shows, checks or explores."""
    tree = ast.parse(re.sub(r"(?m)^(\s*)%.*$", r"\1pass", source(cell)))
    top = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    calls = [node for statement in top for node in ast.walk(statement) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
    return bool(names & {"print", "show", "check", "explore", "display", "outcome", "message"})


def test_no_output_is_missing(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        assert cell["outputs"] or not speaks(cell), f"stored output missing: {source(cell)[:80]}"


def test_an_ignore_tag_has_its_reason_beside_it(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        tags = [tag for tag in cell["metadata"].get("tags", []) if "nbval" in tag]
        comments = re.findall(r"(?im)^\s*#[\s#]*(?:NBVAL|PYTEST_VALIDATE)_\w+", source(cell))
        assert not comments, f"use a tag, not a comment: {comments}"
        assert not tags or re.search(r"(?m)^# not compared: \w+", source(cell)), f"no reason beside {tags}"


def test_only_meant_errors_are_stored(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
        meant = "raises-exception" in cell["metadata"].get("tags", [])
        assert len(errors) == int(meant), f"errors stored: {len(errors)}, meant: {meant}: {source(cell)[:80]}"
        for error in errors:
            assert error["evalue"].strip()
            assert error["traceback"] == [f"{error['ename']}: {error['evalue']}"]


NOT_STORED = {
    "address": r"\b0x[0-9a-fA-F]{4,}",
    "path": r"(?<![\w.])(?:/(?:home|root|tmp|usr|Users|content|opt|work)/|[A-Z]:\\)|site-packages",
    "timing": r"(?i)\b\d+(?:\.\d+)?\s?(?:ms|µs|seconds|s elapsed)\b|wall time",
    "device": r"(?i)\bcuda(?::\d)?\b|device='|\b(?:T4|H100|A100)\b",
}


@pytest.mark.parametrize("what", NOT_STORED)
def test_nothing_of_one_machine_is_stored(notebook: Notebook, what: str) -> None:
    for number, output in outputs(notebook):
        found = re.search(NOT_STORED[what], words(output))
        assert not found, f"code cell {number} stores a {what}: {found and found[0]}"


@pytest.mark.parametrize(
    ("what", "text"),
    [("address", "<Tensor at 0x7f3a10>"), ("path", "/tmp/ipykernel_1/2.py:3"), ("timing", "took 3.1 s elapsed"),
     ("timing", "12 ms"), ("device", "tensor(1., device='cuda:0')"), ("path", "in C:\\Users\\me")],
)  # fmt: skip
def test_the_patterns_find_what_they_should(what: str, text: str) -> None:
    assert re.search(NOT_STORED[what], text)


def test_no_warnings_and_no_widgets_are_stored(notebook: Notebook) -> None:
    for number, output in outputs(notebook):
        assert output.get("name") != "stderr", (
            f"code cell {number} stores standard error: {words(output)[:200]}"
        )
        assert VIEW not in output.get("data", {}), f"code cell {number} stores a widget"
        assert "application/vnd.jupyter.widget-state+json" not in output.get("data", {})


def test_metadata_is_what_colab_needs_and_no_more(notebook: Notebook) -> None:
    assert notebook["metadata"] == METADATA
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    for cell in notebook["cells"]:
        assert cell["cell_type"] in ("code", "markdown"), f"no page shows this: {source(cell)[:80]}"
        assert set(cell["metadata"]) <= {"tags", "cellView"}, f"{set(cell['metadata'])}: {source(cell)[:80]}"
        folded = "hide-cell" in cell["metadata"].get("tags", [])
        assert ("cellView" in cell["metadata"]) == folded, f"folded in Colab only: {source(cell)[:80]}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_file_is_small_and_written_the_one_way(path: Path) -> None:
    assert path.stat().st_size < 500_000
    import nbformat

    assert path.read_text(encoding="utf-8") == text_of(nbformat.read(path, as_version=4))


def test_text_reads_well_in_colab_too(notebook: Notebook) -> None:
    assert colab_rules.text_problems(notebook) == []


TAGS = {"taught", "hide-cell", "hide-output", "raises-exception"}


def test_tags_hide_nothing_but_answers(notebook: Notebook) -> None:
    before = ""
    for cell in notebook["cells"]:
        tags, text = set(cell["metadata"].get("tags", [])), source(cell)
        assert tags <= TAGS, f"unknown tag, which could hide a cell: {tags - TAGS}: {text[:80]}"
        assert "hide-cell" not in tags or text.startswith("# Solution "), f"hidden: {text[:80]}"
        assert "hide-output" not in tags or "**Predict.**" in before, f"folded, but no answer: {text[:80]}"
        before = text


def test_predictions_come_before_their_folded_answers(chapter: Notebook) -> None:
    predicted = [n for n, cell in enumerate(chapter["cells"]) if source(cell).startswith("> **Predict.**")]
    assert predicted, "the chapter asks for no prediction"
    for n in predicted:
        assert "hide-output" in chapter["cells"][n + 1]["metadata"].get("tags", []), (
            "the answer must be folded"
        )


def test_first_code_cell_sets_up(notebook: Notebook) -> None:
    first = source(code_cells(notebook)[0])
    versions = ("", f'"{lessons_pkg.__version__}"')
    assert first in [setup_cell(current(), version) for version in versions], "run `make repository URL=…`"
    assert len(first.splitlines()) <= 11


def test_code_uses_nothing_that_colab_lacks(notebook: Notebook) -> None:
    assert colab_rules.code_problems(notebook) == []
    assert colab_rules.widget_problems(colab_rules.code_of(notebook)) == []


def test_chapter_has_its_anatomy(chapter: Notebook) -> None:
    headings = re.findall(r"(?m)^## (.+)$", markdown(chapter))
    found = [next((h for h in headings if h.startswith(section)), None) for section in SECTIONS]
    assert None not in found, f"missing among {headings}"
    assert [headings.index(str(h)) for h in found] == sorted(headings.index(str(h)) for h in found)
    text = markdown(chapter)
    assert re.search(r"\*You will be able to\*", text)
    assert re.search(r"\*You need\*.*\*Minutes\*: \d+", text)


def test_exercises_are_stub_hints_and_solution(chapter: Notebook, request: pytest.FixtureRequest) -> None:
    number = request.node.callspec.id[:2]
    mine = [name for name in EXERCISES if name.startswith(number)]
    assert mine, f"chapter {number} has no exercises"
    for name in mine:
        cells = [cell for cell in code_cells(chapter) if f'check("{name}"' in source(cell)]
        said = [words(output) for cell in cells for output in cell["outputs"]]
        assert len(cells) == 2, f"exercise {name}: one stub and one solution"
        assert "not attempted yet" in said[0]
        assert f"{name}: correct." in said[-1]
        assert "hide-cell" in cells[1]["metadata"]["tags"]
        assert source(cells[1]).startswith(f"# Solution {int(name[:2])}.{int(name[3:])}")
        assert cells[1]["metadata"]["cellView"] == "form"
    assert markdown(chapter).count("<summary>Hint") >= 2 * len(mine)


def test_version_is_the_packages() -> None:
    for path in NOTEBOOKS:
        assert f'runtime.start("{lessons_pkg.__version__}")' in path.read_text(encoding="utf-8").replace(
            '\\"', '"'
        )


def test_every_name_a_notebook_imports_from_the_package_exists(notebook: Notebook) -> None:
    for cell in code_cells(notebook)[1:]:
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("lessons_pkg"):
                module = importlib.import_module(str(node.module))
                for alias in node.names:
                    if not hasattr(module, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")
