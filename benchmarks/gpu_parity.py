"""Every notebook on a GPU, compared with what is stored and with the CPU's numbers: `make test-gpu`.

A quantity is a variable that a notebook leaves behind and that holds numbers: a tensor, a model's parameter,
a float. Each notebook runs twice, its device once the CPU and once CUDA, each time in a kernel of its own.
"""

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import torch
from torch import Tensor, nn

from benchmarks import notebook_reproduction
from benchmarks.parity import relative_difference
from benchmarks.results import Table, store
from tools.execute_notebooks import BOOK, ENVIRONMENT, ROOT, execute

NO_GPU = "Nothing was run: there is no CUDA device here. This needs an NVIDIA GPU and a torch with CUDA."
HEAD = ["notebook", "quantities", "on the GPU", "float64", "the farthest", "float32", "the farthest "]
COLLECT = "from benchmarks.gpu_parity import quantities, torch\ntorch.save(dict(quantities(globals())), {!r})"
ON_CPU = {"CUDA_VISIBLE_DEVICES": ""}
Quantities = dict[str, tuple[Tensor, bool]]  # a name: the values on the CPU, whether they lay on the device


def _tensors(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, nn.Module):
        yield from ((f"{name}.{part}", tensor) for part, tensor in value.state_dict().items())
    elif isinstance(value, Tensor):
        yield name, value
        if value.is_leaf and value.grad is not None:
            yield f"{name}.grad", value.grad
    elif isinstance(value, float) or (
        isinstance(value, list) and value and all(isinstance(one, float) for one in value)
    ):
        yield name, torch.tensor(value, dtype=torch.float64)


def quantities(namespace: dict[str, Any]) -> Iterator[tuple[str, tuple[Tensor, bool]]]:
    """List what a notebook's cells computed and kept under a name."""
    for name, value in [*namespace.items()]:
        for full, tensor in [] if name.startswith("_") else _tensors(name, value):
            if tensor.dtype in (torch.float64, torch.float32) and tensor.device.type != "meta":
                yield full, (tensor.detach().cpu().clone(), tensor.device.type != "cpu")


def collected(notebook: Path, env: dict[str, str], command: Sequence[str] = ()) -> Quantities:
    """Run a notebook's cells; return what they leave behind. Raises CellExecutionError where one fails."""
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder, "quantities.pt"))
        copy = nbformat.read(notebook, as_version=4)
        copy.cells.append(nbformat.v4.new_code_cell(COLLECT.format(target)))
        execute(copy, command, {**ENVIRONMENT, "PYTHONPATH": str(ROOT), **env})
        found: Quantities = torch.load(target)
    return found


def _apart(here: Tensor, there: Tensor | None) -> float:
    """Return how far two values are from each other; infinitely, if they are not alike."""
    if there is None or there.shape != here.shape or not torch.equal(here.isfinite(), there.isfinite()):
        return math.inf
    return relative_difference(there.nan_to_num(), here.nan_to_num()) if here.numel() else 0.0


def _farthest(distances: dict[str, float]) -> list[Any]:
    """Return the largest difference, and whose it is."""
    if not distances:
        return ["", "there is none"]
    name = max(distances, key=lambda one: distances[one])
    return [distances[name], f"`{name}`" if distances[name] else "all equal"]


def row(notebook: Path, command: Sequence[str] = ()) -> list[Any]:
    """Compare a notebook's quantities on the device with the CPU's."""
    here, there = collected(notebook, ON_CPU), collected(notebook, {}, command)
    cells: list[Any] = [notebook.stem, len(here), sum(on_device for _, on_device in there.values())]
    for dtype in (torch.float64, torch.float32):
        mine = {key: value for key, (value, _) in here.items() if value.dtype == dtype}
        cells += _farthest({key: _apart(value, there.get(key, (None,))[0]) for key, value in mine.items()})
    return cells


def main() -> int:
    """Run nbval, note its result beside the other environments', measure and store the differences."""
    if not torch.cuda.is_available():
        print(NO_GPU)
        return 1
    command = [sys.executable, "-m", "pytest", "--nbval", "-n", "auto", "--dist", "loadfile", str(BOOK)]
    red = subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode
    notebook_reproduction.main()
    table: Table = {"head": HEAD, "rows": [row(path) for path in sorted(BOOK.rglob("*.ipynb"))]}
    print(f"stored in {store('gpu', {'differences': table})}")
    return red


if __name__ == "__main__":
    sys.exit(main())
