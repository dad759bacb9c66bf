"""Chapter 14's lessons: answers computed with torch, and the wrong ones we can explain."""

from collections.abc import Callable

import torch
from torch.nn import functional as F

from lessons_pkg.exercises.exercise import Exercise, Mistake

COSINES = ((0.8, 0.2), (0.1, 0.9))  # exercise 14.4
PAIR = (-12.0, -14.0, -13.0, -13.5)  # exercise 14.5: policy chosen, rejected; reference chosen, rejected


def slope_of_a_stranger(temperature: float = 0.5, columns: float = 0.0) -> float:
    """Slope by the upper right cosine; ``columns`` is the columns' share of the loss."""
    s = torch.tensor(COSINES, dtype=torch.float64, requires_grad=True)
    z, labels = s / temperature, torch.arange(2)
    loss = (1 - columns) * F.cross_entropy(z, labels) + columns * F.cross_entropy(z.T, labels)
    (slope,) = torch.autograd.grad(loss, s)
    return slope[0, 1].item()


def loss_and_slope(
    beta: float = 0.1, *, swapped: bool = False, reference: bool = True, both: bool = True
) -> tuple[float, float]:
    """Loss of one pair, and its slope by the log probability of what was preferred."""
    four = torch.tensor(PAIR, dtype=torch.float64, requires_grad=True)
    chosen, rejected, its_chosen, its_rejected = four
    margin = chosen - rejected - (its_chosen - its_rejected if reference else 0)
    if not both:
        margin = chosen - its_chosen
    loss = -F.logsigmoid(beta * (-margin if swapped else margin))
    (slope,) = torch.autograd.grad(loss, four)
    return loss.item(), slope[0].item()


def _with_slope(change: Callable[[float], float]) -> Callable[[], tuple[float, float]]:
    def answer() -> tuple[float, float]:
        loss, slope = loss_and_slope()
        return loss, change(slope)

    return answer


EXERCISES: dict[str, Exercise] = {
    "14.4": Exercise(
        slope_of_a_stranger,
        "A positive slope: a step makes this cosine smaller.",
        (
            Mistake(lambda: slope_of_a_stranger() / 2, "The chain rule through s / τ brings a factor 1 / τ."),
            Mistake(lambda: slope_of_a_stranger() * 2, "The mean over the N = 2 rows divides by 2."),
            Mistake(
                lambda: -slope_of_a_stranger(),
                "The sign: 1 is subtracted on the diagonal only, and this pair is no partner.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(1.0),
                "That is at τ = 1. Divide the cosines by 0.5 before the softmax.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(columns=0.5),
                "That is both directions together; only the rows were asked for.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(columns=1.0),
                "You took the softmax down the column. A row holds one query's candidates.",
            ),
            Mistake(
                lambda: slope_of_a_stranger() - 1,
                "That is the partner's form, share minus 1, and this pair is no partner.",
            ),
        ),
        labels=("slope",),
    ),
    "14.5": Exercise(
        loss_and_slope,
        "The pair is ranked right by 0.15 only, so nearly half of the full pull is left.",
        (
            Mistake(
                lambda: loss_and_slope(reference=False),
                "The reference is missing: count from where it stands, not from 0.",
            ),
            Mistake(
                lambda: (loss_and_slope(reference=False)[0], loss_and_slope()[1]),
                "The slope is right. The loss leaves out the reference.",
            ),
            Mistake(
                lambda: loss_and_slope(swapped=True),
                "Chosen and rejected are swapped: the loss is above ln 2.",
            ),
            Mistake(
                lambda: (loss_and_slope(swapped=True)[0], loss_and_slope()[1]),
                "The slope is right. The loss is that of the swapped pair.",
            ),
            Mistake(
                _with_slope(lambda slope: 10 * slope),
                "The slope: β stands before the margin, so it comes down.",
            ),
            Mistake(
                _with_slope(lambda slope: -0.1 - slope),
                "The slope is -β times the sigmoid of -m, not of m: a pair that is ranked right pulls less.",
            ),
            Mistake(
                _with_slope(lambda slope: -slope),
                "The slope's sign: a larger log p of the chosen answer lowers the loss.",
            ),
            Mistake(lambda: loss_and_slope(1.0), "β is missing in both: the margin is 0.1 times 1.5."),
            Mistake(
                lambda: loss_and_slope(both=False),
                "You counted the chosen answer only: the rejected one has moved, too.",
            ),
        ),
        rtol=1e-3,  # -0.0463 is four decimals
        labels=("loss", "slope"),
    ),
}
