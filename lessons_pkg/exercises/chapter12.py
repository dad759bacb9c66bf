"""Chapter 12: answers computed with torch, and the wrong ones we can explain."""

import math

import torch

from lessons_pkg.exercises.exercise import Exercise, Mistake

MEANS, SIZES = (0.5, 0.4, 0.9), (64, 64, 22)  # exercise 12.1
IMAGES, BATCH, EPOCHS, RATE, DONE = 1000, 64, 6, 0.02, 2  # exercise 12.2
FIRST, SECOND = 1, 6  # exercise 12.3: images that only one of two readers has right


def _epoch(sizes: tuple[int, ...] = SIZES) -> tuple[int, float]:
    """Give every image its batch's mean, and average the images."""
    means = torch.tensor(MEANS[: len(sizes)], dtype=torch.float64)
    return SIZES[-1], means.repeat_interleave(torch.tensor(sizes)).mean().item()


def _cosine(batches: int, share: float = DONE / EPOCHS) -> tuple[int, float]:
    """Let torch lower the rate over all batches, and read it off after a ``share`` of them."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=batches * EPOCHS)
    for _ in range(round(batches * EPOCHS * share)):
        optimizer.step()
        schedule.step()
    return batches * EPOCHS, float(schedule.get_last_lr()[0])


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
        lambda: _cosine(math.ceil(IMAGES / BATCH)),
        "The cosine counts every call, that of the last small batch included.",
        (
            Mistake(
                lambda: _cosine(IMAGES // BATCH),
                "The last 40 images make a batch, too: 16 calls per epoch, not 15.",
            ),
            Mistake(
                lambda: (EPOCHS, _cosine(16)[1]),
                "T_max counts calls, not epochs: after six batches the rate would be 0, then climb again.",
            ),
            Mistake(
                lambda: (16, _cosine(16)[1]),
                "That is one epoch. The wave would come down and climb again, six times over.",
            ),
            Mistake(lambda: (IMAGES * EPOCHS, _cosine(16)[1]), "One call per batch, not one per image."),
            Mistake(
                lambda: (96, RATE * (1 - DONE / EPOCHS)),
                "That is a straight line. A cosine falls slowly at first.",
            ),
            Mistake(lambda: (96, RATE - _cosine(16)[1]), "That much is gone. What is left?"),
            Mistake(
                lambda: (96, _cosine(16, share=0.5)[1]),
                "After a third of the calls more than half is left: the share is (1 + cos) / 2.",
            ),
        ),
        labels=("T_max", "rate"),
    ),
    "12.3": Exercise(
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
