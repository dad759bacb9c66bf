"""The course on another device than the CPU: nothing is mixed, nothing is hard-wired, the numbers are the same.

The device is that of `tools/elsewhere.py`: as strict as a GPU, it calculates on the CPU. Each test that uses it
has a process of its own, because PyTorch can learn of such a device and not forget it.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import measured
import nbformat
import pytest
import torch

from benchmarks import chapters, devices, throughput
from benchmarks.results import Table, store
from tests.helpers.project import HTML, NOTEBOOKS, ROOT
from tools.colab.rules import code_of
from tools.kernels import different, run
from tools.notebooks import ENVIRONMENT

STRICT = """
import torch
from tools import elsewhere
away, g = elsewhere.device(), torch.Generator().manual_seed(0)
x = torch.randn(3, 2, generator=g).to(away)
def refused(call):
    try:
        call()
    except (RuntimeError, TypeError) as error:
        return str(error)
    return "done"
assert "same device" in refused(lambda: x + torch.ones(3, 2))
assert "generator" in refused(lambda: torch.randn(3, device=away, generator=g))
assert "to numpy" in refused(x.numpy)
assert refused(lambda: x + torch.tensor(1.0)) == "done", "a single number may come from the CPU"
x.t()[1].add_(1)
assert torch.equal(x.cpu()[:, 1], x[:, 1].cpu()) and x.t().contiguous().cpu().is_contiguous()
"""
TWINS = """
import inspect
from benchmarks.differences import *
from tools import elsewhere
away = elsewhere.device()
def there(parts):
    return tuple(part.to(away) if isinstance(part, Tensor) else part for part in parts)
for name, draw in INPUTS.items():
    loss, inputs = getattr(losses, name), draw(torch.Generator().manual_seed(0))
    for here, far in zip(value_and_gradient(loss, inputs, torch.float64),
                         value_and_gradient(loss, there(inputs), torch.float64)):
        assert far.device == away and torch.equal(here, far.cpu()), name
scores, texts, *lengths = there(INPUTS["ctc_loss"](torch.Generator().manual_seed(0)))
assert losses.ctc_loss(scores, texts, *(part.tolist() for part in lengths)).device == away, "lists of lengths"
for name in optim.__all__:
    kind = getattr(optim, name)
    if not inspect.isclass(kind): continue
    ends = []
    for where in ("cpu", away):
        p = torch.ones(5, dtype=torch.float64, device=where, requires_grad=True)
        optimizer = kind([p], lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (p ** 2).sum().backward()
            optimizer.step()
        assert p.device == torch.device(where)
        ends.append(p.detach().cpu())
    assert torch.equal(*ends), name
"""


def test_the_package_follows_its_inputs() -> None:
    """That the device refuses what CUDA refuses; that losses and optimizers put nothing on the CPU."""
    program = [sys.executable, "-c", STRICT + TWINS]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ---- By reading: what every gate looks at. ----


def hard_wired(source: str) -> list[str]:
    """Return what names a GPU itself, or would draw random numbers on one."""
    problems = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        words = {word.arg: word.value for word in call.keywords}
        given = [*call.args, *words.values()] if name in ("device", "to") or "device" in words else []
        literal = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in ("cuda", "mps") or any(one.startswith(("cuda", "mps")) for one in literal):
            problems.append(f"line {call.lineno}: {ast.unparse(call)} names a GPU")
        if name in RANDOM and "device" in words and ast.unparse(words["device"]) not in ("'cpu'", "'meta'"):
            problems.append(f"line {call.lineno}: {ast.unparse(call)} draws on the device: draw, then move")
    return problems


RANDOM = {"rand", "randn", "randint", "randperm", "normal", "rand_like", "randn_like", "Generator"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_no_notebook_names_a_gpu_or_draws_on_one(path: Path) -> None:
    assert hard_wired(code_of(nbformat.read(path, as_version=4))) == []


def test_the_package_names_a_gpu_in_one_place() -> None:
    paths = sorted((ROOT / "lessons_pkg").rglob("*.py"))
    found = {path.name: hard_wired(path.read_text(encoding="utf-8")) for path in paths}
    assert [name for name, problems in found.items() if problems] == []
    assert "is_available" in (ROOT / "lessons_pkg" / "runtime.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "source",
    [
        "x.cuda()",
        'x.to("cuda")',
        'torch.zeros(2, device="cuda:0")',
        'torch.device("mps")',
        "torch.randn(2, device=device)",
    ],
)
def test_a_planted_device_is_seen(source: str) -> None:
    assert hard_wired(source)
    assert not hard_wired("torch.randn(2, generator=g).to(device)")


# ---- The notebooks on that device: `make test-device`. ----


def run_elsewhere(notebook: Any, folder: Path, **options: Any) -> Any:
    env = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
    return run(notebook, [sys.executable, "-m", "tools.elsewhere"], folder, env, **options)


@pytest.mark.device
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_notebook_prints_the_same_on_a_second_device(path: Path, tmp_path: Path) -> None:
    stored = nbformat.read(path, as_version=4)
    assert different(stored, run_elsewhere(stored, tmp_path)) == []


@pytest.mark.device
def test_a_forgotten_device_is_seen(tmp_path: Path) -> None:
    """Plant one in the first chapter: targets that stay behind."""
    notebook = nbformat.read(NOTEBOOKS[0], as_version=4)
    notebook.cells = notebook.cells[:6]
    moved = "y = torch.tensor([[2.0], [4.0], [6.0]], device=device)"
    assert moved in notebook.cells[5].source
    notebook.cells[5].source = notebook.cells[5].source.replace(moved, moved.replace(", device=device", ""))
    executed = run_elsewhere(notebook, tmp_path, allow_errors=True)
    assert "Expected all tensors to be on the same device" in str(executed.cells[5].outputs)


# ---- `make test-gpu`, as far as it runs without a GPU. ----


def tiny(folder: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "01-tiny.ipynb")
    return folder / "01-tiny.ipynb"


@pytest.mark.device
def test_quantities_are_compared_and_a_difference_is_seen(tmp_path: Path) -> None:
    setup = "import torch\nfrom lessons_pkg import runtime\ndevice = runtime.device()\naway = device.type != 'cpu'"
    values = (
        "model = torch.nn.Linear(2, 1).double().to(device)\nwith torch.no_grad():\n    model.weight.fill_(1)\n"
        "    model.bias.fill_(4 + 1e-9 * away)\nlosses = [0.5, 0.25]\n"
        "short = torch.ones(3, device=device)\nother = torch.ones(3 + away)\nempty = torch.ones(0)"
    )
    name, count, moved, long, which, short, farthest = devices.row(tiny(tmp_path, setup, values), "elsewhere")
    assert (name, count, moved) == ("01-tiny", 6, 3)
    assert long == pytest.approx(2.5e-10)
    assert which == "`model.bias`"
    assert (short, farthest) == (float("inf"), "`other`"), "another shape is no small difference"


@pytest.mark.device
def test_a_chapter_that_fails_stops_the_comparison(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"01-tiny\.ipynb failed on cpu"):
        devices.row(tiny(tmp_path, "raise ValueError('x')"), "cpu")


def test_without_cuda_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.main() == 1
    assert capsys.readouterr().out == f"{devices.NO_GPU}\n"


def test_with_cuda_everything_is_run_and_stored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a test GPU")
    commands: list[list[str]] = []

    def red(command: list[str], **_: Any) -> Any:
        commands.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", red)
    monkeypatch.setattr(chapters, "main", lambda: print("chapters"))
    monkeypatch.setattr(
        devices, "row", lambda notebook, name: [notebook.stem, 1, 1, 0.0, "all equal", 0.0, "all equal"]
    )
    monkeypatch.setattr(devices, "store", lambda name, tables: store(name, tables, tmp_path))
    assert devices.main() == 3, "a red comparison stays red, and the table is stored nevertheless"
    assert "--nbval" in commands[0]
    written = (tmp_path / "gpu.json").read_text(encoding="utf-8")
    assert '"GPU": "a test GPU, CUDA' in written
    assert all(path.stem in written for path in NOTEBOOKS)
    assert "chapters" in capsys.readouterr().out


def test_throughput_says_from_where_the_gpu_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "WIDTHS", (2, 4, 8))
    tables = throughput.measure([torch.device("cpu")], least=1e-4)
    assert [row[0] for row in tables["steps"]["rows"]] == [2, 4, 8]
    assert all(int(row[2]) > 0 and row[3] == "" for row in tables["steps"]["rows"])
    assert tables["wins"]["rows"] == []
    assert throughput.wins([[10, 1], [5, 6], [1, 20]]) == [["4", "20.0"]]
    assert throughput.wins([[10, 1], [5, 4], [2, 1]]) == [["none of these", "0.5"]]
    assert throughput.wins([[1, 2], [1, 2], [1, 3]]) == [["2", "3.0"]]


# ---- What the pages say of it, from the data. ----


def shown(monkeypatch: pytest.MonkeyPatch, folder: Path, table: str, content: str) -> Any:
    """Return what the directive would put on the page."""
    monkeypatch.setattr(measured, "RESULTS", folder)
    page = SimpleNamespace(
        env=SimpleNamespace(note_dependency=lambda _: None),
        arguments=["gpu", table],
        content=content,
        parse_content_to_nodes=lambda: content,
        parse_text_to_nodes=lambda text: text,
    )
    return measured.Measured.run(page)  # type: ignore[arg-type]


def test_a_page_says_that_nothing_was_measured_until_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shown(monkeypatch, tmp_path, "differences", "No run yet.") == "No run yet."
    tables: dict[str, Table] = {"differences": {"head": devices.HEAD, "rows": [["01", 3, 1, 2.5e-16, "`w`", 0.0, "all equal"]]},
              "empty": {"head": ["x"], "rows": []}}  # fmt: skip
    store("gpu", tables, tmp_path)
    page = shown(monkeypatch, tmp_path, "differences", "No run yet.")
    assert "| 01 | 3 | 1 | 2.5e-16 | `w` | 0 | all equal |" in page
    assert f"torch {torch.__version__}" in page
    assert shown(monkeypatch, tmp_path, "empty", "No run yet.") == "No run yet."


def test_a_misspelt_name_is_an_error_where_there_is_no_other_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        shown(monkeypatch, tmp_path, "differences", "")
    store("gpu", {}, tmp_path)
    with pytest.raises(KeyError):
        shown(monkeypatch, tmp_path, "misspelt", "")


@pytest.mark.site
@pytest.mark.parametrize(
    ("page", "sentence", "result", "table"),
    [("reproducibility", "No GPU run exists yet", "gpu", "differences"),
     ("how-to-use-this-course", "No GPU was at hand when this was measured", "throughput", "wins")],
)  # fmt: skip
def test_the_built_page_says_what_the_data_say(page: str, sentence: str, result: str, table: str) -> None:
    path = ROOT / "benchmarks" / "results" / f"{result}.json"
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"] if path.exists() else {}
    measured_here = bool(tables.get(table, {}).get("rows"))
    text = (HTML / "book" / f"{page}.html").read_text(encoding="utf-8")
    assert (sentence in text) != measured_here
