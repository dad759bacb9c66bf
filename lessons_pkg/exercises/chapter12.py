"""Chapter 12: answers computed with torch, and the wrong ones we can explain."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

IMAGES, BATCH, SIZES = 30_000, 128, (28 * 28, 200, 26)  # exercise 12.1
Before = tuple[int, int, int, float]


def _before(bias: bool = True, drop_last: bool = False, classes: int = SIZES[2]) -> Before:
    batches = torch.arange(IMAGES).split(BATCH)
    if drop_last:
        batches = batches[:-1]
    inputs, hidden, outputs = SIZES
    layers = [nn.Linear(inputs, hidden, bias, device="meta"), nn.Linear(hidden, outputs, bias, device="meta")]
    count = sum(parameter.numel() for layer in layers for parameter in layer.parameters())
    loss = F.cross_entropy(torch.zeros(1, classes, dtype=torch.float64), torch.tensor([0]))
    return len(batches), len(batches[-1]), count, loss.item()


def _logs() -> list[Case]:
    logs: list[tuple[list[float], int, int]] = [
        ([2.0, 2.0, 7.0], 2, 5),
        ([0.5, 0.25, 0.125], 4, 12),
        ([1.5], 64, 10),
        ([0.9, 0.7, 0.8, 0.1], 64, 195),
    ]
    return [
        (torch.tensor(means, dtype=torch.float64), torch.tensor(size), torch.tensor(n))
        for means, size, n in logs
    ]


def _by_image(means: Tensor, size: Tensor, n: Tensor) -> Tensor:
    """Give every image its batch's mean, and average the images."""
    return means.repeat_interleave(int(size))[: int(n)].mean()


def _by_rest(means: Tensor, size: Tensor, n: Tensor) -> Tensor:
    sizes = torch.full_like(means, float(size))
    sizes[-1] = float(n % size)
    return (means * sizes).sum() / n


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
        _before,
        "Four numbers to hold against the first line that a program prints.",
        (
            Mistake(
                lambda: (IMAGES // BATCH, *_before()[1:]), "The steps lack the last batch, which is not full."
            ),
            Mistake(
                lambda: _before(drop_last=True), "That drops the last batch; it holds what is left over."
            ),
            Mistake(lambda: _before(bias=False), "The biases are parameters, too: one per output."),
            Mistake(lambda: _before(classes=10), "There are 26 letters, not ten digits: the loss is ln 26."),
            Mistake(
                lambda: (*_before()[:3], math.log10(SIZES[2])), "The loss is a natural logarithm: math.log."
            ),
            Mistake(
                lambda: (*_before()[:3], 1 / SIZES[2]),
                "1/26 is the probability; the loss is minus its logarithm.",
            ),
            Mistake(lambda: (*_before()[:3], -math.log(SIZES[2])), "The loss is positive: ln 26."),
        ),
        labels=("steps", "last batch", "parameters", "loss"),
    ),
    "12.1b": Exercise(
        _by_image,
        "Every image counts once, whatever batch it was in.",
        (
            Mistake(lambda means, size, n: means.mean(), "That lets every batch count alike, full or not."),
            Mistake(lambda means, size, n: means[-1], "That is the last batch, which the article prints."),
            Mistake(
                lambda means, size, n: means.sum() * size / n, "The last batch may hold fewer than `size`."
            ),
            Mistake(_by_rest, "`n % size` is 0 where the last batch is full: then it must count as `size`."),
            Mistake(lambda means, size, n: _by_image(means, size, n) * n, "Divide by the number of images."),
        ),
        cases=_logs,
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
