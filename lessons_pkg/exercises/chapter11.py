"""Chapter 11: answers computed with torch, and the wrong ones we can explain."""

import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, optim
from torch.optim import lr_scheduler

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

RATE = 0.2  # exercise 11.1
REPORTS = (1.0, 0.8, 0.8, 0.79999, 0.85, 0.7, 0.7, 0.7, 0.7)  # exercise 11.2
Rates = tuple[float, ...]


def _optimizer(rate: float) -> optim.Optimizer:
    return optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)


def _seven(make: Callable[[optim.Optimizer], Any]) -> Rates:
    """Seven rates of a schedule: the optimizer itself need not step, which PyTorch would warn about."""
    optimizer, used = _optimizer(RATE), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        for _ in range(7):
            used.append(float(optimizer.param_groups[0]["lr"]))
            scheduler.step()
    return tuple(used)


def seven_rates(start: float = 0.25, total: int = 3, size: int = 2) -> Rates:
    """Run exercise 11.1, or what somebody makes of it who read an argument wrong."""

    def make(optimizer: optim.Optimizer) -> lr_scheduler.SequentialLR:
        warm = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=total)
        stairs = lr_scheduler.StepLR(optimizer, step_size=size, gamma=0.1)
        return lr_scheduler.SequentialLR(optimizer, [warm, stairs], milestones=[3])

    return _seven(make)


def _compounding() -> Rates:
    def make(optimizer: optim.Optimizer) -> lr_scheduler.ChainedScheduler:
        warm = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=3)
        return lr_scheduler.ChainedScheduler([warm, lr_scheduler.StepLR(optimizer, 2, 0.1)])

    return _seven(make)


def rates_after(patience: int = 2, threshold: float = 1e-4, factor: float = 0.1) -> Rates:
    """Return the rate after each call of ``step`` in exercise 11.2."""
    optimizer = _optimizer(0.1)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, patience=patience, threshold=threshold, factor=factor)
    rates = []
    for report in REPORTS:
        plateau.step(report)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return tuple(rates)


def _clip_cases() -> list[Case]:
    rows = [([3.0, 4.0], 1.0), ([0.3, -0.4], 1.0), ([6.0, -8.0, 0.0], 2.0), ([0.0, 0.0], 1.0)]
    return [tuple(torch.tensor(part, dtype=torch.float64) for part in row) for row in rows]


def clip_with_torch(gradient: Tensor, limit: Tensor) -> Tensor:
    """Let PyTorch clip it."""
    parameter = torch.zeros_like(gradient)
    parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_([parameter], float(limit))
    return parameter.grad


def _scaled_by(size: Callable[[Tensor], Tensor], gradient: Tensor, limit: Tensor) -> Tensor:
    return gradient * (limit / (size(gradient) + 1e-6)).clamp(max=1.0)


def _noise_cases() -> list[Case]:
    draw = torch.Generator().manual_seed(0)
    shapes = [((6, 1), 2), ((5, 3), 1), ((7, 2), 3), ((4, 2), 4)]
    return [(torch.randn(s, generator=draw, dtype=torch.float64), torch.tensor(b)) for s, b in shapes]


def noise_by_counting(gradients: Tensor, size: Tensor) -> Tensor:
    """Go through all batches there are."""
    batches = [gradients[list(rows)].mean(0) for rows in combinations(range(len(gradients)), int(size))]
    return (torch.stack(batches) - gradients.mean(0)).square().sum(1).mean()


def _spread(gradients: Tensor) -> Tensor:
    return (gradients - gradients.mean(0)).square().sum(1).mean()


EXERCISES: dict[str, Exercise] = {
    "11.1": Exercise(
        seven_rates,
        "The second schedule starts at the milestone, with the full rate and a count of its own.",
        (
            Mistake(lambda: seven_rates(1 / 3), "The start factor is 0.25; a third is the default."),
            Mistake(lambda: seven_rates(total=2), "Full rate in epoch 3, not 2: total_iters is 3."),
            Mistake(lambda: seven_rates(size=1), "The staircase goes down every two epochs, not every one."),
            Mistake(
                lambda: (*seven_rates()[:3], 0.02, 0.002, 0.002, 0.0002),
                "The second schedule counts from its milestone, not from epoch 0.",
            ),
            Mistake(lambda: tuple(r / RATE for r in seven_rates()), "Those are factors: times 0.2."),
            Mistake(
                _compounding, "That is both at once, as if chained. The second one waits for its milestone."
            ),
            Mistake(lambda: seven_rates(start=1.0), "There is no warm-up in these rates."),
        ),
        labels=("seven rates",),
    ),
    "11.2": Exercise(
        rates_after,
        "The third bad epoch lowers the rate, and 0.79999 is a bad one.",
        (
            Mistake(lambda: rates_after(patience=1), "One too early: patience 2 forgives two bad epochs."),
            Mistake(lambda: rates_after(patience=3), "One too late: the third bad epoch lowers the rate."),
            Mistake(
                lambda: rates_after(threshold=0.0),
                "0.79999 is no improvement: it must be better by one part in ten thousand.",
            ),
            Mistake(lambda: (0.1, *rates_after()[:-1]), "Those are the rates before each call, not after."),
            Mistake(
                lambda: tuple(max(r, 0.01) for r in rates_after()),
                "The count starts again, and the rate falls a second time.",
            ),
            Mistake(lambda: rates_after(factor=0.5), "The default factor is 0.1."),
        ),
        labels=("nine rates",),
    ),
    "11.3": Exercise(
        clip_with_torch,
        "Shorter if it is too long, never longer, and always in the same direction.",
        (
            Mistake(
                lambda g, c: g * c / (g.norm() + 1e-6),
                "Short gradients became longer: a factor of at most 1.",
            ),
            Mistake(lambda g, c: g * c / g.norm(), "Short gradients became longer, and zeros became nan."),
            Mistake(lambda g, c: g.clamp(-c, c), "That clips each entry, and changes the direction."),
            Mistake(lambda g, c: _scaled_by(torch.norm, g, c / c), "The limit is not always 1."),
            Mistake(
                lambda g, c: _scaled_by(lambda v: v.square().sum(), g, c),
                "The length, not its square: a root.",
            ),
            Mistake(
                lambda g, c: _scaled_by(lambda v: v.abs().sum(), g, c),
                "The length is the root of the sum of squares, not the sum of sizes.",
            ),
            Mistake(lambda g, c: g, "Nothing was clipped."),
        ),
        cases=_clip_cases,
    ),
    "11.4": Exercise(
        noise_by_counting,
        "One divided by B, and nothing at all once every example is in the batch.",
        (
            Mistake(
                lambda g, b: _spread(g) / b, "That is with replacement: the factor (N-B)/(N-1) is missing."
            ),
            Mistake(lambda g, b: _spread(g) / b * (len(g) - b) / len(g), "Divide by N - 1, not by N."),
            Mistake(lambda g, b: noise_by_counting(g, b).sqrt(), "The squared distance, without a root."),
            Mistake(
                lambda g, b: noise_by_counting(g, b) / g.shape[1],
                "Add up the d entries: the squared length is a sum.",
            ),
            Mistake(
                lambda g, b: noise_by_counting(g, b) / (1 - 1 / len(g)), "V divides by N: var(correction=0)."
            ),
            Mistake(lambda g, b: noise_by_counting(g, b) * b, "That is not divided by B."),
        ),
        cases=_noise_cases,
    ),
}
