"""Chapter 8's lessons: answers computed with torch, and the wrong ones we can explain."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

_Slopes = tuple[Tensor, Tensor]


def _penalised(times: float = 0.5) -> tuple[int, ...]:
    """Value, autograd's slope and the slope meant for (w - 5)^2 + ``times`` its square, at w = 2."""
    w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    slopes = []
    for penalty in ((w**2).item(), w**2):
        loss = (w - 5) ** 2 + times * penalty
        slopes.append(int(torch.autograd.grad(loss, w)[0]))
    return int(loss), *slopes


def _with_slope(function: Callable[[Tensor], Tensor], x: Tensor) -> _Slopes:
    x = x.detach().requires_grad_()
    y = function(x)
    return y.detach(), torch.autograd.grad(y.sum(), x)[0]


def _root(x: Tensor, elsewhere: float = 0.0) -> Tensor:
    return torch.where(x > 0, torch.where(x > 0, x, 1.0).sqrt(), elsewhere)


def _roots() -> list[Case]:
    return [torch.tensor(x, dtype=torch.float64) for x in ([0.0, 4.0], [-1.0, 0.25, 0.0, 9.0])]


class _Squares(torch.autograd.Function):
    """Sum of squares with the backward of exercise 8.2b."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.square().sum()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = slopes[0] * x
        return slope


def _verdicts(*wrong: int) -> tuple[int, ...]:
    """1 where gradcheck accepts, turned around at the places ``wrong``."""
    functions: list[Callable[..., Any]] = [_Squares.apply, lambda x: (x * x.detach()).sum()]
    functions += [lambda x: x.round().sum(), lambda x: x.abs().sum(), lambda x: functional.relu(x).sum()]
    verdicts = []
    for place, (function, at) in enumerate(zip(functions, (0.7, 0.7, 0.7, 0.0, 0.0), strict=True)):
        point = torch.tensor([at, 3 * at], dtype=torch.float64, requires_grad=True)
        accepted = torch.autograd.gradcheck(function, (point,), raise_exception=False)
        verdicts.append(int(accepted != (place in wrong)))
    return tuple(verdicts)


_BELIEFS: dict[tuple[int, ...], str] = {
    (0,): "(a): nudging finds twice x, and this backward says x.",
    (1,): "(b): nudging moves the detached factor too, so the slopes disagree.",
    (2,): "(c): the slope 0 is useless, but nudging finds 0 as well.",
    (3,): "(d): up and down are equally high, so nudging finds 0, as PyTorch says.",
    (4,): "(e): nudging finds the mean of the two sides, one half; PyTorch says 0.",
    (3, 4): "(d), (e): gradcheck sees a corner only if its two sides do not cancel.",
    (0, 1, 2, 3, 4): "Turned around: 1 means that gradcheck accepts, 0 that it refuses.",
}


def _slopes(slope: Tensor, input: Tensor, target: Tensor) -> _Slopes:
    """Hand on to input and target, by autograd, for the loss of exercise 8.3."""
    r = (input - target).detach().requires_grad_()
    (by_input,) = torch.autograd.grad(4 * ((1 + (r / 2).square()).sqrt() - 1), r, slope)
    return by_input, -by_input


def _times(
    factor: Callable[[Tensor, Tensor], Tensor | float], slope: Tensor, input: Tensor, target: Tensor
) -> _Slopes:
    """Both slopes of exercise 8.3 times ``factor``, which gets the arriving slope and the error."""
    by_input = _slopes(slope, input, target)[0] * factor(slope, input - target)
    return by_input, -by_input


def _batches() -> list[Case]:
    generator = torch.Generator().manual_seed(0)
    return [tuple(torch.randn(3, n, generator=generator, dtype=torch.float64).mul(3)) for n in (2, 4)]


_PENALTY: dict[tuple[int, ...], str] = {
    (11, -4, -4): "item() keeps no graph: to autograd the penalty is a number like any other.",
    (9, -6, -4): "The printed value has the penalty in it, whatever autograd thinks of it.",
    (11, -4, -6): "The two slopes are in the other order: autograd's first, then the one meant.",
    (11, 0, -4): "The first term still has its graph, and its slope.",
    (11, -6, -2): "The slope of half the square of w is w, not 2w.",
    (13, -6, -2): "The penalty is half of the square.",
    (11, 6, 4): "The signs are turned around: more w brings it nearer to 5.",
}
_ROOTS: dict[str, Callable[[Tensor], Tensor]] = {
    "Right values, and nan: the root still sees 0.": lambda x: torch.where(x > 0, x.sqrt(), 0.0),
    "The root of a negative number is nan, and 0 times its slope as well.": lambda x: torch.where(
        x > 0, (x + 1e-6).sqrt(), 0.0
    ),
    "abs() keeps the root from negative numbers, not from 0.": lambda x: torch.where(
        x > 0, x.abs().sqrt(), 0.0
    ),
    # x.clamp(min=0) has these slopes up to torch 2.13; from 2.14 on its end has the slope 0, and it is right.
    "The root of a clamped 0 still has an infinite slope.": lambda x: x.maximum(torch.zeros_like(x)).sqrt(),
    "That moves the root: at 0 it is 0.001, not 0.": lambda x: (x.clamp(min=0) + 1e-6).sqrt(),
    "Negative numbers must give 0; and 0 gives nan.": lambda x: x.abs().sqrt(),
    "Elsewhere the value is 0; the 1 belongs into the root only.": lambda x: _root(x, 1.0),
}
_FACTORS: dict[str, Callable[[Tensor, Tensor], Tensor | float]] = {
    "Multiply by the slope that arrives.": lambda g, r: 1 / g,
    "There is no mean in this loss: do not divide.": lambda g, r: 1 / len(r),
    "Twice too large: all deltas and twos before r and the root cancel.": lambda g, r: 2.0,
    "Inside the root stands r / delta.": lambda g, r: ((4 + r * r) / (1 + r * r)).sqrt() / 2,
}
EXERCISES: dict[str, Exercise] = {
    "8.1": Exercise(
        _penalised,
        "The log shows the penalty; the weight never feels it.",
        tuple(Mistake(functools.partial(tuple, answer), words) for answer, words in _PENALTY.items()),
        labels=("value", "autograd's slope", "slope meant"),
    ),
    "8.2": Exercise(
        functools.partial(_with_slope, _root),
        "Right values, and no slope but 0 comes back where x is not positive.",
        (
            *(Mistake(functools.partial(_with_slope, function), words) for words, function in _ROOTS.items()),
            Mistake(_root, "Those are the values alone: hand in with_slope(safe_root)."),
        ),
        cases=_roots,
    ),
    "8.2b": Exercise(
        _verdicts,
        "It compares the backward pass with the forward pass, near one point. That is all.",
        tuple(Mistake(functools.partial(_verdicts, *places), words) for places, words in _BELIEFS.items()),
        labels=("(a)", "(b)", "(c)", "(d)", "(e)"),
    ),
    "8.3": Exercise(
        _slopes,
        "That is the whole of a backward pass: the arriving slope times your derivative, for each input.",
        (
            *(Mistake(functools.partial(_times, factor), words) for words, factor in _FACTORS.items()),
            Mistake(
                lambda *given: 2 * _slopes(*given)[:1], "With respect to the target the sign turns around."
            ),
        ),
        cases=_batches,
    ),
}
