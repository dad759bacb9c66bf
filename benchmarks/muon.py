"""Muon beside Adam and momentum, for lesson 15.5 and the page on choosing an optimizer: `make bench`.

Two hidden matrices, a transformer that adds, and a task where the last digits count. As in
``benchmarks.optimizers``: whatever is compared sees the same initial weights and the same batches, and is
given every rate of its list; the best has the lowest training loss, averaged over the starts.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from benchmarks.complete_run import right
from benchmarks.optimizers import Run, compare, search
from benchmarks.results import Table, run_and_store
from lessons_pkg.data import additions
from lessons_pkg.data.splits import Part
from lessons_pkg.losses import next_token_loss
from lessons_pkg.models import TinyTransformer
from lessons_pkg.optim import decay_groups

STARTS, STEPS = 5, 200  # of the sums
QUARTERS = [10 ** (k / 4) for k in range(-10, 7)]  # of a decade, for the teacher: 0.0032 to 32
ADAMW_RATES = (0.001, 0.0015, 0.002, 0.003, 0.0045, 0.007)
MUON_RATES = (0.005, 0.01, 0.02, 0.04, 0.08)


class Deep(nn.Module):
    """Two hidden layers of 64 for the digits; ``body`` is what Muon may have."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.read = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Score ten classes for each image."""
        return self.read(self.body(x))  # type: ignore[no-any-return]


TEACHER: dict[str, Callable[[Any, float], optim.Optimizer]] = {
    "SGD, momentum 0.9": lambda w, lr: optim.SGD([w], lr, momentum=0.9),
    "Adam": lambda w, lr: optim.Adam([w], lr, betas=(0.9, 0.99)),
    "Muon": lambda w, lr: optim.Muon([w], lr, weight_decay=0.0),
}


def lesson(start: int) -> tuple[Tensor, Tensor]:
    """Draw 512 inputs whose directions have variances from 1 down to 0.01, and a linear teacher's answers."""
    g = torch.Generator().manual_seed(start)
    turned = torch.linalg.qr(torch.randn(32, 32, generator=g, dtype=torch.float64)).Q
    drawn = torch.randn(512, 32, generator=g, dtype=torch.float64)
    x = drawn * torch.logspace(0, -1, 32, dtype=torch.float64) @ turned.T
    return x, x @ torch.randn(32, 16, generator=g, dtype=torch.float64)


def taught(name: str, rate: float, start: int, steps: int = 300) -> Run:
    """Learn a matrix of 32 by 16 from a teacher without noise, while the rate falls to 0 along a line."""
    x, y = lesson(start)
    w = torch.zeros(32, 16, dtype=torch.float64, requires_grad=True)
    optimizer, g = TEACHER[name](w, rate), torch.Generator().manual_seed(start)
    schedule = LambdaLR(optimizer, lambda k: 1 - k / steps)
    for _ in range(steps):
        rows = torch.randint(512, (64,), generator=g)
        optimizer.zero_grad()
        F.mse_loss(x[rows] @ w, y[rows]).backward()
        optimizer.step()
        schedule.step()
    loss = (F.mse_loss(x @ w, y) / y.var()).item()
    return Run(loss if math.isfinite(loss) else math.inf, 0.0)


def teacher(starts: int = STARTS) -> list[list[Any]]:
    """Give each optimizer a row: best rate, and the error left, as a share of the answers' variance."""
    rows: list[list[Any]] = []
    for name in TEACHER:
        found = search(lambda rate, start: taught(name, rate, start), QUARTERS, starts)  # noqa: B023
        best, runs = next(iter(found.items()))
        losses = sorted(run.loss for run in runs)
        rows.append([name, f"{best:.2g}", f"{losses[0]:.0e} to {losses[-1]:.0e}"])
        print(*rows[-1], flush=True)
    return rows


def adding(net: TinyTransformer, muon: float | None, rate: float) -> list[optim.Optimizer]:
    """AdamW for all, or for what Muon does not get; decay on matrices alone."""
    hidden = {id(p) for p in net.blocks.parameters() if p.ndim == 2} if muon else set()
    groups = decay_groups(net, 0.1)
    for group in groups:
        group["params"] = [p for p in group["params"] if id(p) not in hidden]
    both: list[optim.Optimizer] = [optim.AdamW(groups, rate, betas=(0.9, 0.95))]
    if muon:
        both.append(optim.Muon([p for p in net.parameters() if id(p) in hidden], muon, weight_decay=0.1))
    return both


def add(muon: float | None, rate: float, start: int, parts: tuple[Part, Part]) -> Run:
    """Train on the sums; measure the loss on 2000 of them, and the share of held-out sums that are right."""
    x, y = parts[0]
    torch.manual_seed(start)
    net, g = TinyTransformer(), torch.Generator().manual_seed(start)
    optimizers = adding(net, muon, rate)

    def share(step: int) -> float:
        return min(1, (step + 1) / 50) * (1 + math.cos(math.pi * max(0, step - 50) / (STEPS - 50))) / 2

    schedules = [LambdaLR(optimizer, share) for optimizer in optimizers]
    order = torch.cat([torch.randperm(len(x), generator=g) for _ in range(STEPS * 128 // len(x) + 1)])
    for rows in order[: STEPS * 128].split(128):
        net.zero_grad()
        next_token_loss(net(x[rows]), y[rows]).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        loss = next_token_loss(net(x[:2000]), y[:2000]).item()
    return Run(loss if math.isfinite(loss) else math.inf, right(net, parts[1]))


def sums(starts: int = STARTS) -> list[list[Any]]:
    """Give AdamW alone, and Muon beside AdamW at the rate that was best alone, a row each."""
    parts, rows, best = additions(), [], 0.0
    ways: dict[str, tuple[Sequence[float], Callable[[float, int], Run]]] = {
        "AdamW": (ADAMW_RATES, lambda rate, start: add(None, rate, start, parts)),
        "Muon, with AdamW": (MUON_RATES, lambda rate, start: add(rate, best, start, parts)),
    }
    for name, (rates, one) in ways.items():
        found = search(one, rates, starts)
        rate, runs = next(iter(found.items()))
        best = best or rate
        shares = [run.right for run in runs]
        loss = statistics.fmean(run.loss for run in runs)
        spread = f"{min(shares):.2f} to {max(shares):.2f}"
        rows.append([name, f"{rate:g}", f"{loss:.2f}", f"{statistics.fmean(shares):.2f}", spread])
        print(*rows[-1], flush=True)
    return rows


def measure() -> dict[str, Table]:
    """Make all tables: minutes."""
    head = ["optimizer", "best rate", "training loss", "new images right", "rates that do, of 9"]
    held_out = ["held-out sums right", "from start to start"]
    return {
        "deep": {"head": head, "rows": compare(Deep, ["SGD, momentum 0.9", "Adam", "Muon, with Adam"])},
        "teacher": {"head": ["optimizer", "best rate", "error left"], "rows": teacher()},
        "sums": {"head": ["optimizer", "best rate", "training loss", *held_out], "rows": sums()},
    }


if __name__ == "__main__":
    run_and_store("muon", measure)
