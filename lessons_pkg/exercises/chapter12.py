"""Chapter 12: answers computed with torch, and the wrong ones we can explain."""

import torch
from torch import Tensor

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

MEANS, SIZES = (0.5, 0.4, 0.9), (64, 64, 22)  # exercise 12.1


def _epoch(sizes: tuple[int, ...] = SIZES) -> tuple[int, float]:
    """Give every image its batch's mean, and average the images."""
    means = torch.tensor(MEANS[: len(sizes)], dtype=torch.float64)
    return SIZES[-1], means.repeat_interleave(torch.tensor(sizes)).mean().item()


def _pairs() -> list[Case]:
    pairs = [(0, 9), (11, 4), (3, 3), (0, 0), (2, 12), (9, 0), (12, 2)]
    return [(torch.tensor(a), torch.tensor(b)) for a, b in pairs]


def _at_most(heads: Tensor, tosses: Tensor) -> Tensor:
    """Probability of at most ``heads`` in ``tosses`` of a fair coin."""
    chance = torch.full((), 0.5, dtype=torch.float64)
    coin = torch.distributions.Binomial(int(tosses), chance)
    few = torch.arange(int(heads) + 1, dtype=torch.float64)
    probability: Tensor = coin.log_prob(few).exp().sum()
    return probability


def _sign_test(a: Tensor, b: Tensor) -> Tensor:
    return (2 * _at_most(torch.minimum(a, b), a + b)).clamp(max=1)


def _only_this(a: Tensor, b: Tensor) -> Tensor:
    fewer, tosses = torch.minimum(a, b), a + b
    return (2 * (_at_most(fewer, tosses) - _at_most(fewer - 1, tosses))).clamp(max=1)


def _normal(a: Tensor, b: Tensor) -> Tensor:
    return torch.erfc((a - b).abs().double() / (2 * (a + b).double()).sqrt())


EXERCISES: dict[str, Exercise] = {
    "12.1": Exercise(
        _epoch,
        "Every image counts once, whatever batch it was in.",
        (
            Mistake(lambda: (64, _epoch((1, 1, 1))[1]), "The last batch holds what is left, not 64 images."),
            Mistake(lambda: (22, _epoch((1, 1, 1))[1]), "That lets every batch count alike, full or not."),
            Mistake(lambda: (22, MEANS[-1]), "That is the last batch, which the program prints."),
            Mistake(lambda: (22, _epoch((64, 64))[1]), "The last batch counts, too: by its 22 images."),
            Mistake(lambda: (22, _epoch()[1] * sum(SIZES)), "That is the sum. Divide by the images."),
            Mistake(lambda: (22, _epoch()[1] * sum(SIZES) / 3), "Divide by the images, not by the batches."),
            Mistake(
                lambda: (22, _epoch()[1] * sum(SIZES) / 192), "150 images, not three full batches of 64."
            ),
        ),
        labels=("images", "loss"),
    ),
    "12.2": Exercise(
        _sign_test,
        "A small value says: equally good readers would rarely differ so.",
        (
            Mistake(
                lambda a, b: _at_most(torch.minimum(a, b), a + b),
                "That is one direction; the other is as probable, so double it.",
            ),
            Mistake(
                lambda a, b: 2 * _at_most(torch.minimum(a, b), a + b),
                "Where a = b the middle is counted twice: never more than 1.",
            ),
            Mistake(_only_this, "Add up all counts from 0 to min(a, b), not that one alone."),
            Mistake(
                lambda a, b: (2 * _at_most(torch.minimum(a, b) - 1, a + b)).clamp(max=1),
                "min(a, b) itself belongs to the sum: range stops one short.",
            ),
            Mistake(
                lambda a, b: (2 * _at_most(torch.maximum(a, b), a + b)).clamp(max=1),
                "Sum up to the smaller of the two counts.",
            ),
            Mistake(
                lambda a, b: (2 * _at_most(a, a + b)).clamp(max=1),
                "The uneven side may be the other one: min(a, b), not a.",
            ),
            Mistake(
                _normal, "That is the normal approximation: too coarse for a few images, and 0/0 for none."
            ),
        ),
        cases=_pairs,
    ),
}
