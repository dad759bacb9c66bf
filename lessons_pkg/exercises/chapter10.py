"""Chapter 10's lessons: answers computed with torch, and the wrong ones we can explain."""

from itertools import product

import torch
from torch import Tensor

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

GRADIENTS, RATE, EPS = (40.0, -1e-6, 1e-8), 0.001, 1e-8  # exercise 10.1
BETA1, BETA2, ALPHA = 0.9, 0.999, 0.99
EQUAL = 0.9  # exercise 10.1b: both decay rates
WEIGHT, STEP, DECAY = 2.0, 0.05, 0.3  # exercise 10.3
LOSSES = torch.tensor([[0.90, 0.31, 0.12, 0.40], [0.35, 0.14, 0.13, 2.3], [0.50, 0.20, 0.11, 0.10]])  # 10.4
Numbers = tuple[float, ...]


def first_steps(eps: float = EPS, lr: float = RATE) -> Numbers:
    """Change of a weight in Adam's first step, for each gradient."""
    g = torch.tensor(GRADIENTS, dtype=torch.float64)
    return tuple((-lr * g / (g.square().sqrt() + eps)).tolist())


def _eps_inside() -> Numbers:
    g = torch.tensor(GRADIENTS, dtype=torch.float64)
    return tuple((-RATE * g / (g.square() + EPS).sqrt()).tolist())


def _uncorrected() -> Numbers:
    g = torch.tensor(GRADIENTS, dtype=torch.float64)
    return tuple((-RATE * (1 - BETA1) * g / ((1 - BETA2) * g.square()).sqrt()).tolist())


def _times() -> list[Case]:
    return [1, 2, 10, 100, 1000]


def _mean_of_ones(beta: float, t: int) -> Tensor:
    """Return what a running mean that began at 0 is after ``t`` ones."""
    mean = torch.zeros((), dtype=torch.float64)
    for _ in range(t):
        mean.lerp_(torch.ones_like(mean), 1 - beta)
    return mean


def uncorrected_length(t: int) -> Tensor:
    """Length of an Adam step with equal decay rates and no corrections, in learning rates."""
    return _mean_of_ones(EQUAL, t) * _mean_of_ones(EQUAL, t).rsqrt()


def decayed() -> Numbers:
    """Where SGD, Adam and AdamW take a weight by decay alone, in one step."""
    weight = torch.tensor(WEIGHT, dtype=torch.float64)
    pull = DECAY * weight
    ends = weight - STEP * pull, weight - STEP * pull.sign(), weight.mul(1 - STEP * DECAY)
    return tuple(end.item() for end in ends)


def _adamw_at(place: float) -> Numbers:
    return *decayed()[:2], place


def _rounds() -> list[Case]:
    return [1, 2, 10, 50, 1000]


def rare_way(K: int) -> Tensor:
    """Way of RMSprop per ``K`` steps of which one has the gradient 1: one divided by the root of s."""
    kept = torch.tensor(ALPHA, dtype=torch.float64) ** K  # what a round leaves of s
    return ((1 - kept) / (1 - ALPHA)).sqrt()


def judged() -> tuple[int, ...]:
    """Row of ``LOSSES`` that is lowest at the first rate, lowest at its best, lowest at the last; from 1."""
    unfinished = (LOSSES.argmin(1) == LOSSES.shape[1] - 1).nonzero().item()
    return tuple(1 + int(row) for row in (LOSSES[:, 0].argmin(), LOSSES.amin(1).argmin(), unfinished))


def _said_of(answer: tuple[int, ...]) -> str:
    """Explain the first fault of this wrong ``answer``."""
    first, best, unfinished = (a == b for a, b in zip(answer, judged(), strict=True))
    if not first:
        return "The first: look for the smallest loss in the first column, 0.001."
    if not best:
        still = answer[1] == answer[0]
        return "The second: that is still 0.001." if still else "The second: number 3 reaches 0.10."
    assert not unfinished
    return "The third: its best rate lies inside the range, with worse ones on both sides."


EXERCISES: dict[str, Exercise] = {
    "10.1": Exercise(
        first_steps,
        "Only a gradient as small as eps is treated by its size.",
        (
            Mistake(
                lambda: tuple(-change for change in first_steps()),
                "The sizes are right; a descent goes against the gradient.",
            ),
            Mistake(
                lambda: first_steps(eps=0.0),
                "Those are the signs, times the rate. Gradients near eps are shortened by it.",
            ),
            Mistake(
                lambda: tuple(-change for change in first_steps(eps=0.0)),
                "A descent goes against the gradient; and gradients near eps are shortened by it.",
            ),
            Mistake(
                lambda: (*first_steps(eps=0.0)[:2], first_steps()[2]),
                "The second is off by one part in a hundred: eps is a hundredth of that gradient.",
            ),
            Mistake(lambda: tuple(-RATE * g for g in GRADIENTS), "That is SGD: Adam divides by the size."),
            Mistake(
                _uncorrected, "That is the step without the corrections: m and v are too small at first."
            ),
            Mistake(_eps_inside, "eps is added after the root is taken, not under it."),
            Mistake(lambda: first_steps(lr=1.0), "That is the quotient; the step is the rate times it."),
            Mistake(
                lambda: tuple(map(abs, first_steps())),
                "A change has a sign: against the gradient, each time.",
            ),
        ),
        labels=("gradient 40", "gradient -1e-6", "gradient 1e-8"),
    ),
    "10.1b": Exercise(
        uncorrected_length,
        "Too short this time: whether the first steps are too long is up to the two decay rates.",
        (
            Mistake(
                lambda t: (1 - BETA1**t) / (1 - BETA2**t) ** 0.5,
                "Those are the default decay rates; the colleague has 0.9 twice.",
            ),
            Mistake(lambda t: 1.0, "One at each step: that is Adam itself, or the root of v was forgotten."),
            Mistake(
                lambda t: (1 - EQUAL**t) ** -0.5,
                "That leaves out only the correction of v, or is upside down: the root of v is below.",
            ),
            Mistake(
                lambda t: 1 - EQUAL**t,
                "That leaves out only the correction of m; v is not corrected, either.",
            ),
            Mistake(
                lambda t: (1 - EQUAL) ** 0.5,
                "That is right for the first step only; how much has come in after t of them?",
            ),
            Mistake(
                lambda t: (1 - EQUAL ** (t - 1)) ** 0.5,
                "Steps are counted from 1: in the first, one gradient has come in already.",
            ),
        ),
        cases=_times,
    ),
    "10.2": Exercise(
        rare_way,
        "For rare gradients it grows no more: one step, ten learning rates long.",
        (
            Mistake(
                lambda K: K**0.5, "That is the rule of thumb for slow forgetting; here s fades in between."
            ),
            Mistake(lambda K: (1 - ALPHA**K) / (1 - ALPHA), "That is 1 / s; the step divides by its root."),
            Mistake(lambda K: (1 - ALPHA) ** -0.5, "That is the limit for very large K, or the first step."),
            Mistake(
                lambda K: K**-0.5, "That is the share of the lesson; asked is the way, in rates per round."
            ),
            Mistake(lambda K: 1.0, "One learning rate per round would be Adam's first step, or K = 1."),
            Mistake(lambda K: ((1 - ALPHA) / (1 - ALPHA**K)) ** 0.5, "That is the root of s: divide by it."),
            Mistake(
                lambda K: ((1 - ALPHA ** (K + 1)) / (1 - ALPHA)) ** 0.5,
                "A round fades K times: from one gradient to the next there are K steps.",
            ),
            Mistake(lambda K: rare_way(K) / K, "That is the way per step; asked is the way per round of K."),
        ),
        cases=_rounds,
    ),
    "10.3": Exercise(
        decayed,
        "Adam has forgotten the coefficient: it divided the pull by its own size.",
        (
            Mistake(
                lambda: (decayed()[0],) * 3, "In Adam the pull is a gradient: it is divided by its own size."
            ),
            Mistake(
                lambda: (decayed()[0], decayed()[1], decayed()[1]),
                "AdamW shrinks the weight itself: the pull is not divided.",
            ),
            Mistake(lambda: _adamw_at(WEIGHT * (1 - DECAY)), "AdamW, too, multiplies the decay by the rate."),
            Mistake(
                lambda: (WEIGHT - DECAY * WEIGHT, *decayed()[1:]),
                "SGD multiplies the pull by the rate, as it does any gradient.",
            ),
            Mistake(
                lambda: (WEIGHT - STEP * DECAY, *decayed()[1:]),
                "SGD's pull is the decay times the weight, and the weight is 2.",
            ),
            Mistake(
                lambda: (WEIGHT + STEP * DECAY * WEIGHT, *decayed()[1:]),
                "Decay pulls the weight towards zero: the step goes against the pull.",
            ),
            Mistake(lambda: _adamw_at(WEIGHT), "AdamW shrinks a weight where the gradient is zero, too."),
            Mistake(
                lambda: _adamw_at(decayed()[1] * (1 - STEP * DECAY)),
                "AdamW's own gradient is zero here, so nothing is left but the shrinking.",
            ),
            Mistake(
                lambda: (decayed()[0], decayed()[2], decayed()[1]), "Adam and AdamW have changed places."
            ),
            Mistake(
                lambda: (decayed()[0], WEIGHT, decayed()[2]),
                "Adam takes the decay for a gradient, so the weight moves.",
            ),
            Mistake(
                lambda: (decayed()[0], WEIGHT - STEP * DECAY, decayed()[2]),
                "Adam's step has lost the coefficient, too: it is one learning rate long.",
            ),
        ),
        labels=("SGD", "Adam", "AdamW"),
    ),
    "10.4": Exercise(
        judged,
        "Number 2 wins the table at 0.001, number 3 the one at the best rates; above 1 it may win more.",
        tuple(
            Mistake(lambda answer=answer: answer, _said_of(answer))
            for answer in product((1, 2, 3), repeat=3)
            if answer != judged()
        ),
        labels=("first at 0.001", "first at its best", "search unfinished"),
    ),
}
