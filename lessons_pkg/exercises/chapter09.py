"""Chapter 9's lessons: answers computed with torch, and the wrong ones we can explain."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

LOSS = 7.3  # exercise 9.2b
RATE, UPDATES, TASKS = 0.1, 50, (3.0, 1.0)  # exercise 9.2
FIRST, SECOND = (4.0, 2.0), (-2.0, 2.0)  # exercise 9.3
Pair = tuple[float, float]


def grams() -> tuple[int, int, float]:
    """Losses of an error in kilograms and in grams: their quotients, and the weight that undoes the first."""
    kilograms, target = torch.tensor([0.5, -1.0]), torch.tensor([0.25, 1.0])
    mse, l1 = (
        loss(1000 * kilograms, 1000 * target).item() / loss(kilograms, target).item()
        for loss in (functional.mse_loss, functional.l1_loss)
    )
    return round(mse), round(l1), 1 / mse


def best_log_variance(half: float = 0.5) -> Pair:
    """Where half * exp(-s) * LOSS + s / 2 is least, and its value there: Newton's steps, no formula."""
    s = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(50):
        (slope,) = torch.autograd.grad(half * torch.exp(-s) * LOSS + 0.5 * s, s, create_graph=True)
        (bend,) = torch.autograd.grad(slope, s)
        s = (s - slope / bend).detach().requires_grad_()
    return s.item(), (half * torch.exp(-s) * LOSS + 0.5 * s).item()


def _total_at(s: float) -> float:
    return 0.5 * math.exp(-s) * LOSS + 0.5 * s


def runaway(updates: int = UPDATES, rate: float = RATE, start: float = 1.0) -> tuple[float, float, float]:
    """Train the weights with SGD on their own weighted sum; return them and that sum."""
    losses = torch.tensor(TASKS, dtype=torch.float64)
    w = torch.full((2,), start, dtype=torch.float64, requires_grad=True)
    for _ in range(updates):
        (slope,) = torch.autograd.grad((w * losses).sum(), w)
        w = (w - rate * slope).detach().requires_grad_()
    return w[0].item(), w[1].item(), (w * losses).sum().item()


def _stale_total() -> tuple[float, float, float]:
    return (*runaway()[:2], runaway(UPDATES - 1)[2])


def _cases() -> list[Case]:
    several = ([4.0, 0.01], [1.0], [0.2, 0.3, 0.5], [0.1, 2.0], [9.0, 9.0])
    return [torch.tensor(losses, dtype=torch.float64) for losses in several]


def least_total(losses: Tensor) -> Tensor:
    """Put in the best log-variances, rather than solve for the value."""
    s = losses.log()
    return 0.5 * (torch.exp(-s) * losses + s).sum()


def project_by_hand(
    sign: float = -1.0, first: bool = True, second: bool = True, swap: bool = False, power: int = 2
) -> Pair:
    """Project the two gradients of exercise 9.3 as the options say, and add them."""
    one, two = torch.tensor(FIRST, dtype=torch.float64), torch.tensor(SECOND, dtype=torch.float64)
    overlap, sizes = one @ two, (one.norm() ** power, two.norm() ** power)
    by_two, by_one = sizes if swap else sizes[::-1]
    result = one + two
    if first:
        result = result + sign * overlap / by_two * two
    if second:
        result = result + sign * overlap / by_one * one
    return result[0].item(), result[1].item()


def _mean_of_both() -> Pair:
    right = project_by_hand()
    return right[0] / 2, right[1] / 2


EXERCISES: dict[str, Exercise] = {
    "9.1": Exercise(
        grams,
        "The MSE feels the square; so does the weight that undoes it.",
        (
            Mistake(
                lambda: (1000, 1000, 1e-3),
                "Square it: each error is 1000 times as large, and MSE squares errors.",
            ),
            Mistake(lambda: (10**6, 10**6, 1e-6), "L1 is not squared."),
            Mistake(lambda: (1e-6, 1e-3, 10**6), "The smaller the unit, the larger the number."),
            Mistake(
                lambda: (10**6, 1000, 1e-3),
                "The weight multiplies the squared loss: it must undo the first factor.",
            ),
            Mistake(
                lambda: (10**6, 1000, 10**6), "That weight doubles the harm: it must undo the first factor."
            ),
            Mistake(
                lambda: (10**6, 1000, 1),
                "The predictions grow with the target, so the gradient grows with the loss.",
            ),
        ),
        labels=("factor of MSE", "factor of L1", "weight"),
    ),
    "9.2b": Exercise(
        best_log_variance,
        "The best variance is the loss itself, and its price is half its logarithm.",
        (
            Mistake(lambda: best_log_variance(half=1.0), "The first term has a factor of one half, too."),
            Mistake(lambda: best_log_variance()[::-1], "Those two, in the other order: s first."),
            Mistake(lambda: (LOSS, 0.5 + 0.5 * math.log(LOSS)), "7.3 is the variance; s is its logarithm."),
            Mistake(lambda: (-math.log(LOSS), 0.5 + 0.5 * math.log(LOSS)), "s has the other sign."),
            Mistake(
                lambda: (math.log(LOSS), 0.5 * math.log(LOSS)),
                "The value lacks its first term, which is one half there.",
            ),
            Mistake(lambda: (math.log(LOSS), 1 + math.log(LOSS)), "The value is half of that."),
            Mistake(
                lambda: (0.5 * math.log(LOSS), _total_at(0.5 * math.log(LOSS))),
                "That is log sigma; s is the logarithm of its square.",
            ),
            Mistake(
                lambda: (0.5 * math.log(LOSS), 0.5 + 0.5 * math.log(LOSS)),
                "The value is right; s is log sigma squared, twice that.",
            ),
            Mistake(
                lambda: (math.log(LOSS), 0.5 + math.log(LOSS)), "The logarithm in the value has a half, too."
            ),
            Mistake(
                lambda: (math.log10(LOSS), 0.5 + 0.5 * math.log10(LOSS)), "The natural logarithm: math.log."
            ),
        ),
        labels=("s", "value"),
    ),
    "9.2": Exercise(
        runaway,
        "A weight's derivative is the loss itself, which is never negative: down they go, for ever.",
        (
            Mistake(lambda: runaway(rate=-RATE), "That goes uphill: subtract the gradient."),
            Mistake(lambda: runaway(UPDATES - 1), "That is after 49 updates."),
            Mistake(_stale_total, "The weights are right; the sum is that before the last update."),
            Mistake(lambda: runaway(1), "That is one update; make 50."),
            Mistake(lambda: runaway(start=0.0), "The weights start at 1, not at 0."),
            Mistake(lambda: runaway(rate=1.0), "Multiply the gradient by the learning rate."),
            Mistake(
                lambda: (0.0, 0.0, 0.0),
                "Nothing stops them at 0: the gradient does not depend on the weight.",
            ),
            Mistake(
                lambda: (-4.0, -4.0, -16.0),
                "The derivative with respect to a weight is its task's loss: 3 for the first.",
            ),
        ),
        labels=("first weight", "second weight", "sum"),
    ),
    "9.2c": Exercise(
        least_total,
        "Half the number of tasks plus half the sum of logarithms: negative once the losses are small.",
        (
            Mistake(lambda losses: 0.5 * losses.log().sum(), "Each task adds one half besides."),
            Mistake(lambda losses: 0.5 + 0.5 * losses.log().sum(), "One half per task, not one in all."),
            Mistake(
                lambda losses: 0.5 * len(losses) + 0.5 * losses.sum().log(),
                "Add up the logarithms; the logarithm of the sum is something else.",
            ),
            Mistake(lambda losses: len(losses) + losses.log().sum(), "Twice too much: half of everything."),
            Mistake(lambda losses: least_total(losses) / len(losses), "That is the mean over the tasks."),
            Mistake(lambda losses: least_total(losses).clamp(0), "The total may be negative: do not cut it."),
            Mistake(
                lambda losses: losses.log().sum(),
                "Two halves are missing: one as a factor, one as a term for each task.",
            ),
            Mistake(lambda losses: 0.5 + 0.5 * losses.log(), "One value per task: add them up."),
            Mistake(lambda losses: 0.5 * losses.sum(), "That is the sum at s = 0: use the best s of each."),
        ),
        cases=_cases,
    ),
    "9.3": Exercise(
        project_by_hand,
        "Neither task loses: the products with both gradients are positive.",
        (
            Mistake(lambda: project_by_hand(sign=0.0), "That is the plain sum, and nothing is projected."),
            Mistake(
                lambda: project_by_hand(second=False),
                "Project the second gradient as well, and against the first as it was given.",
            ),
            Mistake(lambda: project_by_hand(first=False), "Project the first gradient as well."),
            Mistake(lambda: project_by_hand(sign=1.0), "The overlap is negative: subtract it."),
            Mistake(lambda: project_by_hand(swap=True), "Divide by the square of the *other* one's length."),
            Mistake(lambda: project_by_hand(power=1), "Divide by the square of the length."),
            Mistake(_mean_of_both, "That is the mean of both; PCGrad adds them."),
        ),
    ),
}
