"""Chapter 12: answers computed with torch, and the wrong ones we can explain."""

import math

import torch

from lessons_pkg.exercises.exercise import Exercise, Mistake

MEANS, SIZES = (0.5, 0.4, 0.9), (64, 64, 22)  # exercise 12.1
FIRST, SECOND = 1, 6  # exercise 12.2: images that only one of two readers has right


def _epoch(sizes: tuple[int, ...] = SIZES) -> tuple[int, float]:
    """Give every image its batch's mean, and average the images."""
    means = torch.tensor(MEANS[: len(sizes)], dtype=torch.float64)
    return SIZES[-1], means.repeat_interleave(torch.tensor(sizes)).mean().item()


def _at_most(heads: int, tosses: int = FIRST + SECOND) -> float:
    """Probability of at most ``heads`` in ``tosses`` of a fair coin."""
    coin = torch.distributions.Binomial(tosses, torch.tensor(0.5, dtype=torch.float64))
    few = torch.arange(heads + 1, dtype=torch.float64)
    return float(coin.log_prob(few).exp().sum())


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
        lambda: 2 * _at_most(FIRST),
        "Equally good readers would differ so, or more, in one of eight cases.",
        (
            Mistake(lambda: _at_most(FIRST), "That is one direction; the other is as probable: double it."),
            Mistake(
                lambda: 2 * (_at_most(FIRST) - _at_most(FIRST - 1)),
                "At least as uneven: none to seven belongs to it as well.",
            ),
            Mistake(lambda: 2 * _at_most(FIRST - 1), "One to six itself belongs to it as well."),
            Mistake(
                lambda: _at_most(FIRST) - _at_most(FIRST - 1),
                "That is exactly one head, in one direction. Add none, and double.",
            ),
            Mistake(lambda: FIRST / (FIRST + SECOND), "That is the share. How often would coins do this?"),
            Mistake(
                lambda: math.erfc((SECOND - FIRST) / math.sqrt(2 * (FIRST + SECOND))),
                "That is the normal approximation: too coarse for a few images.",
            ),
        ),
        labels=("probability",),
    ),
}
