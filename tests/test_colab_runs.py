"""Every notebook, unchanged and alone, in an emulation of Colab: `make test-colab`, not part of the gate."""

import subprocess
from pathlib import Path

import nbformat
import pytest

from lessons_pkg import __version__
from tests.conftest import NOTEBOOKS
from tools.colab.environment import installed, layer
from tools.colab.run import Redirection, different, redirected, repository, run
from tools.repository import current, setup_cell

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
    assert set(installed(python)) ^ set(before) == {f"lessons_pkg=={__version__}"}, "pip changed what was there"
