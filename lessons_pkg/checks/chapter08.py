"""Chapter 8: answers computed with torch, and the wrong ones we can explain."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.checks.exercise import Case, Exercise, Mistake

_WIDTH = 2.0  # exercise 8.4
_Slopes = tuple[Tensor, Tensor]


def _factors(power: float = 1.0, share: float = 1.0) -> tuple[float, ...]:
    """Slope of Huber by slope of SmoothL1 at one error; ``power`` -1 turns the ratio around."""
    found = []
    for delta in (0.5, 4.0):
        r = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
        (old,) = torch.autograd.grad(functional.huber_loss(r, torch.zeros_like(r), delta=delta), r)
        (new,) = torch.autograd.grad(functional.smooth_l1_loss(r, torch.zeros_like(r), beta=delta), r)
        found.append(share * (old / new).item() ** power)
    return tuple(found)


def _with_slope(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], _Slopes]:
    def both(x: Tensor) -> _Slopes:
        x = x.detach().requires_grad_()
        y = function(x)
        return y.detach(), torch.autograd.grad(y.sum(), x)[0]

    return both


def _root(x: Tensor, elsewhere: float = 0.0) -> Tensor:
    return torch.where(x > 0, torch.where(x > 0, x, 1.0).sqrt(), elsewhere)


def _roots() -> list[Case]:
    return [torch.tensor(x, dtype=torch.float64) for x in ([0.0, 4.0], [-1.0, 0.25, 0.0, 9.0])]


class _Squares(torch.autograd.Function):
    """Sum of squares with the backward of exercise 8.3."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.square().sum()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return slopes[0] * x


def _verdicts(*wrong: int) -> tuple[int, ...]:
    """1 where gradcheck accepts, turned around at the places ``wrong``."""
    functions: list[tuple[Callable[..., Any], list[float]]] = [
        (_Squares.apply, [0.5, 2.0]),
        (lambda x: (x * x.detach()).sum(), [0.5, 2.0]),
        (lambda x: x.round().sum(), [0.7, 2.2]),
        (lambda x: x.abs().sum(), [0.0, 0.0]),
        (lambda x: functional.relu(x).sum(), [0.0, 0.0]),
    ]
    points = [torch.tensor(point, dtype=torch.float64, requires_grad=True) for _, point in functions]
    accepted = [
        torch.autograd.gradcheck(function, (point,), raise_exception=False)
        for (function, _), point in zip(functions, points, strict=True)
    ]
    return tuple(int(verdict != (place in wrong)) for place, verdict in enumerate(accepted))


_BELIEFS: dict[tuple[int, ...], str] = {
    (0,): "(a): at 2 the slope is 4, and this backward says 2.",
    (1,): "(b): nudging moves the detached factor too, so the slopes disagree.",
    (2,): "(c): the slope 0 is useless, but nudging finds 0 as well.",
    (3,): "(d): up and down are equally high, so nudging finds 0, as PyTorch says.",
    (4,): "(e): nudging finds the mean of the two sides, one half; PyTorch says 0.",
    (3, 4): "(d), (e): gradcheck sees a corner only if its two sides do not cancel.",
    (0, 1, 2, 3, 4): "Turned around: 1 means that gradcheck accepts, 0 that it refuses.",
}


def _slopes(slope: Tensor, input: Tensor, target: Tensor) -> _Slopes:
    """What backward() hands on to input and target for the loss of exercise 8.4."""
    pair = input.detach().requires_grad_(), target.detach().requires_grad_()
    loss = _WIDTH**2 * ((1 + ((pair[0] - pair[1]) / _WIDTH).square()).sqrt() - 1)
    by_input, by_target = torch.autograd.grad(loss, pair, slope)
    return by_input, by_target


def _times(factor: Callable[[Tensor, Tensor], Tensor | float]) -> Callable[..., _Slopes]:
    """Both slopes of exercise 8.4 times ``factor``, which gets the arriving slope and the error."""

    def both(slope: Tensor, input: Tensor, target: Tensor) -> _Slopes:
        by_input = _slopes(slope, input, target)[0] * factor(slope, input - target)
        return by_input, -by_input

    return both


def _batches() -> list[Case]:
    generator = torch.Generator().manual_seed(0)
    return [tuple(torch.randn(3, n, generator=generator, dtype=torch.float64).mul(3)) for n in (2, 4)]


EXERCISES: dict[str, Exercise] = {
    "08.1": Exercise(
        _factors,
        "SmoothL1 is Huber divided by the threshold, and the rate must make up for that.",
        (
            Mistake(lambda: _factors(-1), "Those are the ratios of the losses; the rate goes the other way."),
            Mistake(lambda: (1.0, 1.0), "They agree at a threshold of 1 only. Compare the slopes at 0.3."),
            Mistake(lambda: _factors(2), "Once is enough: the slope, like the loss, is divided by beta."),
            Mistake(lambda: _factors(share=0.5), "Both losses have the factor 1/2: it cancels."),
        ),
    ),
    "08.2": Exercise(
        _with_slope(_root),
        "The branch that is not taken never sees a number that it cannot digest.",
        (
            Mistake(
                _with_slope(lambda x: torch.where(x > 0, x.sqrt(), 0.0)),
                "Right values, and nan: the root still sees 0.",
            ),
            Mistake(
                _with_slope(lambda x: x.clamp(min=0).sqrt()), "The root of a clamped 0 has an infinite slope."
            ),
            Mistake(
                _with_slope(lambda x: (x.clamp(min=0) + 1e-6).sqrt()),
                "That moves the root: at 0 it is 0.001, its slope 500.",
            ),
            Mistake(_with_slope(lambda x: x.abs().sqrt()), "Negative numbers must give 0; and 0 gives nan."),
            Mistake(
                _with_slope(lambda x: _root(x, 1.0)),
                "Elsewhere the value is 0; the 1 belongs into the root only.",
            ),
        ),
        cases=_roots,
    ),
    "08.3": Exercise(
        _verdicts,
        "It compares the backward pass with the forward pass, near one point. That is all.",
        tuple(Mistake(lambda places=places: _verdicts(*places), words) for places, words in _BELIEFS.items()),
    ),
    "08.4": Exercise(
        _slopes,
        "That is the whole of a backward pass: the arriving slope times your derivative, for each input.",
        (
            Mistake(_times(lambda g, r: 1 / g), "Multiply by the slope that arrives."),
            Mistake(
                lambda g, y, t: 2 * _slopes(g, y, t)[:1],
                "By the target the sign changes: r falls when it rises.",
            ),
            Mistake(_times(lambda g, r: 1 / len(r)), "There is no mean in this loss: do not divide."),
            Mistake(_times(lambda g, r: _WIDTH), "One delta too many: all but r and the root cancels."),
            Mistake(_times(lambda g, r: 2.0), "The root's 1/2 cancels the 2 of the square."),
            Mistake(
                _times(lambda g, r: ((4 + r * r) / (1 + r * r)).sqrt() / 2),
                "Inside the root stands r / delta.",
            ),
        ),
        cases=_batches,
    ),
}
