"""Losses over pairs at their best rates, for the page on choosing a loss: `make bench`.

Lesson 14.4's things, seen by two instruments: 2000 to learn from, 500 on which the rate is chosen, 500 to
judge. A query is right if, of the 500 keys, its partner has the largest cosine. Whatever is compared sees the
same things, initial weights and batches.
"""

import math
import statistics
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from benchmarks.results import Table, run_and_store
from lessons_pkg.losses import info_nce_loss, sigmoid_contrastive_loss

RATES = (0.001, 0.003, 0.01, 0.03)
UPDATES, BATCH, STARTS = 400, 64, 5
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]  # queries, keys, temperature, bias: both learnt


def info_nce_at(temperature: float) -> Loss:
    """Hold the temperature."""
    return lambda q, k, _t, _b: info_nce_loss(q, k, temperature)


def between_partners(q: Tensor, k: Tensor, _t: Tensor, _b: Tensor) -> Tensor:
    """Ask for nothing but that partners agree."""
    return F.mse_loss(F.normalize(q, dim=-1), F.normalize(k, dim=-1))


LOSSES: dict[str, Loss] = {
    **{f"InfoNCE, temperature {t:g}": info_nce_at(t) for t in (1.0, 0.3, 0.1, 0.03, 0.01)},
    "InfoNCE, temperature learnt": lambda q, k, t, _b: info_nce_loss(q, k, t),
    "sigmoid, temperature and bias learnt": sigmoid_contrastive_loss,
    "MSE between partners": between_partners,
}


def two_views(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw things of 8 numbers, and what two instruments make of them: 20 numbers each, with noise."""
    g = torch.Generator().manual_seed(seed)
    things = torch.randn(n, 8, generator=g)
    ways = [torch.randn(8, 20, generator=torch.Generator().manual_seed(way)) for way in (1, 2)]
    noise = 0.3 * torch.randn(2, n, 20, generator=g)
    return torch.tanh(things @ ways[0] / 3) + noise[0], torch.sin(things @ ways[1] / 3) + noise[1]


def tower() -> nn.Module:
    """One hidden layer of 64, 16 numbers out."""
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 16))


def top_1(towers: nn.ModuleList, pairs: tuple[Tensor, Tensor]) -> float:
    """Tell the share of queries whose partner is nearest."""
    with torch.no_grad():
        q, k = (F.normalize(one(x), dim=-1) for one, x in zip(towers, pairs, strict=True))
        return (q @ k.T).argmax(1).eq(torch.arange(len(q))).double().mean().item()


def run(loss: Loss, rate: float, batch: int, start: int) -> tuple[float, float]:
    """Train once; return the share that is right where the rate is chosen, and where it is judged."""
    seen, chosen, judged = (two_views(n, 3 * start + part) for part, n in enumerate((2000, 500, 500)))
    torch.manual_seed(start)
    towers = nn.ModuleList([tower(), tower()])
    scale, bias = nn.Parameter(torch.tensor(math.log(10.0))), nn.Parameter(torch.tensor(-10.0))
    optimizer = optim.Adam([*towers.parameters(), scale, bias], lr=rate)
    order = torch.Generator().manual_seed(start)
    for _ in range(UPDATES):
        rows = torch.randint(len(seen[0]), (batch,), generator=order)
        optimizer.zero_grad()
        loss(towers[0](seen[0][rows]), towers[1](seen[1][rows]), (-scale).exp(), bias).backward()
        optimizer.step()
    return top_1(towers, chosen), top_1(towers, judged)


def best(loss: Loss, batch: int) -> list[Any]:
    """Give the best rate, and what it gets right on new things: mean and range."""
    found = {rate: [run(loss, rate, batch, start) for start in range(STARTS)] for rate in RATES}
    rate = max(found, key=lambda one: statistics.fmean(chosen for chosen, _ in found[one]))
    right = sorted(judged for _, judged in found[rate])
    row = [f"{rate:g}", f"{statistics.fmean(right):.3f}", f"{right[0]:.3f} to {right[-1]:.3f}"]
    print(*row, flush=True)
    return row


def measure() -> dict[str, Table]:
    """Make both tables: minutes."""
    head = ["best rate", "partners found", "from start to start"]
    learnt = {name.partition(",")[0]: loss for name, loss in LOSSES.items() if "learnt" in name}
    sizes = [
        [size, *(cell for loss in learnt.values() for cell in best(loss, size)[1:])]
        for size in (4, 16, 64, 256)
    ]
    return {
        "losses": {
            "head": ["loss", *head],
            "rows": [[name, *best(loss, BATCH)] for name, loss in LOSSES.items()],
        },
        "batches": {
            "head": [
                "pairs in a batch",
                *(f"{name}: {word}" for name in learnt for word in ("found", "range")),
            ],
            "rows": sizes,
        },
    }


if __name__ == "__main__":
    run_and_store("pairs", measure)
