"""Several processes: what they print comes back, and none is left behind, whatever it does."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from lessons_pkg import runtime

NOTED = "import os\nopen(f'{folder}/' + os.environ['RANK'], 'w').write(str(os.getpid()))\n"


def gone(folder: Path, processes: int) -> bool:
    """Whether every process that wrote its number into the folder has ended."""
    numbers = [int(path.read_text(encoding="utf-8")) for path in folder.iterdir()]
    assert len(numbers) == processes
    for number in numbers:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            continue
        return False
    return True


def source(folder: Path, code: str) -> str:
    return NOTED.replace("{folder}", str(folder)) + code


def test_what_torch_2_10_says_by_itself_is_left_out() -> None:
    said = "[Gloo] Rank 0 is connected to 0 peer ranks. Expected number of connected peer ranks is : 0"
    assert runtime.torchrun(1, f"print({said!r})\nprint('loss')") == "loss\n"


def test_the_fault_of_one_rank_is_shown_and_ends_the_others(tmp_path: Path) -> None:
    code = "if os.environ['RANK'] == '1':\n    raise ValueError('no such row')\nimport time\ntime.sleep(60)\n"
    began = time.monotonic()
    with pytest.raises(RuntimeError) as caught:
        runtime.torchrun(2, source(tmp_path, code))
    said = str(caught.value)
    assert said.startswith("torchrun: 2 processes, and one failed.\nrank 1:\nTraceback")
    assert 'File "step.py", line 4' in said
    assert said.endswith("ValueError: no such row")
    assert time.monotonic() - began < 50
    assert gone(tmp_path, 2)


def test_ranks_that_hang_and_refuse_to_go_say_where_and_are_gone(tmp_path: Path) -> None:
    code = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef wait():\n    time.sleep(60)\nwait()\n"
    began = time.monotonic()
    with pytest.raises(TimeoutError) as caught:
        runtime.torchrun(2, source(tmp_path, code), timeout=4)
    said = str(caught.value)
    assert said.startswith("torchrun: 2 processes were not done in 4 seconds.\nrank 0:\nTimeout (")
    assert 'File "step.py", line 6 in wait' in said
    assert time.monotonic() - began < 4 + 2 * runtime.GRACE
    assert gone(tmp_path, 2)


@pytest.mark.colab
def test_a_reader_who_interrupts_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[Any] = []

    class Agent(subprocess.Popen[str]):
        def communicate(self, *given: Any, **options: Any) -> Any:
            if began:
                return super().communicate(*given, **options)
            began.append(self)
            while len(list(tmp_path.iterdir())) < 2:
                time.sleep(0.05)
            raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Agent)
    with pytest.raises(KeyboardInterrupt):
        runtime.torchrun(2, source(tmp_path, "import time\ntime.sleep(60)\n"))
    assert began[0].returncode is not None
    assert gone(tmp_path, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: runtime.torchrun(0, ""), "torchrun: processes must be >= 1, got 0"),
        (lambda: runtime.torchrun(2.0, ""), "torchrun: processes must be a whole number, got float"),  # type: ignore[arg-type]
        (lambda: runtime.torchrun(2, b"a"), "torchrun: source must be the text of a Python file, got bytes"),  # type: ignore[arg-type]
        (lambda: runtime.torchrun(2, "", "1 s"), "torchrun: timeout must be a number, got str"),  # type: ignore[arg-type]
        (lambda: runtime.torchrun(2, "", 0), "torchrun: timeout must be > 0 and at most 86400, a day, got 0"),
    ],
)  # fmt: skip
def test_a_wrong_argument_starts_nothing(call: Callable[[], str], words: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert str(caught.value).startswith(words)


def test_without_torch_distributed_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.distributed, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match=r"^torchrun: this torch was built without torch\.distributed$"):
        runtime.torchrun(2, "")


HEAD = """
import os
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel as DDP

dist.init_process_group("gloo")
rank, world = dist.get_rank(), dist.get_world_size()
torch.manual_seed(0)
x, y = torch.randn(24, 6).double(), torch.randint(3, (24,))
net = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double()
"""
STEPS = """
def steps(model, x, y, times, part):
    adamw = torch.optim.AdamW(model.parameters(), lr=0.1)
    for _ in range(times):
        adamw.zero_grad()
        (F.cross_entropy(model(x), y, reduction="sum") * part).backward()
        adamw.step()
"""
SHARDED = """
from copy import deepcopy
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

alone = deepcopy(net)
steps(alone, x, y, 20, 1 / 24)
mesh = init_device_mesh("cpu", (world,))
for layer in (net[0], net[2], net):
    fully_shard(layer, mesh=mesh)
mine = slice(rank * 24 // world, (rank + 1) * 24 // world)
steps(net, x[mine], y[mine], 20, world / 24)
held = sum(p.to_local().numel() for p in net.parameters())
off = max((p.full_tensor() - q).abs().max().item() for p, q in zip(net.parameters(), alone.parameters()))
print(held, off)
dist.destroy_process_group()
"""
UNEVEN = """
steps(DDP(net), x[:4], y[:4], 2 + rank, world / 24)
dist.destroy_process_group()
"""
ABSENT = """
import time
if rank == 1:
    time.sleep(60)
steps(DDP(net), x[:4], y[:4], 1, world / 24)
"""


@pytest.mark.colab
def test_a_sharded_step_is_the_step_and_a_rank_holds_a_part() -> None:
    rows = [line.split() for line in runtime.torchrun(2, HEAD + STEPS + SHARDED).splitlines()]
    held, off = zip(*rows, strict=True)
    assert sum(map(int, held)) == 6 * 8 + 8 + 8 * 3 + 3
    assert max(map(int, held)) < 50
    assert max(map(float, off)) < 1e-12


@pytest.mark.colab
def test_a_rank_with_one_batch_more_than_the_others_does_not_wait_for_ever() -> None:
    with pytest.raises((RuntimeError, TimeoutError), match=r"^torchrun: 2 processes(?s:.*)rank 1:"):
        runtime.torchrun(2, HEAD + STEPS + UNEVEN, timeout=40)


@pytest.mark.colab
def test_a_rank_that_waits_for_one_that_never_comes_is_ended() -> None:
    with pytest.raises(TimeoutError, match=r"(?s)rank 0:\nTimeout .*step\.py"):
        runtime.torchrun(2, HEAD + STEPS + ABSENT, timeout=20)
