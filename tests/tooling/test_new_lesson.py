"""`make lesson`: what it writes is whole, runs, keeps its budget, and is entered once in each list."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.helpers.legends import typed_labels
from tests.helpers.project import ROOT
from tools import lesson_budget, new_lesson
from tools.execute_notebooks import OFFLINE, execute, normalised, text_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what `make lesson` touches."""
    for folder in ("book/01-mse-regression", "lessons_pkg", "tests/exercises"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_toc.yml", tmp_path)
    return tmp_path


def test_a_lesson_is_whole_and_its_exercise_is_checked(project: Path) -> None:
    before = sorted((project / "book" / "01-mse-regression").glob("[0-9]*.ipynb"))
    path = new_lesson.begin(project, "01-mse-regression", "a-trial")
    assert path.name == f"{len(before) + 1}-a-trial.ipynb"
    done = execute(nbformat.read(path, 4), env={**OFFLINE, "PYTHONPATH": f"{project}{os.pathsep}{ROOT}"})
    path.write_text(text_of(normalised(done)), encoding="utf-8")
    assert lesson_budget.faults(path) == []
    assert not [cell.id for cell in done.cells if cell.cell_type == "code" and typed_labels(cell.source)]
    (said,) = done.cells[-2].outputs
    assert said.text.startswith(f"1.{len(before) + 1}: correct.")
    entries = (project / "_toc.yml").read_text(encoding="utf-8").splitlines()
    assert entries.count(f"          - file: book/01-mse-regression/{path.stem}") == 1
