"""Eight rungs: each looks at a program, says whether it is fine, and what it saw. Chapter 11."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lessons_pkg.data.plants import Program, program

Verdict = tuple[bool, str]


def gradient(p: Program, x: Tensor, y: Tensor) -> float:
    """Fill ``.grad`` as the program does; return the loss."""
    loss = p.loss(p.net(x), y)
    if p.clear:
        p.optimizer.zero_grad()
    loss.backward()
    return loss.item()


def train(p: Program, x: Tensor, y: Tensor, updates: int) -> None:
    """Take some steps on all of ``x``."""
    for _ in range(updates):
        gradient(p, x, y)
        p.optimizer.step()


def measure(p: Program, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Return the loss and the share of right answers, as the program measures."""
    p.net.train(not p.calm)
    with torch.no_grad():
        z = p.net(x)
    p.net.train()
    right = (z.argmax(1) == y).double().mean()
    return p.loss(z, y).item(), right.item()


def look(p: Program) -> Verdict:
    """Rung 1: finite numbers, and columns of one size."""
    spread = p.x.std(0)
    low, high = spread.min(), spread.max()
    fine = high < 100 * low  # nan: False
    said = f"spread {low:.2g} to {high:.2g}"
    return bool(fine), said


def at_start(p: Program) -> Verdict:
    """Rung 2: a start near the loss of knowing nothing."""
    p.net.eval()
    loss = p.loss(p.net(p.x), p.y).item()
    fine = 1 / 1.5 < loss / math.log(3) < 1.5
    return fine, f"starts at {loss:.2f}"


def eight(p: Program) -> Verdict:
    """Rung 3: eight examples by heart."""
    p.net.eval()
    x, y = p.x[:8], p.y[:8]
    train(p, x, y, 100)
    loss = p.loss(p.net(x), y).item()
    return loss < 0.2, f"ends at {loss:.2f}"


def gradients(p: Program) -> Verdict:
    """Rung 4: a gradient for every parameter, twice the same."""
    p.net.eval()
    seen: list[list[Tensor]] = [[], []]
    for found in seen:
        gradient(p, p.x, p.y)
        for q in p.net.parameters():
            g = torch.zeros_like(q)
            if q.grad is not None:
                g = q.grad.clone()
            found.append(g)
    none = sum(not g.any() for g in seen[0])
    same = [*map(torch.allclose, *seen)]
    other = same.count(False)
    said = f"missing {none}, changed {other}"
    return none + other == 0, said


def promised(qs: list[Tensor], old: list[Tensor]) -> float:
    """Return by how much the gradients say that the loss has changed since ``old``."""
    total = 0.0
    for q, start in zip(qs, old, strict=True):
        if q.grad is not None:
            step = q.detach() - start
            dot = (q.grad * step).sum()
            total += dot.item()
    return total


def one_step(p: Program) -> Verdict:
    """Rung 5: every parameter has moved, and the gradient's promise is kept."""
    p.net.eval()
    qs: list[Tensor] = [*p.net.parameters()]
    old = [q.detach().clone() for q in qs]
    before = gradient(p, p.x, p.y)
    p.optimizer.step()
    after = p.loss(p.net(p.x), p.y).item()
    promise = promised(qs, old)
    kept = (after - before) / promise
    still = sum(map(torch.equal, qs, old))
    fine = still == 0 and promise < 0
    fine = fine and 0.25 < kept < 1.75
    said = f"still {still}, kept {kept:.2f}"
    return fine, said


def own_input(p: Program) -> Verdict:
    """Rung 6: a prediction depends on its own input, and on no other."""
    p.net.eval()
    x = p.x[:8].clone().requires_grad_()
    one = p.net(x)[3].square().sum()
    (g,) = torch.autograd.grad(one, x, materialize_grads=True)
    hit = g.any(1).nonzero()
    rows = hit.flatten().tolist()
    return rows == [3], f"3 depends on {rows}"


def beats_blind(p: Program) -> Verdict:
    """Rung 7: better on new data than always the commonest label."""
    train(p, p.x, p.y, 60)
    _, right = measure(p, p.new_x, p.new_y)
    most = p.new_y.bincount().max().item()
    blind = most / len(p.new_y)
    said = f"{right:.0%}, blind {blind:.0%}"
    return right > blind + 0.1, said


def twice(p: Program) -> Verdict:
    """Rung 8: the same result a second time."""
    first = measure(p, p.new_x, p.new_y)
    again = measure(p, p.new_x, p.new_y)
    same = first == again
    said = "same" if same else "not the same"
    return same, said


RUNGS: tuple[Callable[[Program], Verdict], ...] = (
    look, at_start, eight, gradients, one_step, own_input, beats_blind, twice,
)  # fmt: skip


def found_by(
    plant: Callable[[Program], None] | None, *, seed: int = 0, device: torch.device | str = "cpu"
) -> list[int]:
    """Let each rung look at a fresh program; return the numbers of those that alarm."""
    verdicts = [rung(program(plant, seed=seed, device=device))[0] for rung in RUNGS]
    return [number for number, fine in enumerate(verdicts, 1) if not fine]
