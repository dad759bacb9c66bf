"""Each student notebook, alone in an empty folder, with Colab's versions and the set-up cell's own pip."""

import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from lessons_pkg import __version__
from tests.helpers.colab_emulation import environment, redirected
from tests.helpers.project import LESSONS, NOTEBOOKS, ROOT, name_of
from tests.helpers.slider_mover import check_slider, talking
from tools.execute_notebooks import ENVIRONMENT, execute, normalised, same_outputs
from tools.set_repository import current

pytestmark = pytest.mark.colab
STUDENT = ROOT / "_build" / "notebooks"
FREEZE = "from importlib.metadata import distributions as d; print(*sorted({f'{x.name}=={x.version}' for x in d()}))"


@pytest.fixture
def colab(tmp_path: Path) -> tuple[list[str], dict[str, str]]:
    """The command of a kernel like Colab's, and what its process is told."""
    python = str(environment(tmp_path / "colab"))
    told = {
        **ENVIRONMENT,
        **redirected(current().url),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": "",
    }
    return [python, str(ROOT / "tests" / "helpers" / "colab_emulation.py")], told


def packages(python: str) -> set[str]:
    return set(subprocess.check_output([python, "-I", "-c", FREEZE], text=True).split())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_it_prints_what_the_lesson_shows_and_changes_no_package(path: Path, colab: Any) -> None:
    command, told = colab
    before = packages(command[0])
    source = nbformat.read(path, as_version=4)
    student = nbformat.read(STUDENT / path.relative_to(ROOT / "book"), as_version=4)
    shown = {(cell.id, cell.source): cell for cell in source.cells}
    executed = normalised(execute(student, command, told)).cells
    ran = [(cell, shown[key]) for cell in executed if (key := (cell.id, cell.source)) in shown]
    assert [cell.source for cell, stored in ran if not same_outputs(stored, cell)] == []
    assert packages(command[0]) - before == {f"lessons_pkg=={__version__}"}


def set_up(colab: Any, *changes: tuple[str, str], times: int = 1) -> Any:
    """Run the first lesson's set-up cell with something else in its place."""
    command, told = colab
    student = nbformat.read(STUDENT / LESSONS[0].relative_to(ROOT / "book"), as_version=4)
    first = next(cell for cell in student.cells if cell.cell_type == "code")
    for old, new in changes:
        assert old in first.source
        first.source = first.source.replace(old, new)
    student.cells = [deepcopy(first) for _ in range(times)]
    for number, cell in enumerate(student.cells):
        cell.id = f"set-up-{number}"
    return execute(student, command, told).cells


def test_the_set_up_cell_may_run_twice(colab: Any) -> None:
    for cell in set_up(colab, times=2):
        assert f"lessons_pkg {__version__} is ready." in str(cell.outputs)


@pytest.mark.parametrize(
    "wrong",
    [(f"{current().url}@", f"{current().url}@no-such-ref-"), (current().url, "file:///nowhere")],
    ids=["ref", "network"],
)
def test_without_the_package_one_sentence_says_so(wrong: tuple[str, str], colab: Any) -> None:
    with pytest.raises(CellExecutionError) as caught:
        set_up(colab, wrong)
    assert caught.value.evalue == "No lessons_pkg: read pip's message above."
    assert "During handling" not in str(caught.value)


def test_a_slider_moves_under_ipywidgets_7(colab: Any) -> None:
    install = f"%pip install -q --no-deps git+{current().url}"
    with talking(*colab) as talk:
        check_slider(talk, f"{install}\nimport ipywidgets\nassert ipywidgets.__version__ == '7.7.1'")
