"""The tools that keep the notebooks honest."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from tools.spoiling import TARGETS

from lessons_pkg.runtime import REPRODUCIBLE
from lessons_pkg.sliders.live import VIEW
from tests.helpers.project import ROOT
from tools import book, notebooks
from tools.drawings import moved, split, without_coordinates
from tools.notebooks import METADATA, execute, normalised, refresh, same_outputs, settled, text_of

SVG = '<figure><svg viewBox="0 0 9 9"><path d="M 1 2.5 L 3 4" style="stroke: #123456"/><text x="5">10 up</text></svg></figure>'


def html(markup: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": {"text/html": markup}, "metadata": {}}]


def test_split_takes_coordinates_and_leaves_words_and_colours() -> None:
    words, coordinates = split(SVG)
    assert coordinates == (0, 0, 9, 9, 1, 2.5, 3, 4, 5)
    assert 'd="M # # L # #" style="stroke: #123456"' in words
    assert ">10 up</text>" in words
    assert split("no drawing: 1.5") == ("no drawing: 1.5", ())


@pytest.mark.parametrize(
    ("change", "accepted"),
    [
        (("2.5", "2.9"), True),
        (("2.5", "3.01"), False),
        (("10 up", "11 up"), False),
        (("#123456", "#123457"), False),
        (("L 3 4", "C 3 4"), False),
        (("L 3 4", "L 3 4 L 5 6"), False),
        (("<path", "<rect"), False),
    ],
    ids=["near", "far", "word", "colour", "command", "longer", "element"],
)
def test_drawings_may_move_by_half_a_point_and_no_more(change: tuple[str, str], accepted: bool) -> None:
    stored, fresh = html(SVG), html(SVG.replace(*change))
    equal = without_coordinates(stored) == without_coordinates(fresh) and moved(stored, fresh) is None
    assert equal is accepted


def written(folder: Path, *sources: str, name: str = "90-test.ipynb") -> Path:
    path = folder / name
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    path.write_text(text_of(nbformat.v4.new_notebook(cells=cells, metadata=METADATA)), encoding="utf-8")
    return path


# Each asks another machine: by name, by address, without a connection, in a way that forgives a lost network.
ASKING = {
    "import socket; socket.gethostbyname('a.example')": "a.example",
    "socket.create_connection(('192.0.2.1', 80), 1)": "192.0.2.1",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.2', 53))": "192.0.2.2",
    "import urllib.request\ntry:\n    urllib.request.urlopen('http://b.example')\nexcept OSError:\n    pass": "b.example",
    "import subprocess, sys\nask = 'import socket; socket.getaddrinfo(\"c.example\", 80)'\n"
    "run = subprocess.run([sys.executable, '-c', ask], capture_output=True, text=True)\n"
    "assert not run.returncode, run.stderr": "c.example",
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = written(
        tmp_path_factory.mktemp("notebook"),
        "print('a')\nprint('b')",
        "import ipywidgets\nipywidgets.IntSlider()",
        "6 * 7",
        "import os; print(os.environ['LESSONS_REPRODUCIBLE'], os.listdir())",
        *ASKING,
    )
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells[-len(ASKING) :]:
        cell.metadata["tags"] = ["raises-exception"]
    return normalised(execute(notebook))


def test_execution_is_fresh_in_an_empty_folder_and_says_so_to_the_package(executed: Any) -> None:
    assert executed.cells[3].outputs[0].text == "1 []\n"
    assert [cell.execution_count for cell in executed.cells[:4]] == [1, 2, 3, 4]


def test_a_cell_that_asks_another_machine_stops_and_says_so(executed: Any) -> None:
    for cell, host in zip(executed.cells[-len(ASKING) :], ASKING.values(), strict=True):
        (error,) = cell.outputs
        assert f"this cell asked for {host}. Take data from an installed package" in error.evalue


def test_normalised_keeps_words_and_drops_what_depends_on_the_run(executed: Any) -> None:
    assert executed.metadata == METADATA
    assert [output.text for output in executed.cells[0].outputs] == ["a\nb\n"]
    assert executed.cells[2].outputs[0].data == {"text/plain": "42"}
    assert VIEW not in str(executed)
    assert all(set(cell.metadata) == set() for cell in executed.cells[:4])


def test_the_tools_say_the_packages_two_words() -> None:
    assert (notebooks.VIEW, notebooks.REPRODUCIBLE) == (VIEW, REPRODUCIBLE)


def test_errors_keep_name_and_message_only() -> None:
    cell = nbformat.v4.new_code_cell("1 / 0", id="c", metadata={"tags": ["raises-exception"]})
    done = normalised(execute(nbformat.v4.new_notebook(cells=[cell])))
    assert done.cells[0].outputs[0].traceback == ["ZeroDivisionError: division by zero"]


def test_refresh_stores_then_finds_nothing_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "print(1)")
    assert refresh(path, check=True) == "would change: cells 1"
    assert refresh(path, check=False) is None
    stored = path.read_bytes()
    assert refresh(path, check=True) is None
    assert path.read_bytes() == stored
    assert os.listdir(tmp_path) == [path.name]


def test_refresh_says_which_cell_failed_and_leaves_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "print(1)", "1 / 0  # the culprit", "print(2)")
    before = path.read_bytes()
    problem = refresh(path, check=False)
    assert problem
    assert "the stored file is untouched" in problem
    assert "1 / 0  # the culprit" in problem
    assert "ZeroDivisionError" in problem
    assert path.read_bytes() == before
    with pytest.raises(CellExecutionError):
        execute(nbformat.read(path, as_version=4))


def test_killed_midway_leaves_the_stored_notebook_whole(tmp_path: Path) -> None:
    path = written(tmp_path, "import time, pathlib", f"open({str(tmp_path / 'here')!r}, 'w'); time.sleep(60)")
    before = path.read_bytes()
    run = subprocess.Popen(
        [sys.executable, "-m", "tools.notebooks", str(path)], cwd=ROOT, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "here").exists():
            assert time.monotonic() < deadline, "the notebook never started"
            time.sleep(0.05)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["90-test.ipynb", "here"]


def test_write_atomically_cleans_up_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")

    def broken(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        notebooks.write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_settled_keeps_a_drawing_that_only_trembled_and_takes_one_that_changed() -> None:
    def with_drawing(markup: str) -> Any:
        cell = nbformat.v4.new_code_cell("draw()", id="c", execution_count=1)
        cell.outputs = [nbformat.from_dict(html(markup)[0])]
        return nbformat.v4.new_notebook(cells=[cell])

    stored = with_drawing(SVG)
    trembled, changed = SVG.replace("2.5", "2.51"), SVG.replace("2.5", "7.5")
    assert settled(stored, with_drawing(trembled)).cells[0].outputs == stored.cells[0].outputs
    assert settled(stored, with_drawing(changed)).cells[0].outputs != stored.cells[0].outputs
    assert not same_outputs(stored.cells[0], with_drawing(changed).cells[0])


def test_command_line_reports_and_exits(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "print(1)", name="a.ipynb"), written(tmp_path, "oops", name="b.ipynb")
    command = [sys.executable, "-m", "tools.notebooks", str(good), str(bad)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "a.ipynb: stored" in run.stdout
    assert "b.ipynb: stopped" in run.stdout
    assert "NameError" in run.stdout


def gate(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the gate's notebook pass over a folder that looks like book/."""
    shutil.copy(ROOT / "book" / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "--nbval", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--rootdir", str(folder), "-c", str(ROOT / "pyproject.toml"), str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def said_of_a_spoilt_notebook(folder: Path) -> str:
    """What the gate says of a notebook that was true and was then spoilt, each cell in its own way."""
    drawing = (
        '<figure><svg aria-labelledby="cap"><text x="1.5" y="2">ink</text></svg>'
        '<figcaption id="cap">One caption.</figcaption></figure>'
    )
    figure = f"display({{'text/html': '{drawing}', 'text/plain': 'One caption, 1.'}}, raw=True)"
    says = f"print('alpha')\n{figure}"
    talks = "import socket\nserver = socket.create_server(('127.0.0.1', 0))"
    talks += "\nclient = socket.create_connection(server.getsockname())"  # to itself, which is no network
    path = written(folder, says, talks, says, f"{says}\nprint('beta')", name="spoilt.ipynb")
    assert refresh(path, check=False) is None
    green = gate(folder)
    assert green.returncode == 0, green.stdout[-2000:]
    for kind in TARGETS:
        assert f"spoilt.ipynb::tampered {kind}\n" in green.stdout, "each kind is tampered with"
    notebook = nbformat.read(path, as_version=4)
    edited, asking, turned, joined = notebook.cells
    edited.source = edited.source.replace("alpha", "gamma")
    asking.source = "import socket; socket.create_connection(('a.example', 80))"
    turned.outputs.reverse()
    first, shown, last = joined.outputs
    assert last.text == "beta\n"
    first.text, joined.outputs = "alpha\nbeta\n", [first, shown]
    path.write_text(text_of(notebook), encoding="utf-8")
    spoilt = gate(folder)
    assert spoilt.returncode == 1
    return spoilt.stdout


def test_the_gate_is_red_for_every_spoilt_cell_and_says_what_to_do(tmp_path: Path) -> None:
    red = said_of_a_spoilt_notebook(tmp_path)
    for number in range(4):
        assert re.search(rf"FAILED \S*spoilt\.ipynb::Cell {number}", red), number
    assert "A notebook runs without the network, but this cell asked for a.example." in red
    assert "kinds or order of outputs differ" in red
    assert "If the change is meant: run `make notebooks`" in red


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read as a notebook"),
        ("not JSON", "cannot be read as a notebook"),
        ("{}", "cannot be read"),
    ],
    ids=["missing", "text", "empty"],
)
def test_what_is_no_notebook_is_named(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert words in str(refresh(path, check=False))


def test_a_kernel_that_dies_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "import os; os._exit(1)")
    before = path.read_bytes()
    assert "The kernel died" in str(refresh(path, check=False))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("answers", "status", "times"),
    [
        ([(0, "")], 0, 1),
        ([(1, "ConnectionRefusedError: refused"), (0, "")], 0, 2),
        ([(1, "ConnectionRefusedError: refused")] * 2, 1, 2),
        ([(1, "WARNING: no such page")], 1, 1),
    ],
    ids=["at once", "second try", "refused twice", "a warning"],
)
def test_the_build_tries_again_only_where_the_formulas_server_was_late(
    answers: list[tuple[int, str]], status: int, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(answers)
    monkeypatch.setattr(book, "MARK", tmp_path / ".built")
    monkeypatch.setattr(book, "build", lambda: next(left))
    assert book.main() == status
    assert len(answers) - len(list(left)) == times
    assert book.MARK.exists() == (status == 0)
