"""Every notebook on a GPU, compared with what is stored and with the CPU's numbers: `make test-gpu`.

A quantity is a variable that a chapter leaves behind and that holds numbers: a tensor, a model's parameter, a
float. Each chapter runs twice, its device once the CPU and once CUDA, each time in a process of its own.
"""

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks import chapters
from benchmarks.differences import apart
from benchmarks.notebooks_against_scripts import NBVAL, WORKERS, script
from benchmarks.results import Table, store
from tools.execute_notebooks import BOOK, ENVIRONMENT, ROOT

NO_GPU = "Nothing was run: there is no CUDA device here. This needs an NVIDIA GPU and a torch with CUDA."
HEAD = ["notebook", "quantities", "on the GPU", "float64", "the farthest", "float32", "the farthest "]
COLLECT = """
import runpy, sys, torch
from lessons_pkg import runtime
from benchmarks.devices import quantities, named_device
program, name, target = sys.argv[1:]
runtime.device = lambda: named_device(name)
torch.save(dict(quantities(runpy.run_path(program))), target)
"""
Quantities = dict[str, tuple[Tensor, bool]]  # a name: the values on the CPU, whether they lay on the device


def named_device(name: str) -> torch.device:
    """Return a device; `elsewhere` is the one that tests have where there is no GPU."""
    if name == "elsewhere":
        from tools import elsewhere

        return elsewhere.device()
    return torch.device(name)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, float) for one in value)


def _tensors(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, nn.Module):
        yield from ((f"{name}.{part}", tensor) for part, tensor in value.state_dict().items())
    elif isinstance(value, Tensor):
        yield name, value
        if value.is_leaf and value.grad is not None:
            yield f"{name}.grad", value.grad
    elif isinstance(value, float) or _numbers(value):
        yield name, torch.tensor(value, dtype=torch.float64)


def quantities(namespace: dict[str, Any]) -> Iterator[tuple[str, tuple[Tensor, bool]]]:
    """List what a chapter's cells computed and kept under a name."""
    for name, value in namespace.items():
        for full, tensor in [] if name.startswith("_") else _tensors(name, value):
            if tensor.dtype in (torch.float64, torch.float32) and tensor.device.type != "meta":
                yield full, (tensor.detach().cpu().clone(), tensor.device.type != "cpu")


def collected(notebook: Path, name: str) -> Quantities:
    """Run a notebook's cells as one program on a device; stop with its words if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        program, target = Path(folder, "program.py"), Path(folder, "quantities.pt")
        program.write_text(script(notebook), encoding="utf-8")
        command = [sys.executable, "-c", COLLECT, str(program), name, str(target)]
        env = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{notebook.name} failed on {name}:\n{done.stderr[-3000:]}")
        found: Quantities = torch.load(target)
        return found


def _apart(here: Tensor, there: Tensor | None) -> float:
    """Return how far two values are from each other; infinitely, if they are not alike."""
    if there is None or there.shape != here.shape or not torch.equal(here.isfinite(), there.isfinite()):
        return math.inf
    return apart(there.nan_to_num(), here.nan_to_num()) if here.numel() else 0.0


def _farthest(distances: dict[str, float]) -> list[Any]:
    """Return the largest difference, and whose it is."""
    name = max(distances, key=lambda one: distances[one], default="")
    return (
        [distances[name], f"`{name}`" if distances[name] else "all equal"] if name else ["", "there is none"]
    )


def row(notebook: Path, name: str) -> list[Any]:
    """Compare a notebook's quantities on a device with the CPU's."""
    here, there = collected(notebook, "cpu"), collected(notebook, name)
    cells: list[Any] = [notebook.stem, len(here), sum(on_device for _, on_device in there.values())]
    for dtype in (torch.float64, torch.float32):
        mine = {key: value for key, (value, _) in here.items() if value.dtype == dtype}
        cells += _farthest({key: _apart(value, there.get(key, (None,))[0]) for key, value in mine.items()})
    return cells


def table(notebooks: Sequence[Path], name: str) -> Table:
    """Compare all notebooks."""
    rows = []
    for notebook in notebooks:
        rows.append(row(notebook, name))
        print(*rows[-1], flush=True)
    return {"head": HEAD, "rows": rows}


def main() -> int:
    """Run nbval, note its result beside the other environments', measure and store the differences."""
    if not torch.cuda.is_available():
        print(NO_GPU)
        return 1
    notebooks = sorted(BOOK.rglob("*.ipynb"))
    red = subprocess.run([*NBVAL, *WORKERS[2], str(BOOK)], cwd=ROOT, check=False).returncode
    chapters.main()
    print(f"stored in {store('gpu', {'differences': table(notebooks, 'cuda')})}")
    return red


if __name__ == "__main__":
    sys.exit(main())
