"""Optimizers at their best rates, for the page on choosing one: `make bench`.

Digits of 8 by 8, float32: 1024 images to train on, 360 new ones. Whatever is compared sees the same initial
weights and the same order of batches, and is given every rate of a list; the best has the lowest training
loss, averaged over the starts.
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from benchmarks.results import Table, run_and_store
from lessons_pkg.data import digits
from lessons_pkg.models import MLP

RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
TRAIN, NEW, EPOCHS, BATCH, STARTS = 1024, 360, 10, 64, 3
Optimizers = Sequence[optim.Optimizer]


class RowReader(nn.Module):
    """A small Transformer that reads the eight rows of an image as eight tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.read = nn.Linear(8, 32), nn.Linear(32, 10)
        self.place = nn.Parameter(torch.zeros(8, 32))
        layers = (nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True) for _ in range(2))
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Score ten classes for each image."""
        return self.read(self.body(self.embed(x.view(-1, 8, 8)) + self.place).mean(1))  # type: ignore[no-any-return]


def muon(net: nn.Module, lr: float) -> Optimizers:
    """Muon for the hidden matrices, Adam for the rest, one rate for both."""
    matrices = [p for p in getattr(net, "body", net).parameters() if p.ndim == 2]
    held = {id(p) for p in matrices}
    rest = [p for p in net.parameters() if id(p) not in held]
    first = optim.Muon(matrices, lr=lr, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    return first, optim.Adam(rest, lr=lr)


OPTIMIZERS: dict[str, Callable[[nn.Module, float], Optimizers]] = {
    "SGD": lambda net, lr: [optim.SGD(net.parameters(), lr)],
    "SGD, momentum 0.9": lambda net, lr: [optim.SGD(net.parameters(), lr, momentum=0.9)],
    "RMSprop": lambda net, lr: [optim.RMSprop(net.parameters(), lr)],
    "Adam": lambda net, lr: [optim.Adam(net.parameters(), lr)],
    "AdamW": lambda net, lr: [optim.AdamW(net.parameters(), lr)],
    "Muon, with Adam": muon,
}


class Part(NamedTuple):
    """Images and classes."""

    x: Tensor
    y: Tensor


class Run(NamedTuple):
    """One training: the loss on all it was trained on, and the share of new images that are right."""

    loss: float
    right: float


def parts(classes: Iterable[int] = range(10)) -> tuple[Part, Part]:
    """Images of some classes, numbered from 0: to train on, and new ones."""
    wanted, both = torch.tensor(list(classes)), []
    for part in digits(dtype=torch.float32)[:2]:
        rows = torch.isin(part.y, wanted)
        both.append(Part(part.x[rows], torch.searchsorted(wanted, part.y[rows])))
    return Part(both[0].x[:TRAIN], both[0].y[:TRAIN]), both[1]


def train(net: nn.Module, optimizers: Optimizers, part: Part, epochs: int, batch: int, seed: int) -> None:
    """Go through the images ``epochs`` times."""
    order = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(part.y), generator=order).split(batch):
            net.zero_grad()
            F.cross_entropy(net(part.x[rows]), part.y[rows]).backward()
            for optimizer in optimizers:
                optimizer.step()


def judged(net: nn.Module, part: Part, new: Part) -> Run:
    """Measure a trained network; a loss that is no number counts as infinite."""
    with torch.no_grad():
        loss = F.cross_entropy(net(part.x), part.y).item()
        right = (net(new.x).argmax(1) == new.y).double().mean().item()
    return Run(loss if math.isfinite(loss) else math.inf, right)


def search(one: Callable[[float, int], Run], rates: Sequence[float], starts: int) -> dict[float, list[Run]]:
    """Run every rate from every start; the best rate comes first."""
    found = {rate: [one(rate, start) for start in range(starts)] for rate in rates}
    return dict(sorted(found.items(), key=lambda item: statistics.fmean(run.loss for run in item[1])))


def compare(made: Callable[[], nn.Module], names: Iterable[str], batch: int = BATCH) -> list[list[Any]]:
    """Give each optimizer a row: best rate, training loss, new images that are right, how many rates do."""
    part, new = parts()

    def one(rate: float, start: int) -> Run:
        torch.manual_seed(start)
        net = made()
        train(net, OPTIMIZERS[name](net, rate), part, EPOCHS, batch, start)
        return judged(net, part, new)

    rows = []
    for name in names:
        found = search(one, RATES, STARTS)
        losses = [statistics.fmean(run.loss for run in runs) for runs in found.values()]
        best, runs = next(iter(found.items()))
        right = sorted(run.right for run in runs)
        usable = sum(loss < 2 * losses[0] for loss in losses)
        rows.append([name, f"{best:g}", f"{losses[0]:.3f}", f"{right[0]:.3f} to {right[-1]:.3f}", usable])
        print(*rows[-1], flush=True)
    return rows


def batches() -> list[list[Any]]:
    """Give each size of the batch a row: best rate and loss, of momentum and of Adam."""
    rows: list[list[Any]] = []
    for size in (16, 64, 256, 1024):
        names = ("SGD, momentum 0.9", "Adam")
        pairs = [row[1:3] for row in compare(lambda: MLP(64, 24, 10), names, size)]
        rows.append([size, EPOCHS * TRAIN // size, *pairs[0], *pairs[1]])
    return rows


def fine_tuning(starts: int = 10, updates: int = 100) -> list[list[Any]]:
    """Go from the digits 0 to 4 to a few images of 5 to 9, each way at its best rate for new ones."""
    (part, _), (many, new) = parts(range(5)), parts(range(5, 10))
    learned = []
    for start in range(starts):
        torch.manual_seed(start)
        learned.append(MLP(64, 24, 5))
        train(learned[start], OPTIMIZERS["AdamW"](learned[start], 0.01), part, EPOCHS, BATCH, start)

    def one(rate: float, start: int) -> Run:
        torch.manual_seed(100 + start)
        net = MLP(64, 24, 5)
        if name != "a fresh start":
            net.layer1.load_state_dict(learned[start].layer1.state_dict())
        body = {"params": net.layer1.parameters(), "lr": rate * ways[name]}
        few = torch.cat([(many.y == c).nonzero()[5 * start :][:5, 0] for c in range(5)])
        optimizer = optim.AdamW([{"params": net.layer2.parameters(), "lr": rate}, body])
        train(net, [optimizer], Part(many.x[few], many.y[few]), updates, len(few), start)
        return judged(net, part, new)

    rows: list[list[Any]] = []
    ways = {"a fresh start": 1.0, "all at one rate": 1.0, "the body at a tenth": 0.1, "the body frozen": 0.0}
    for name in ways:
        right = {rate: [run.right for run in runs] for rate, runs in search(one, RATES[2:8], starts).items()}
        best = max(right, key=lambda rate: statistics.fmean(right[rate]))
        mean, least, most = statistics.fmean(right[best]), min(right[best]), max(right[best])
        rows.append([name, f"{best:g}", f"{mean:.3f}", f"{least:.3f} to {most:.3f}"])
        print(*rows[-1], flush=True)
    return rows


def memory() -> list[list[Any]]:
    """Give each optimizer a row: how many numbers it keeps for the 9,610 parameters of a network."""
    more: dict[str, Callable[[nn.Module, float], Optimizers]] = {
        "AMSGrad": lambda net, lr: [optim.Adam(net.parameters(), lr, amsgrad=True)],
        "Adafactor": lambda net, lr: [optim.Adafactor(net.parameters(), lr)],
    }
    rows: list[list[Any]] = []
    for name, made in {**OPTIMIZERS, **more}.items():
        net = MLP(64, 128, 10)
        optimizers = made(net, 0.01)
        train(net, optimizers, parts()[0], 1, TRAIN, 0)
        state = [one for optimizer in optimizers for held in optimizer.state.values() for one in held.items()]
        numbers = sum(value.numel() for key, value in state if key != "step" and torch.is_tensor(value))
        rows.append([name, f"{numbers:,}", f"{numbers / sum(p.numel() for p in net.parameters()):.2f}"])
    return rows


def measure() -> dict[str, Table]:
    """Make all tables: minutes."""
    head = ["optimizer", "best rate", "training loss", "new images right", f"rates that do, of {len(RATES)}"]
    two = ["rate, momentum 0.9", "loss, momentum 0.9", "rate, Adam", "loss, Adam"]
    names = list(OPTIMIZERS)
    return {
        "mlp": {"head": head, "rows": compare(lambda: MLP(64, 24, 10), names)},
        "transformer": {"head": head, "rows": compare(RowReader, [one for one in names if one != "RMSprop"])},
        "batches": {"head": ["images in a batch", "updates", *two], "rows": batches()},
        "fine_tuning": {
            "head": ["way", "best rate", "new images right", "from start to start"],
            "rows": fine_tuning(),
        },
        "memory": {"head": ["optimizer", "numbers kept", "per parameter"], "rows": memory()},
    }


if __name__ == "__main__":
    run_and_store("optimizers", measure)
