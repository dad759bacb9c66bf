"""Chapter 5's lessons: answers computed with torch, and the wrong ones we can explain."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

ERRORS = torch.tensor([2.0, 0.0, 1.0], dtype=torch.float64)
DEMAND = torch.tensor([38.0, 60.0, 35.0, 41.0, 31.0, 52.0, 40.0, 36.0, 44.0], dtype=torch.float64)
TOO_HIGH, TOO_LOW = 1.0, 4.0  # cost of a loaf left over, of a customer sent away
FINAL_LOSS = 0.2  # exercise 5.4
_NOBODY_ASKED = "No day asked for that many: from 44 to 52 each further loaf still pays."


def _means(reduction: str = "mean") -> tuple[float, float, float]:
    losses = (functional.mse_loss, functional.l1_loss, functional.huber_loss)
    mse, l1, huber = (loss(ERRORS, torch.zeros(3).double(), reduction=reduction).item() for loss in losses)
    return mse, l1, huber


def _rooted() -> tuple[float, float, float]:
    mse, l1, huber = _means()
    return math.sqrt(mse), l1, huber


def _halved() -> tuple[float, float, float]:
    mse, l1, huber = _means()
    return mse / 2, l1, huber


def _without_a_half() -> tuple[float, float, float]:
    mse, l1, _ = _means()
    return mse, l1, mse / 2


def _swapped() -> tuple[float, float, float]:
    mse, l1, huber = _means()
    return l1, mse, huber


def factors(power: float = 1.0) -> tuple[float, float]:
    """Slope of Huber by that of SmoothL1, at thresholds 0.5 and 4; ``power`` -1 turns it around."""
    r, zero = torch.tensor(0.3, dtype=torch.float64, requires_grad=True), torch.zeros(()).double()
    found = []
    for delta in (0.5, 4.0):
        (old,) = torch.autograd.grad(functional.huber_loss(r, zero, delta=delta), r)
        (new,) = torch.autograd.grad(functional.smooth_l1_loss(r, zero, beta=delta), r)
        found.append((old / new).item() ** power)
    return found[0], found[1]


def _centre(values: Tensor, delta: Tensor, start: tuple[float, float] | None = None) -> float:
    """Place of the smallest Huber loss, by bisection of autograd's slope."""
    low, high = start or (values.min().item(), values.max().item())
    for _ in range(60):
        c = torch.tensor((low + high) / 2, dtype=values.dtype, requires_grad=True)
        loss = functional.huber_loss(c.expand_as(values), values, delta=delta.item())
        (slope,) = torch.autograd.grad(loss, c)
        low, high = (low, c.item()) if slope > 0 else (c.item(), high)
    return (low + high) / 2


def _halved_between(values: Tensor, delta: Tensor) -> float:
    low, high = sorted((values.median().item(), values.mean().item()))
    return _centre(values, delta, (low, high))


def _lowest(values: Tensor, delta: Tensor) -> Tensor:
    c = torch.full_like(values, _centre(values, delta))
    return functional.huber_loss(c, values, delta=delta.item())


def _one_round(values: Tensor, delta: Tensor) -> Tensor:
    middle = values.median()
    return middle + torch.clamp(values - middle, -delta, delta).mean()


def _descended(values: Tensor, delta: Tensor) -> Tensor:
    c = values.mean()
    for _ in range(200):
        c = c - 0.1 * torch.clamp(c - values, -delta, delta).mean()
    return c


def _trimmed(values: Tensor, delta: Tensor) -> Tensor:
    return values[(values - values.median()).abs() <= delta].mean()


def _measurements() -> list[Case]:
    random = torch.randn(7, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3
    outside = [-10.0, 0.0, 0.0, 3.0, 7.0]  # mean and median 0, the centre at 1
    sets = [
        [-40.0, 1.0, 2.0, 3.0, 4.0],
        [1.0, 2.5, 3.0, 4.0, 100.0],
        outside,
        random.tolist(),
        [5.0, 0.0, 1.0, 30.0],
    ]
    given = zip(sets, (5.0, 0.01, 5.0, 1.0, 1e6), strict=True)
    return [tuple(torch.tensor(part, dtype=torch.float64) for part in case) for case in given]


def _loaves(q: float, interpolation: str = "higher") -> float:
    loaves = float(torch.quantile(DEMAND, q, interpolation=interpolation))
    return int(loaves) if loaves.is_integer() else loaves


def _baker() -> tuple[float, float]:
    q = TOO_LOW / (TOO_LOW + TOO_HIGH)
    return q, _loaves(q)


EXERCISES = {
    "5.1": Exercise(
        _means,
        "Three losses, three numbers: these errors tell them apart.",
        (
            Mistake(lambda: _means("sum"), "You added up; the mean also divides by 3."),
            Mistake(_rooted, "The first is the root of the MSE; leave the root out."),
            Mistake(_halved, "The MSE has no factor of one half; Huber's parabola has."),
            Mistake(_without_a_half, "Check the halves in Huber's loss: 2 costs 2 - 1/2, 1 costs 1/2."),
            Mistake(_swapped, "MSE and L1 have changed places."),
        ),
        labels=("MSE", "L1", "Huber"),
    ),
    "5.1b": Exercise(
        factors,
        "SmoothL1 is Huber's loss divided by the threshold, and the rate must make up for that.",
        (
            Mistake(lambda: factors(-1), "Those are the ratios of the losses; the rate goes the other way."),
            Mistake(lambda: factors()[::-1], "These are in the other order."),
            Mistake(lambda: factors(0), "They agree at a threshold of 1 only. Compare the slopes at 0.3."),
            Mistake(lambda: factors(2), "Once is enough: the slope, like the loss, is divided by beta."),
            Mistake(lambda: (0.5 / 2, 4 / 2), "Both losses have the factor 1/2: it cancels."),
        ),
        labels=("for 0.5", "for 4"),
    ),
    "5.2": Exercise(
        _centre,
        "The clipped errors add up to zero there.",
        (
            Mistake(lambda values, delta: values.mean(), "That is the mean, where the MSE is smallest."),
            Mistake(lambda values, delta: values.median(), "That is the median, where L1 is smallest."),
            Mistake(_one_round, "One round is not enough: clip the errors around the new centre again."),
            Mistake(_trimmed, "You left the far points out; each still pulls, with a force of delta."),
            Mistake(
                lambda values, delta: torch.clamp(values, -delta, delta).mean(),
                "You clipped the measurements; clip the errors c - y.",
            ),
            Mistake(_descended, "On the way; the last case is far: halve an interval instead of stepping."),
            Mistake(
                lambda values, delta: (values.mean() + values.median()) / 2,
                "The middle of mean and median is no rule; find where the clipped errors cancel.",
            ),
            Mistake(
                _halved_between,
                "It need not lie between median and mean: halve from the least value to the largest.",
            ),
            Mistake(_lowest, "That is the smallest loss; the question is where it is."),
        ),
        cases=_measurements,
    ),
    "5.3": Exercise(
        _baker,
        "Four times as expensive to send someone away: enough bread on four days of five.",
        (
            Mistake(lambda: (0.2, _loaves(0.2, "lower")), "Turned around: too *low* costs more here."),
            Mistake(
                lambda: (0.8, _loaves(0.8, "linear")), "Interpolated: between two days the cost still falls."
            ),
            Mistake(lambda: (0.8, _loaves(0.8, "lower")), "One day too low: one more loaf still pays there."),
            Mistake(lambda: (0.75, _loaves(0.75)), "The ratio q / (1 - q) is 4, not 1 / (1 - q)."),
            Mistake(lambda: (0.5, _loaves(0.5)), "That is the median, for equal costs on both sides."),
            Mistake(lambda: (4.0, _loaves(0.8)), "The loaves are right; a quantile lies between 0 and 1."),
            Mistake(lambda: _baker()[::-1], "The two have changed places: first q, then the loaves."),
            Mistake(
                lambda: (0.8, _loaves(1.0)), "One day too high: on eight days of nine a loaf less is enough."
            ),
            *(Mistake(lambda loaves=loaves: (0.8, loaves), _NOBODY_ASKED) for loaves in range(45, 52)),
        ),
        labels=("q", "loaves"),
    ),
    "5.4": Exercise(
        lambda: math.exp(FINAL_LOSS - 0.5),
        "At the best variance, loss and MSE say the same thing.",
        (
            Mistake(lambda: math.exp(2 * FINAL_LOSS - 1), "That is the MSE; its root is asked for."),
            Mistake(
                lambda: math.exp(FINAL_LOSS),
                "The second term is 1/2 at the best variance: subtract it first.",
            ),
            Mistake(lambda: math.exp(FINAL_LOSS + 0.5), "The half has the other sign."),
            Mistake(
                lambda: math.exp(FINAL_LOSS - 0.5 - math.log(2 * math.pi) / 2),
                "The constant with pi is only there with full=True.",
            ),
            Mistake(
                lambda: math.sqrt(2 * FINAL_LOSS),
                "That takes the loss for half the MSE: the variance is 1 then.",
            ),
            Mistake(lambda: math.exp(FINAL_LOSS - 1), "The 1 stands inside the bracket: half of it."),
        ),
        labels=("root of the MSE",),
    ),
}
