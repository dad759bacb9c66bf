"""The course on another device than the CPU: nothing is mixed, and the numbers are the same."""

import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from tests.helpers.project import NOTEBOOKS, ROOT
from tools.execute_notebooks import ENVIRONMENT, different_cells, execute

STRICT = """
import copy
import torch
from tests.helpers import second_device
away, g = second_device.device(), torch.Generator().manual_seed(0)
x = torch.randn(3, 2, generator=g).to(away)
for call in (lambda: x + torch.ones(3, 2), lambda: torch.randn(3, device=away, generator=g), x.numpy):
    try:
        call()
    except (RuntimeError, TypeError):
        continue
    raise SystemExit("the device is not as strict as a GPU")
x.t()[1].add_(1)
assert torch.equal(x.cpu()[:, 1], x[:, 1].cpu())
kept = copy.deepcopy(x)
x.add_(1)
assert torch.equal(kept.cpu() + 1, x.cpu())
"""
TRAINING = [path for path in NOTEBOOKS if ".step()" in path.read_text(encoding="utf-8")]


@pytest.mark.device
def test_the_device_is_as_strict_as_a_gpu() -> None:
    subprocess.run([sys.executable, "-c", STRICT], cwd=ROOT, check=True)


@pytest.mark.device
@pytest.mark.parametrize("path", TRAINING, ids=lambda path: str(path.relative_to(ROOT / "book")))
def test_a_notebook_that_trains_prints_the_same_on_a_second_device(path: Path) -> None:
    stored = nbformat.read(path, as_version=4)
    command = [sys.executable, "-m", "tests.helpers.second_device"]
    executed = execute(deepcopy(stored), command, {**ENVIRONMENT, "PYTHONPATH": str(ROOT)})
    assert different_cells(stored, executed) == []
