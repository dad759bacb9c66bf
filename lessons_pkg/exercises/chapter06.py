"""Chapter 6: answers computed with torch, and the wrong ones we can explain."""

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

_LOSSES = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
_WEIGHTS = torch.tensor([0.1, 0.9, 0.3], dtype=torch.float64)
_TOTAL = (_WEIGHTS * _LOSSES).sum().item()


def _rows() -> list[Case]:
    return [torch.tensor(float(rows), dtype=torch.float64) for rows in (1, 2, 3, 8, 20)]


def _weighted_means() -> tuple[float, float]:
    """Both means by torch, from log-probabilities that are minus the losses."""
    log_p = -torch.diag(_LOSSES)
    by_weights = functional.nll_loss(log_p, torch.arange(3), _WEIGHTS).item()
    p = torch.exp(-_LOSSES)
    return by_weights, functional.binary_cross_entropy(p, torch.ones_like(p), _WEIGHTS).item()


def without_weight(p: Tensor, w: Tensor) -> Tensor:
    """Turn what a model reports that was trained with weight ``w`` on yes into a true probability."""
    return torch.sigmoid(torch.logit(p) - w.log())


def _weighted_reports() -> list[Case]:
    p = torch.tensor([0.5, 0.253, 0.9], dtype=torch.float64)
    return [(p, torch.full_like(p, w)) for w in (19.0, 3.0)]


def _slope(p: Tensor, gamma: float) -> Tensor:
    """Pull of a yes on the probability p: minus the derivative of the focal loss, by autograd."""
    leaf = p.detach().double().requires_grad_()
    loss = -((1 - leaf) ** gamma) * leaf.log()
    return -torch.autograd.grad(loss.sum(), leaf)[0]


def _behind(p: Tensor, alpha: Tensor, gamma: float = 2) -> Tensor:
    """Share of yes at which the pulls on p balance."""
    up, down = alpha * _slope(p, gamma), (1 - alpha) * _slope(1 - p, gamma)
    return down / (up + down)


def _yes_from(alpha: Tensor) -> Tensor:
    return _behind(torch.full_like(alpha, 0.5), alpha)


def _alphas() -> list[Case]:
    return [torch.tensor(alpha, dtype=torch.float64) for alpha in (0.25, 0.5, 0.9, 0.95)]


EXERCISES = {
    "6.1": Exercise(
        lambda rows: 1 - torch.pow(0.5, rows),
        "One negative pick is enough.",
        (
            Mistake(lambda rows: torch.pow(0.5, rows), "That is the probability of a finite loss."),
            Mistake(lambda rows: 0.5, "That is one row; a single nan makes the whole mean nan."),
            Mistake(lambda rows: 0.875, "That is for three rows."),
            Mistake(
                lambda rows: 1 - torch.pow(0.5, 5 * rows),
                "The loss looks at one number per row, not at all five.",
            ),
            Mistake(
                lambda rows: torch.clamp(rows / 2, max=1.0),
                "Probabilities of events that can happen together do not add up.",
            ),
        ),
        cases=_rows,
    ),
    "6.2": Exercise(
        _weighted_means,
        "One is a weighted mean, the other a mean of weighted losses.",
        (
            Mistake(lambda: _weighted_means()[::-1], "The two have changed places."),
            Mistake(
                lambda: (_weighted_means()[0],) * 2, "The binary loss divides by the number of elements."
            ),
            Mistake(lambda: (_weighted_means()[1],) * 2, "cross_entropy divides by the sum of the weights."),
            Mistake(lambda: (_TOTAL, _TOTAL), "That is the sum; both means divide it."),
            Mistake(
                lambda: (_weighted_means()[0], _TOTAL),
                "The second is the sum; the binary loss divides it by the number of elements.",
            ),
            Mistake(lambda: (_LOSSES.mean().item(),) * 2, "That is the mean without any weights."),
        ),
        labels=("cross-entropy", "binary loss"),
    ),
    "6.3": Exercise(
        without_weight,
        "A weight multiplies odds, so divide them by it.",
        (
            Mistake(lambda p, w: w * p / (w * p + 1 - p), "That is the way there, from true to reported."),
            Mistake(lambda p, w: p / w, "A weight multiplies odds, not probabilities."),
            Mistake(lambda p, w: p / (1 - p) / w, "Those are odds; turn them into a probability."),
            Mistake(
                lambda p, w: torch.sigmoid(torch.logit(p) - w), "The logit moved by ln w: subtract ln w."
            ),
            Mistake(lambda p, w: 1 / (1 + w), "That is right for p = 1/2 only."),
            Mistake(lambda p, w: 1 - without_weight(p, w), "That is the probability of a no."),
        ),
        cases=_weighted_reports,
    ),
    "6.4": Exercise(
        _yes_from,
        "Alpha alone decides; gamma cancels.",
        (
            Mistake(lambda alpha: alpha, "A larger alpha says yes earlier, not later."),
            Mistake(
                lambda alpha: torch.full_like(alpha, 0.5), "That is without alpha; with it, yes has weight."
            ),
            Mistake(lambda alpha: (1 - alpha) / alpha, "Those are the odds; turn them into a probability."),
            Mistake(
                lambda alpha: 1 / (1 + alpha),
                "The weight of yes against no is alpha / (1 - alpha), not alpha.",
            ),
        ),
        cases=_alphas,
    ),
}
