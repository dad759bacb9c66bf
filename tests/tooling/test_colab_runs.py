"""Every notebook, unchanged and alone, in an emulation of Colab: `make test-colab`, not part of the gate."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lessons_pkg import __version__
from tests.helpers.project import NOTEBOOKS
from tests.helpers.slider_mover import check_slider
from tools.colab.environment import installed, layer
from tools.colab.notebook import Redirection, redirected, repository, run, talking
from tools.kernels import different
from tools.set_repository import Repository, current, setup_cell

pytestmark = pytest.mark.colab
HERE = current()
LARGEST_FIRST = sorted(NOTEBOOKS, key=lambda path: -path.stat().st_size)  # two workers end together


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Redirection:
    folder = repository(tmp_path_factory.mktemp("repository"), HERE.ref)
    return redirected(f"file://{folder}")


@pytest.fixture
def python(tmp_path: Path) -> Path:
    return layer(tmp_path / "layer")


@pytest.mark.parametrize("path", LARGEST_FIRST, ids=lambda path: str(path.stem))
def test_notebook_gives_what_is_stored(path: Path, python: Path, course: Redirection, tmp_path: Path) -> None:
    before, content = installed(python), tmp_path / "content"
    assert "ipywidgets==7.7.1" in before
    assert not [line for line in before if line.startswith("lessons")]
    stored = nbformat.read(path, as_version=4)
    executed = run(stored, python, content, course)
    assert different(stored, executed) == []
    assert list(content.iterdir()) == [], "a notebook leaves files behind"
    assert set(installed(python)) ^ set(before) == {f"lessons_pkg=={__version__}"}, (
        "pip changed what was there"
    )


# ---- The set-up cell, with the real pip and a real git: each way in which it can go wrong. ----

VERSIONS = "import lessons_pkg\nprint(lessons_pkg.__version__)"


def cells(*sources: str) -> Any:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def said(executed: Any) -> list[str]:
    """What each cell shows: its text, and its error in one line."""
    return [
        "".join(part.get("text", "") or f"{part.get('ename')}: {part.get('evalue')}" for part in cell.outputs)
        for cell in executed.cells
    ]


def test_second_run_of_the_setup_cell_is_harmless(python: Path, course: Redirection, tmp_path: Path) -> None:
    before = installed(python)
    cell = setup_cell(HERE)
    first, second, last = said(run(cells(cell, cell, VERSIONS), python, tmp_path / "content", course))
    assert first == second == f"lessons_pkg {__version__} is ready.\n"
    assert last == f"{__version__}\n"
    assert set(installed(python)) ^ set(before) == {f"lessons_pkg=={__version__}"}


STOPS = {
    "bad ref": (HERE._replace(ref="no-such-ref"), None, r"no-such-ref"),
    "no network": (HERE, "http://127.0.0.1:9", r"127\.0\.0\.1"),  # nothing listens there
}


@pytest.mark.parametrize(("where", "instead", "pip"), STOPS.values(), ids=STOPS)
def test_a_failed_install_stops_with_one_clear_sentence(
    where: Repository, instead: str | None, pip: str, python: Path, course: Redirection, tmp_path: Path
) -> None:
    before, redirection = installed(python), redirected(instead) if instead else course
    executed = run(cells(setup_cell(where)), python, tmp_path / "content", redirection, allow_errors=True)
    *lines, last = said(executed)[0].splitlines()
    assert last.endswith("RuntimeError: No lessons_pkg: read pip's message above.")
    assert re.search(pip, "\n".join(lines)), "pip's message stands above it"
    assert installed(python) == before


def test_an_old_copy_in_memory_stops_with_one_sentence_and_a_restart_cures_it(
    python: Path, course: Redirection, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = redirected(f"file://{repository(tmp_path_factory.mktemp('old'), HERE.ref, '0.0.1')}")
    loaded = setup_cell(HERE).replace(__version__, "0.0.1")
    switch = f"import os\nos.environ.update({course!r})"  # from here on, git finds the new one
    content = tmp_path / "content"
    first, _, last = said(
        run(cells(loaded, switch, setup_cell(HERE)), python, content, old, allow_errors=True)
    )
    assert first == "lessons_pkg 0.0.1 is ready.\n"
    assert f"This chapter needs lessons_pkg {__version__}, but 0.0.1 is loaded." in last
    assert "In Colab choose Runtime > Restart session, then run this cell again" in last
    (restarted,) = said(run(cells(setup_cell(HERE)), python, content, course))
    assert restarted == f"lessons_pkg {__version__} is ready.\n"


def test_a_command_that_needs_a_person_is_refused(python: Path, course: Redirection, tmp_path: Path) -> None:
    use = "from google.colab import drive\ndrive.mount('/content/drive')"
    (words,) = said(run(cells(use), python, tmp_path / "content", course, allow_errors=True))
    assert "google.colab.drive.mount is used: the course must not need it" in words


def test_a_changed_output_a_lost_dependency_and_a_file_are_seen(
    python: Path, course: Redirection, tmp_path: Path
) -> None:
    """What the test of all notebooks looks at can fail: planted here, in the same emulation."""
    cell = setup_cell(HERE)
    stored = run(cells(cell, "print(1)"), python, tmp_path / "content", course)
    stored.cells[1].outputs[0].text = "2\n"
    wrong = ["import seaborn", "open('data.csv')", "import ipywidgets\nipywidgets.Stack()"]
    executed = run(cells(cell, "print(1)", *wrong), python, tmp_path / "content", course, allow_errors=True)
    failed = said(executed)[2:]
    executed.cells = executed.cells[:2]
    assert len(different(stored, executed)) == 1
    for words, error in zip(failed, ["ModuleNotFound", "FileNotFound", "Attribute"], strict=True):
        assert words.startswith(error)


def test_slider_lives_under_ipywidgets_7(python: Path, course: Redirection, tmp_path: Path) -> None:
    version = "import ipywidgets\nassert ipywidgets.__version__ == '7.7.1'"
    with talking(python, tmp_path / "content", course) as talk:
        check_slider(talk, f"{setup_cell(HERE)}\n{version}")
