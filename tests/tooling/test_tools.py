"""The tools that keep the notebooks honest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.helpers.project import NOTEBOOKS, ROOT, name_of
from tools import execute_notebooks, serve
from tools.check_lesson import cases
from tools.execute_notebooks import METADATA, execute, execute_and_store, normalised, text_of


def written(folder: Path, *sources: str, name: str = "90-test.ipynb") -> Path:
    path = folder / name
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    path.write_text(text_of(nbformat.v4.new_notebook(cells=cells, metadata=METADATA)), encoding="utf-8")
    return path


# Two ways to ask another machine: by name, and in a way that forgives a lost network.
ASKING = {
    "import subprocess, sys\nask = 'import socket; socket.getaddrinfo(\"c.example\", 80)'\n"
    "run = subprocess.run([sys.executable, '-c', ask], capture_output=True, text=True)\n"
    "assert not run.returncode, run.stderr": "c.example",
    "import urllib.request\ntry:\n    urllib.request.urlopen('http://192.0.2.1')\nexcept OSError:\n    pass": "192.0.2.1",
}


NBVAL = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-p", "no:xdist"]


def test_a_run_is_fresh_alone_and_without_network_and_is_stored_without_what_depends_on_it(
    tmp_path: Path,
) -> None:
    said = "import os; print(os.environ['LESSONS_REPRODUCIBLE'], os.listdir())\nprint('b')"
    notebook = nbformat.read(written(tmp_path, said, "import ipywidgets\nipywidgets.IntSlider()", *ASKING), 4)
    for cell in notebook.cells[2:]:
        cell.metadata["tags"] = ["raises-exception"]
    done = normalised(execute(notebook))
    assert done.metadata == METADATA
    assert [output.text for output in done.cells[0].outputs] == ["1 []\nb\n"]
    assert execute_notebooks.VIEW not in str(done)
    for cell, host in zip(done.cells[2:], ASKING.values(), strict=True):
        (error,) = cell.outputs
        assert f"this cell asked for {host}. Take data from an installed package" in error.evalue
        assert error.traceback == [f"{error.ename}: {error.evalue}"]


def test_outputs_are_stored_once(tmp_path: Path) -> None:
    path = written(tmp_path, "print(1)")
    assert execute_and_store(path, check=True) == "would change: cells [\"c0: 'print(1)'\"]"
    assert execute_and_store(path, check=False) is None
    assert execute_and_store(path, check=True) is None
    assert os.listdir(tmp_path) == [path.name]


def test_what_fails_is_named_and_its_file_is_left_as_it_was(tmp_path: Path) -> None:
    paths = {
        written(tmp_path, "print(1)", "1 / 0  # the culprit", name="a.ipynb"): "1 / 0  # the culprit",
        written(tmp_path, "import os; os._exit(1)", name="b.ipynb"): "The kernel died",
        tmp_path / "c.ipynb": "cannot be read as a notebook",
    }
    (tmp_path / "c.ipynb").write_text("not JSON", encoding="utf-8")
    before = {path: path.read_bytes() for path in paths}
    command = [sys.executable, "-m", "tools.execute_notebooks", *map(str, paths)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout.count("stopped; the stored file is untouched.") == len(paths)
    for path, words in paths.items():
        assert words in run.stdout
        assert path.read_bytes() == before[path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")

    def broken(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        execute_notebooks.write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_the_comparison_is_red_for_a_spoilt_cell_and_says_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "print('alpha')\ndisplay(1)", "print('beta')")
    assert execute_and_store(path, check=False) is None
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs.reverse()
    notebook.cells[1].outputs[0].text = "gamma\n"
    path.write_text(text_of(notebook), encoding="utf-8")
    shutil.copy(ROOT / "book" / "conftest.py", tmp_path)
    command = [*NBVAL, "--rootdir", str(tmp_path), "-c", str(ROOT / "pyproject.toml"), str(tmp_path)]
    red = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert "kinds or order of outputs differ" in red
    assert "::Cell 0" in red
    assert "::Cell 1" in red
    assert "If the change is meant: run `make notebooks`" in red


@pytest.mark.colab  # weekly: twenty seconds, and the gate compares every notebook by such kernels
def test_warm_kernels_are_fresh_without_network_and_named_where_they_hang_or_die(tmp_path: Path) -> None:
    fresh = written(tmp_path, "print('mine' in dir())", *ASKING, name="92-asks.ipynb")
    notebook = nbformat.read(fresh, as_version=4)
    for cell in notebook.cells[1:]:
        cell.metadata["tags"] = ["raises-exception"]
    fresh.write_text(text_of(notebook), encoding="utf-8")
    assert execute_and_store(fresh, check=False) is None, "by a cold kernel"
    written(tmp_path, "mine = 1\nwhile True: pass", name="90-hangs.ipynb")
    written(tmp_path, "import os; os._exit(1)", name="91-dies.ipynb")
    shutil.copy(ROOT / "book" / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "tools.warm_kernels", *NBVAL, "--nbval-cell-timeout=2"]
    command += ["--rootdir", str(tmp_path), "-c", str(ROOT / "pyproject.toml"), str(tmp_path)]
    red = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert "2 failed, 3 passed" in red, red
    assert red.count("90-hangs.ipynb::Cell 0") == 2, red
    assert red.count("91-dies.ipynb::Cell 0") == 2, red


def test_make_check_asks_for_each_notebooks_cases_by_their_name() -> None:
    assert [path.name for path in NOTEBOOKS if f"[{name_of(path)}" not in cases(path)] == []


def test_make_notebooks_says_whether_a_file_is_another_now(tmp_path: Path) -> None:
    path = written(tmp_path, "print(1)")
    command = [sys.executable, "-m", "tools.execute_notebooks", str(path)]
    said = [
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in "12"
    ]
    assert said == [f"{path.name}: stored\n", f"{path.name}: unchanged\n"]


@pytest.mark.parametrize("port", ["eighty", "80000"])
def test_a_port_that_is_none_is_refused_in_one_sentence(port: str) -> None:
    with pytest.raises(
        SystemExit, match=rf"^Port {port} cannot be used .*\. Name another one: make serve PORT=8001$"
    ):
        serve.main(port)
