"""Lessons 3.1 to 3.4: answers computed with torch, and the wrong ones we can explain."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

RATE, MOMENTUM, DAMPENING, SLOPE = 0.1, 0.8, 0.25, 2.0  # exercise 3.3
LOW, HIGH = 1.0, 100.0  # curvatures of exercise 3.3b
DECAYED = {"momentum": 0.5, "weight_decay": 0.5, "nesterov": True}  # exercise 3.4
LESSON = (17 - math.sqrt(265)) / 3, (17 + math.sqrt(265)) / 3  # those of lesson 1.2
Moves = tuple[float, ...]


def _loss(w: Tensor) -> Tensor:
    return (w - 1) ** 2


def places(
    loss: Callable[[Tensor], Tensor] = _loss, *, clear: bool = True, anew: bool = False, up: bool = False
) -> Moves:
    """Where w is after two full rounds from 3 and a step with the old gradient, unless ``anew``."""
    w = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    optimizer, found = torch.optim.SGD([w], lr=0.1, maximize=up), []
    for number in range(3):
        if number < 2 or anew:
            if clear:
                optimizer.zero_grad()
            loss(w).backward()
        optimizer.step()
        found.append(w.item())
    return tuple(found)


def _lengths() -> Moves:
    return tuple(before - after for before, after in pairwise((3.0, *places())))


def moves(momentum: float = MOMENTUM, dampening: float = DAMPENING) -> Moves:
    """How far SGD moves a weight in steps 1, 2, 3 and 100, at a constant gradient; torch.optim agrees."""
    if momentum == 0:
        dampening = 0.0  # without a memory there is nothing to dampen
    gradient = torch.tensor(SLOPE, dtype=torch.float64)
    memories = [gradient]
    for _ in range(99):
        memories.append(torch.add(momentum * memories[-1], gradient, alpha=1 - dampening))
    return tuple(RATE * memories[k - 1].item() for k in (1, 2, 3, 100))


def _scaled(factor: float, **options: float) -> Moves:
    return tuple(factor * move for move in moves(**options))


def _places() -> Moves:
    first, second, third, last = moves()
    return first, first + second, first + second + third, last


def two_steps(**options: Any) -> Moves:
    """Where two steps of SGD take a weight of 2, at the rate 0.1 and the constant gradient 3."""
    w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    sgd, found = torch.optim.SGD([w], lr=0.1, **(DECAYED | options)), []
    for _ in range(2):
        w.grad = torch.full_like(w, 3.0)
        sgd.step()
        found.append(w.item())
    return tuple(found)


def _decoupled() -> Moves:
    """Add the decay beside the memory, not into it."""
    w, v, found = 2.0, 0.0, []
    for _ in range(2):
        v = 0.5 * v + 3.0
        w -= 0.1 * (3.0 + 0.5 * v + 0.5 * w)
        found.append(w)
    return tuple(found)


def _distances() -> Moves:
    return tuple(before - after for before, after in pairwise((2.0, *two_steps())))


def _rates() -> list[Case]:
    return [torch.tensor(rate) for rate in (0.01, 0.3, 0.75, 1.0, 3.0, 0.001, 2**-7)]


def safe(lr: Tensor) -> Tensor:
    """Largest power of two not above ``lr``: lr = mantissa * 2 ** exponent with 0.5 <= mantissa < 1."""
    _, exponent = torch.frexp(lr)
    return torch.ldexp(torch.tensor(0.5), exponent)


def _strictly_below(lr: Tensor) -> Tensor:
    return torch.where(safe(lr) == lr, lr / 2, safe(lr))


def _names(a: float, w: float) -> Moves:
    return a, w


def _cuts() -> list[Case]:
    return [torch.tensor(sizes) for sizes in ([5.0, 5.0, 2.0], [1.0, 7.0], [3.0, 3.0, 3.0, 3.0], [32.0, 8.0])]


def shares(sizes: Tensor) -> Tensor:
    """Weights of the parts' means in the mean of the whole, by autograd."""
    means = torch.zeros_like(sizes, requires_grad=True)
    whole = means.repeat_interleave(sizes.long()).mean()  # every example of a part at the part's mean
    return torch.autograd.grad(whole, means)[0]


def fastest(low: float = LOW, high: float = HIGH) -> tuple[float, float, float]:
    """Polyak's pair and its factor, for a bowl with these two curvatures."""
    roots = torch.tensor([low, high], dtype=torch.float64).sqrt()
    rate = (2 / roots.sum()).square()
    factor = (roots[1] - roots[0]) / roots.sum()
    return rate.item(), factor.square().item(), factor.item()


def _with(rate: float | None = None, mu: float | None = None, factor: float | None = None) -> Moves:
    right = fastest()
    return tuple(a if b is None else b for a, b in zip(right, (rate, mu, factor), strict=True))


EXERCISES: dict[str, Exercise] = {
    "3.1": Exercise(
        places,
        "Two new gradients, and then the second one once more.",
        (
            Mistake(
                lambda: places(anew=True),
                "The third step has no backward() before it: its gradient is the old one.",
            ),
            Mistake(
                lambda: (*places()[:2], places()[1]),
                "step() alone does move w: the last gradient is still in .grad.",
            ),
            Mistake(lambda: places(lambda w: (w - 1) ** 2 / 2), "The slope of a square has a factor 2."),
            Mistake(lambda: places(clear=False), "A full round clears first: gradients do not add up."),
            Mistake(lambda: places(up=True), "A step goes against the gradient: subtract."),
            Mistake(
                lambda: places(lambda w: 4 * w), "The second round has a backward() of its own: a new slope."
            ),
            Mistake(_lengths, "Those are the lengths of the steps; say where w is."),
            Mistake(lambda: places(lambda w: w**2), "The slope of (w - 1)^2 is 2 (w - 1), not 2 w."),
            Mistake(
                lambda: (3.0, *places()[:2]),
                "That begins with w before the first step: say where it is after.",
            ),
        ),
        labels=("after one round", "after two rounds", "after step() alone"),
    ),
    "3.3": Exercise(
        moves,
        "The first step is not dampened, and the memory does the rest.",
        (
            Mistake(lambda: moves(dampening=0), "Those are the steps without dampening."),
            Mistake(lambda: _scaled(0.75, dampening=0), "The first step is not dampened: v starts as g."),
            Mistake(
                lambda: (*moves()[:3], moves(dampening=0)[3]),
                "The first three are right; in the long run, too, only 0.75 of each gradient comes in.",
            ),
            Mistake(
                lambda: moves(dampening=1 - DAMPENING),
                "Of each gradient 1 - 0.25 enters; you let in 0.25.",
            ),
            Mistake(_places, "Those are the distances from the start; subtract to get single steps."),
            Mistake(
                lambda: _scaled(1 / RATE), "That is the memory v; the step is the learning rate times v."
            ),
            Mistake(lambda: moves(momentum=0), "Without momentum all steps are equal; here it is 0.8."),
            Mistake(lambda: _scaled(-1), "How far it moves: count the steps as positive."),
        ),
        labels=("step 1", "step 2", "step 3", "in the long run"),
    ),
    "3.4": Exercise(
        two_steps,
        "Decay enters the gradient, the gradient the memory, and Nesterov adds the memory once more.",
        (
            Mistake(
                lambda: two_steps(nesterov=False),
                "That is without the look-ahead: with it the move is d + 0.5 v.",
            ),
            Mistake(
                lambda: two_steps(weight_decay=0), "The decay is missing: d is 3 + 0.5 times the weight."
            ),
            Mistake(
                lambda: two_steps(momentum=0, nesterov=False), "That is decay alone; the memory is missing."
            ),
            Mistake(lambda: two_steps(weight_decay=1), "The decay is 0.5: that share of the weight, once."),
            Mistake(
                _decoupled, "The decay belongs to d, before the memory: 0.5 of the weight goes into v too."
            ),
            Mistake(
                lambda: (two_steps()[0], two_steps()[0] - 0.1 * (3.7 + 0.5 * 3.7)),
                "The first is right. In the second step the memory keeps half of the first: v = 0.5 * 4 + d.",
            ),
            Mistake(_distances, "Those are the moves; say where the weight is."),
        ),
        labels=("after one step", "after two steps"),
    ),
    "3.4b": Exercise(
        safe,
        "Multiplying by a power of two moves the exponent and rounds nothing.",
        (
            Mistake(lambda lr: torch.log2(safe(lr)), "That is the exponent: return 2 to the power of it."),
            Mistake(lambda lr: lr, "The rate is exact; it is the product that must not be rounded."),
            Mistake(
                lambda lr: 2.0 ** math.floor(math.log2(lr) + 0.5),
                "That is the nearest power of two; for 0.75 and 3 it lies above the rate.",
            ),
            Mistake(
                lambda lr: 2.0 ** math.trunc(math.log2(lr)),
                "int() and trunc() round towards 0, so below 1 you land above the rate: use floor.",
            ),
            Mistake(
                lambda lr: 10.0 ** math.floor(math.log10(lr)),
                "Powers of ten are harmless for a decimal calculator; this one is binary.",
            ),
            Mistake(
                lambda lr: 2.0 ** math.ceil(math.log2(lr)),
                "Rounded up, the power of two lies above the rate: use floor.",
            ),
            Mistake(_strictly_below, "1 and 2**-7 are safe themselves: not above, which is not below."),
            Mistake(lambda lr: 2.0**-7, "2**-7 is safe, but not always the largest: for 3 it is 2."),
        ),
        cases=_rates,
    ),
    "3.2": Exercise(
        lambda: _names(4.0, 2.0),
        "The second line made another tensor, and only w went along.",
        (
            Mistake(
                lambda: _names(2.0, 2.0), "w = w - 1 makes a new tensor: from there on a is left behind."
            ),
            Mistake(
                lambda: _names(5.0, 2.0), "w -= 1 changes the tensor itself, and a is a name of the same one."
            ),
            Mistake(
                lambda: _names(3.0, 2.0), "The third line changes the new tensor, which a does not name."
            ),
            Mistake(lambda: _names(4.0, 3.0), "The first is right. The third line changes w's tensor too."),
            Mistake(lambda: _names(2.0, 4.0), "Changed places: w has all three."),
        ),
        labels=("a", "w"),
    ),
    "3.2b": Exercise(
        shares,
        "Each example now counts once, whatever part it is in.",
        (
            Mistake(
                lambda sizes: torch.full_like(sizes, 1 / len(sizes)),
                "That is the mean of the means: it counts the examples of small parts more.",
            ),
            Mistake(lambda sizes: sizes / 12, "12 was the lesson's batch; divide by the number in this one."),
            Mistake(lambda sizes: sizes.sum() / sizes, "Upside down: the part over the whole."),
            Mistake(
                lambda sizes: torch.ones_like(sizes) / sizes.sum(),
                "That is the factor for sums; these are means.",
            ),
            Mistake(torch.ones_like, "That adds the means up: k parts give k times the gradient."),
            Mistake(lambda sizes: sizes, "That adds up the sums; divide by the number of all examples."),
            Mistake(lambda sizes: 1 / sizes, "Each loss is a mean already: do not divide it again."),
            Mistake(lambda sizes: sizes / len(sizes), "Divide by the number of examples, not of parts."),
        ),
        cases=_cuts,
    ),
    "3.3b": Exercise(
        fastest,
        "The square root of the ratio of curvatures is all that is left of it.",
        (
            Mistake(
                lambda: (2 / (LOW + HIGH), 0.0, (HIGH - LOW) / (HIGH + LOW)),
                "That is the best without momentum.",
            ),
            Mistake(
                lambda: fastest(*LESSON),
                "That is the pair of the lesson's bowl; here the curvatures are 1 and 100.",
            ),
            Mistake(lambda: _with(mu=fastest()[2]), "The formula gives the root of the momentum: square it."),
            Mistake(lambda: _with(factor=fastest()[1]), "The factor is the root of the momentum."),
            Mistake(lambda: _with(rate=fastest()[0] ** 0.5), "The rate lacks its square."),
            Mistake(lambda: (fastest()[1], fastest()[0], fastest()[2]), "First the rate, then the momentum."),
            Mistake(lambda: _with(rate=4 / (LOW + HIGH)), "The rate: add the roots, then square."),
        ),
        rtol=2e-3,  # three digits
        labels=("learning rate", "momentum", "factor"),
    ),
}
