"""Chapter 13: answers computed with torch, and the wrong ones we can explain."""

import math

import torch
from torch import Tensor

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

TARGET, MOMENTUM, PATIENCE, SAFE = 27.0, 0.5, 3, (1, 5)  # exercises 13.1, 13.3 and 13.4
MSE_Z, OLD, NEW = 0.5, 80.0, 70.0  # exercise 13.2


def units(loss: float = MSE_Z, by: float = OLD, power: int = 2) -> tuple[float, float, float]:
    """Turn the standardised error back with the deviation ``by``; judge it by the new targets' variance."""
    mse = torch.tensor(loss * by**power, dtype=torch.float64)
    return mse.item(), mse.sqrt().item(), 1 - mse.item() / NEW**2


def stopping(losses: Tensor, *, ties: bool = False, late: int = 0, runs: bool = False) -> tuple[int, int]:
    """Walk as ``fit`` does; the options are the ways in which learners walk otherwise."""
    values, best, waited = losses.tolist(), 0, 0
    for epoch in range(1, len(values)):
        if values[epoch] < values[best] or (ties and values[epoch] == values[best]):
            best, waited = epoch, 0
        elif runs:  # only rises in a row
            waited = waited + 1 if values[epoch] > values[epoch - 1] else 0
        else:
            waited += 1
        if waited >= PATIENCE + late:
            return best, epoch
    return best, len(values) - 1


def _loss_cases() -> list[Case]:
    several = (
        [5.0, 4.0, 3.0, 3.5, 3.2, 3.1, 2.0, 1.0],
        [3.0, 2.0, 2.0, 2.0, 2.0, 2.0],
        [4.0, 3.0, 2.0, 1.0],
        [1.0, 2.0, 3.0, 4.0, 5.0],
        [5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 5.0, 6.0, 1.0],
        [2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 1.0],
    )
    return [torch.tensor(losses, dtype=torch.float64) for losses in several]


def flattest_of_three(momentum: float = MOMENTUM, factor: float = 1.0) -> tuple[float, float]:
    """Differentiate the loss of three equal weights twice."""
    at = torch.full((3,), TARGET ** (1 / 3), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad((at.prod() - TARGET) ** 2, at, create_graph=True)
    rows = [torch.autograd.grad(part, at, retain_graph=True)[0] for part in slope]
    steepest = torch.linalg.eigvalsh(torch.stack(rows))[-1]
    curvature = factor * steepest.item()
    return curvature, 2 * (1 + momentum) / curvature


EXERCISES = {
    "13.1": Exercise(
        flattest_of_three,
        "Six times the target to the power 4/3: here steeper than four times the target, the rule for two.",
        (
            Mistake(lambda: (4 * TARGET, 3 / (4 * TARGET)), "That is the rule for two weights in a row."),
            Mistake(lambda: flattest_of_three(factor=0.5), "The square brings a factor 2."),
            Mistake(lambda: flattest_of_three(momentum=0.0), "The rate is without momentum: 2(1 + 0.5)."),
            Mistake(lambda: flattest_of_three(momentum=-MOMENTUM), "Momentum widens the bound: 1 + 0.5."),
            Mistake(
                lambda: (flattest_of_three()[0], flattest_of_three()[1] / 2),
                "The rate is half of what it may be: 2(1 + 0.5) over the curvature, with the 2.",
            ),
            Mistake(
                lambda: flattest_of_three(factor=1 / 3),
                "That is the curvature along one weight; all three moved together are steeper.",
            ),
            Mistake(lambda: (2 * TARGET, 3 / (2 * TARGET)), "Square bc, ac and ab, not the weights."),
        ),
        labels=("curvature", "rate"),
    ),
    "13.2": Exercise(
        units,
        "Back by the training part's ruler, judged by the new patients' spread.",
        (
            Mistake(lambda: units(power=1), "An MSE is a square: multiply by the deviation twice."),
            Mistake(
                lambda: units(by=NEW),
                "Turn back with the deviation of the training targets: the scaler knows no others.",
            ),
            Mistake(
                lambda: (*units()[:2], 1 - MSE_Z),
                "1 - mse_z is R2 only if the new targets have the variance of the training targets.",
            ),
            Mistake(
                lambda: (*units()[:2], 1 - units()[2]),
                "That is the share that is left unexplained: subtract it from 1.",
            ),
            Mistake(
                lambda: (units()[0], math.sqrt(MSE_Z), units()[2]),
                "The root of the MSE in units, not of the standardised one.",
            ),
        ),
        labels=("MSE", "root", "R2"),
    ),
    "13.3": Exercise(
        stopping,
        "The epochs after the break were never computed, however good they would have been.",
        (
            Mistake(
                lambda losses: (int(losses.argmin()), len(losses) - 1),
                "That looks at all epochs: the loop has left before it could see the later ones.",
            ),
            Mistake(lambda losses: stopping(losses, late=1), "One epoch too long: break at 3, not at 4."),
            Mistake(lambda losses: stopping(losses, late=-1), "One epoch too early: break at 3, not at 2."),
            Mistake(
                lambda losses: stopping(losses, ties=True), "An equal loss is no better one: < and not <=."
            ),
            Mistake(
                lambda losses: stopping(losses, runs=True),
                "Count from the best epoch, not rises in a row: a loss may fall and still be worse than it.",
            ),
            Mistake(lambda losses: stopping(losses)[::-1], "First the restored epoch, then the last."),
            Mistake(
                lambda losses: tuple(k + 1 for k in stopping(losses)), "The epochs are counted from 0 on."
            ),
        ),
        cases=_loss_cases,
    ),
    "13.4": Exercise(
        lambda: SAFE,
        "Taking out a twin and changing a unit by a fixed formula estimate nothing.",
        (
            Mistake(
                lambda: (1, 3, 5),
                "The scaler's leak is tiny here, and a leak all the same: fit it behind the split.",
            ),
            Mistake(
                lambda: (1, 2, 5),
                "The mean of a column is estimated from its rows: those of the test part, too.",
            ),
            Mistake(
                lambda: (1, 2, 3, 5),
                "Means and deviations are estimated from rows: fit them behind the split.",
            ),
            Mistake(lambda: (1, 4, 5), "That choice made an R2 of about 0.2 out of noise."),
            Mistake(
                lambda: (1, 5, 6), "Patience is chosen by the validation part, which exists after the split."
            ),
            Mistake(
                lambda: (5,), "Without step 1 a twin may sit on both sides of the split: that is a leak, too."
            ),
            Mistake(lambda: (1,), "A fixed formula such as that of step 5 learns nothing from the rows."),
            Mistake(
                lambda: (2, 3, 4, 6), "Those are the four that must wait. Which may come before the split?"
            ),
            Mistake(lambda: (1, 2, 3, 4, 5, 6), "Four of them are estimated or chosen from rows."),
        ),
        labels=("numbers",),
    ),
}
