"""The notebooks as stored: what nbval does not look at, and what Colab and readers need."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lessons_pkg import __version__
from lessons_pkg.exercises import EXERCISES
from lessons_pkg.sliders.live import VIEW
from tests.helpers import colab_rules
from tests.helpers.contrast import contrast
from tests.helpers.project import (
    LESSONS,
    NOTEBOOKS,
    ROOT,
    code_cells,
    load,
    markdown,
    name_of,
    source,
)
from tools.execute_notebooks import METADATA, normalised, text_of
from tools.hardcoded_numbers import words
from tools.set_repository import current, setup_cell

Notebook = dict[str, Any]
OWN_COLOUR = re.compile(r"(?<![\w-])(?:background|color|fill|stroke)[\w-]*\s*:")
AS_SAVED = "not as `make notebooks` stores it, but as an editor does: run `make notebooks LESSONS={}`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_it_is_stored_as_make_notebooks_stores_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    stored = path.read_text(encoding="utf-8") == text_of(normalised(notebook))
    assert stored and counts == list(range(1, len(counts) + 1)), AS_SAVED.format(path.relative_to(ROOT))  # noqa: PT018
    assert path.stat().st_size < 500_000
    assert load(path)["metadata"] == METADATA


def outputs(notebook: Notebook) -> list[tuple[int, dict[str, Any]]]:
    return [(n, output) for n, cell in enumerate(code_cells(notebook), 1) for output in cell["outputs"]]


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


def test_no_warnings_and_no_widgets_are_stored(notebook: Notebook) -> None:
    for number, output in outputs(notebook):
        assert output.get("name") != "stderr", (
            f"code cell {number} stores standard error: {words(output)[:200]}"
        )
        assert VIEW not in output.get("data", {}), f"code cell {number} stores a widget"
        assert "application/vnd.jupyter.widget-state+json" not in output.get("data", {})


def test_text_reads_well_in_colab_too(notebook: Notebook) -> None:
    assert colab_rules.text_problems(notebook) == []
    assert {cell["cell_type"] for cell in notebook["cells"]} == {"code", "markdown"}, (
        "no page shows a raw cell"
    )


TAGS = {
    "taught",
    "raises-exception",
    "hide-cell",
    "hide-input",
    "predict",
    "nbval-ignore-output",
}
FOLDS = {  # what a fold may be called, and what may be in it
    "Set-up": "hide-cell", "Imports": "hide-cell", "Solution": "hide-cell",
    "Code of this drawing": "hide-input", "Code of this question": "hide-input",
}  # fmt: skip


def test_a_fold_is_one_of_a_few_and_bears_its_name(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        tags, prompts = set(cell["metadata"].get("tags", [])), cell["metadata"].get("mystnb", {})
        hides = [tag for tag in tags if tag.startswith("hide-")]
        assert tags <= TAGS, f"unknown tag, which could hide a cell: {tags - TAGS}: {source(cell)[:80]}"
        for prompt in set(prompts.values()):
            assert hides == [FOLDS.get(prompt)], f"fold {prompt!r}: {source(cell)[:80]}"
        assert bool(prompts) == bool(hides), f"folded without a name: {source(cell)[:80]}"


def test_first_code_cell_sets_up(notebook: Notebook) -> None:
    versions = ("", f'"{__version__}"')
    allowed = [setup_cell(current(), version) for version in versions]
    assert source(code_cells(notebook)[0]) in allowed, "run `make repository URL=…`"


def test_code_uses_nothing_that_colab_lacks(notebook: Notebook) -> None:
    assert colab_rules.code_problems(notebook) == []


@pytest.mark.parametrize("path", LESSONS, ids=name_of)
def test_exercises_are_stub_hints_and_solution(path: Path) -> None:
    notebook = load(path)
    cells = code_cells(notebook)
    asked = [found[1] for cell in cells if (found := re.search(r'(?m)^check\("(.+?)"', source(cell)))]
    names = sorted(set(asked))
    assert names
    for name in names:
        stub, solution = (cell for cell in cells if f'check("{name}"' in source(cell))
        assert name in EXERCISES
        assert "not attempted yet" in "".join(map(words, stub["outputs"]))
        assert f"{name}: correct." in words(solution["outputs"][-1])
        assert "hide-cell" in solution["metadata"]["tags"]
    assert markdown(notebook).count("<summary>Hint") >= 2 * len(names)


def test_every_exercise_is_asked_once() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in NOTEBOOKS)
    assert [name for name in EXERCISES if text.count(rf"check(\"{name}\"") != 2] == []


def test_a_host_in_a_dark_theme_can_show_each_output(notebook: Notebook) -> None:
    """Colab's dark theme has light ink: who paints paper must say which ink, and who paints none, say neither."""
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            page = "".join(output.get("data", {}).get("text/html", ""))
            assert not OWN_COLOUR.search(re.sub(r"(?s)<figure.*?</figure>", "", page))
            for look in re.findall(r'<figure [^>]*style="([^"]*)"', page):
                own = dict(re.findall(r"([\w-]+): var\(--figure-\w+, #(\w+)\)", look))
                paper, ink = (own[name] * (6 // len(own[name])) for name in ("background", "color"))
                assert contrast(f"#{paper}", f"#{ink}") >= 4.5
