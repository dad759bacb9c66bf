"""Chapter 4's lessons: answers computed with torch, and the wrong ones we can explain."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

LOGITS = torch.tensor([2.0, 0.0, -1.0], dtype=torch.float64)
CLASSES, SMOOTHING = 5, 0.1
MEAN_LOSS, GUESSED_FROM = 3.0, 10  # exercise 4.1
LOSSES = torch.tensor([0.2, 0.5, 1.0], dtype=torch.float64)  # exercise 4.4
WEIGHTS = torch.tensor([1.0, 4.0, 4.0], dtype=torch.float64)


def read_back(p: float = math.exp(-MEAN_LOSS), times: float | None = None) -> tuple[float, float]:
    """Probability behind the mean loss, and how many times that of guessing it is."""
    return p, p * GUESSED_FROM if times is None else times


def slopes(y: int = 0) -> Tensor:
    """Gradient of the cross-entropy at ``LOGITS`` if class ``y`` is right, by autograd."""
    z = LOGITS.clone().requires_grad_()
    (slope,) = torch.autograd.grad(functional.cross_entropy(z, torch.tensor(y)), z)
    return slope


def _loss_of(right: float, others: Sequence[float]) -> float:
    """Cross-entropy where the right class gets the logit ``right`` and the others get ``others``."""
    z = torch.tensor([right, *others], dtype=torch.float64)
    return functional.cross_entropy(z, torch.tensor(0)).item()


def highest_loss(classes: int) -> float:
    """Largest loss of outputs between 0 and 1: nothing for the right class, 1 for each other."""
    return _loss_of(0.0, [1.0] * (classes - 1))


def _floor(classes: int) -> float:
    return _loss_of(1.0, [0.0] * (classes - 1))


def _one_wrong(classes: int) -> float:
    return _loss_of(0.0, [1.0] + [0.0] * (classes - 2))


def _without_right(classes: int) -> Tensor:
    return torch.ones(classes - 1, dtype=torch.float64).logsumexp(0)


def _numbers_of_classes() -> list[Case]:
    return [2, 3, 10, 1000]


def bce_on_logit(x: Tensor, t: Tensor) -> Tensor:
    """Binary cross-entropy on logits, one loss per element."""
    return functional.binary_cross_entropy_with_logits(x, t, reduction="none")


def _textbook(x: Tensor, t: Tensor) -> Tensor:
    p = torch.sigmoid(x)
    return -t * p.log() - (1 - t) * (1 - p).log()


def _clamped(x: Tensor, t: Tensor) -> Tensor:
    return functional.binary_cross_entropy(torch.sigmoid(x), t, reduction="none")


def _overflowing(x: Tensor, t: Tensor) -> Tensor:
    return torch.log1p(x.exp()) - t * x


def _without_maximum(x: Tensor, t: Tensor) -> Tensor:
    return torch.log1p((-x.abs()).exp()) - t * x


def _with_size(x: Tensor, t: Tensor) -> Tensor:
    return x.abs() + _without_maximum(x, t)


def _minus_x(x: Tensor, t: Tensor) -> Tensor:
    return x.clamp(min=0) - t * x + torch.log1p((-x).exp())


def _overflowing_below(x: Tensor, t: Tensor) -> Tensor:
    return x - t * x + torch.log1p((-x).exp())


def _logits_and_targets() -> list[Case]:
    x = torch.tensor([1e4, -1e4, 800.0, 3.0, -2.0, 0.0], dtype=torch.float64)
    t = torch.tensor([0.3, 0.6, 0.25, 1.0, 1.0, 0.5], dtype=torch.float64)
    return [(x, t), (x[3:].reshape(3, 1), 1 - t[3:].reshape(3, 1))]


def lowest_loss(right: float) -> float:
    """Entropy of a target that gives ``right`` to one class and shares the rest among the others."""
    rest = (1 - right) / (CLASSES - 1)
    q = torch.tensor([right] + [rest] * (CLASSES - 1), dtype=torch.float64)
    return float(torch.special.entr(q).sum())


def means(by_all: float, by_kept: float) -> tuple[float, float]:
    """Weighted losses of all three and of the first two, each divided by a number."""
    weighted = WEIGHTS * LOSSES
    return weighted.sum().item() / by_all, weighted[:2].sum().item() / by_kept


_RIGHT = 1 - SMOOTHING + SMOOTHING / CLASSES

EXERCISES = {
    "4.1": Exercise(
        read_back,
        "On the scale of the geometric mean, half of what guessing among ten classes gives.",
        (
            Mistake(lambda: read_back(10**-MEAN_LOSS), "PyTorch's log is the natural one: e, not 10."),
            Mistake(
                lambda: read_back(2**-MEAN_LOSS), "That would be bits; PyTorch's loss is in nats: e, not 2."
            ),
            Mistake(lambda: read_back(1 / MEAN_LOSS), "The loss is no reciprocal; it is minus a logarithm."),
            Mistake(
                lambda: read_back(times=1 / GUESSED_FROM / math.exp(-MEAN_LOSS)),
                "The second is turned over: your probability divided by that of guessing.",
            ),
            Mistake(
                lambda: read_back(times=MEAN_LOSS / math.log(GUESSED_FROM)),
                "The second is a quotient of losses; take the quotient of the two probabilities.",
            ),
            Mistake(
                lambda: read_back(1 - math.exp(-MEAN_LOSS)),
                "That is what the other classes share; p = e^-loss.",
            ),
            Mistake(
                lambda: read_back(math.exp(MEAN_LOSS)),
                "No probability is above 1: the exponent is minus the loss.",
            ),
            Mistake(
                lambda: read_back(times=MEAN_LOSS - math.log(GUESSED_FROM)),
                "The first is right. The second is a difference of losses; divide the two probabilities.",
            ),
        ),
        labels=("probability", "times guessing"),
    ),
    "4.2": Exercise(
        slopes,
        "Softmax minus one-hot, and the three add up to zero.",
        (
            Mistake(lambda: LOGITS.softmax(0), "That is the softmax; subtract 1 where the class is right."),
            Mistake(
                lambda: -slopes(), "The signs are turned around: softmax minus one-hot, not the reverse."
            ),
            Mistake(lambda: slopes(1), "You took class 1 for the right one; PyTorch counts from 0."),
            Mistake(
                lambda: LOGITS.sigmoid() - torch.tensor([1.0, 0.0, 0.0]),
                "Those are sigmoids, one for each logit alone; softmax divides by the common sum.",
            ),
            Mistake(
                lambda: LOGITS - torch.tensor([1.0, 0.0, 0.0]),
                "Those are scores minus one-hot; turn the scores into probabilities first.",
            ),
            Mistake(
                lambda: slopes() / 3, "You divided by 3, but the mean is over examples: there is one here."
            ),
        ),
        labels=("class 0", "class 1", "class 2"),
    ),
    "4.2b": Exercise(
        highest_loss,
        "However wrong the network is, its loss cannot say more than this.",
        (
            Mistake(_floor, "That is the floor, the smallest loss. Which outputs are the worst?"),
            Mistake(_one_wrong, "With a softmax only one output can be 1; sigmoids do not mind one another."),
            Mistake(math.log, "That is guessing: all outputs equal. It gets worse."),
            Mistake(_without_right, "The right class has the output 0, and e to the 0 is 1: it counts too."),
            Mistake(lambda classes: math.log(1 + classes * math.e), "Only C - 1 classes are wrong ones."),
            Mistake(lambda classes: math.inf, "That would be so for logits; outputs end at 0 and 1 here."),
        ),
        cases=_numbers_of_classes,
    ),
    "4.3": Exercise(
        bce_on_logit,
        "The same as PyTorch's, at any logit.",
        (
            Mistake(_textbook, "A sigmoid that rounds to 0 or 1 makes a logarithm infinite: use hint 1."),
            Mistake(
                lambda x, t: -t * (x.sigmoid() + 1e-12).log() - (1 - t) * (1 - x.sigmoid() + 1e-12).log(),
                "A small number in the logarithm hides the infinity, not the error: stay with logits.",
            ),
            Mistake(lambda x, t: bce_on_logit(x, t).mean(), "One loss per element is asked for, no mean."),
            Mistake(_clamped, "Where the sigmoid is 0 or 1, that cuts the logarithm off; stay with logits."),
            Mistake(_minus_x, "exp(-x) overflows for very negative x: it has to be exp(-|x|)."),
            Mistake(
                _overflowing_below, "exp(-x) overflows for very negative x: take |x|, and max(x, 0) before."
            ),
            Mistake(_overflowing, "exp(x) overflows for large x: pull the maximum out."),
            Mistake(_without_maximum, "The maximum that you pulled out has to be added again."),
            Mistake(_with_size, "The maximum of 0 and x is not |x|: for negative x it is 0."),
            Mistake(
                lambda x, t: bce_on_logit(x, 1 - t), "The target is turned around: 1 means sigmoid(x) = 1."
            ),
        ),
        cases=_logits_and_targets,
    ),
    "4.4": Exercise(
        lambda: means(9, 5),
        "What is left out counts neither above nor below the line.",
        (
            Mistake(lambda: means(3, 2), "Divide by the weights of the examples, not by their number."),
            Mistake(
                lambda: (LOSSES.mean().item(), LOSSES[:2].mean().item()),
                "Those are plain means: the weights multiply the losses.",
            ),
            Mistake(lambda: means(1, 1), "Those are sums; a mean divides, but by what?"),
            Mistake(lambda: means(9, 9), "The first is right. What is ignored is not in the divisor either."),
            Mistake(lambda: means(5, 5), "The second is right. In the first, all three weights take part."),
            Mistake(lambda: means(9, 2), "The first is right. The second divides by the weights, too."),
            Mistake(
                lambda: (means(9, 5)[0], LOSSES[:2].mean().item()),
                "The first is right. The second is a plain mean: its two losses have weights, too.",
            ),
            Mistake(
                lambda: (means(9, 5)[0],) * 2, "The first is right. In the second only two examples are left."
            ),
        ),
        labels=("all three", "the last ignored"),
    ),
    "4.4b": Exercise(
        lambda: lowest_loss(_RIGHT),
        "It is the entropy of the smoothed target, and finite logits reach it.",
        (
            Mistake(lambda: 0.0, "Without smoothing, yes. The smoothed target has an entropy of its own."),
            Mistake(
                lambda: lowest_loss(1 - SMOOTHING),
                "PyTorch spreads the 0.1 over all five classes, so the right one gets 0.92, not 0.9.",
            ),
            Mistake(lambda: -math.log(1 - SMOOTHING), "That is the right class alone, and it gets 0.92."),
            Mistake(lambda: -math.log(_RIGHT), "The other four classes have a share in the loss too."),
            Mistake(lambda: lowest_loss(_RIGHT) / math.log(2), "That is in bits; PyTorch's loss is in nats."),
            Mistake(
                lambda: math.log(CLASSES), "That is the loss of equal logits; confident ones do better here."
            ),
        ),
        labels=("lowest loss",),
    ),
}
