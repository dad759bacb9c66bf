"""Chapter 1: answers computed with torch, and the wrong ones we can explain."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Exercise, Mistake

X = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
Y = 2 * X
X_COLLEAGUE = torch.tensor([[0.0], [1.0], [2.0], [4.0], [5.0]], dtype=torch.float64)  # exercise 1.3
MINIMUM = torch.tensor([2.0, 0.0], dtype=torch.float64)
LEARNING_RATE = 0.01
X_FLAT = torch.tensor([0.0, 1.0, 2.0, 3.0], dtype=torch.float64)  # exercise 1.4
Y_FLAT = torch.tensor([1.0, 3.0, 3.0, 5.0], dtype=torch.float64)


def hessian(x: Tensor) -> Tensor:
    """Second derivatives of the MSE of a line in (w, b), by autograd."""

    def loss(parameters: Tensor) -> Tensor:
        return functional.mse_loss(x * parameters[0] + parameters[1], torch.zeros_like(x))

    result: Tensor = torch.autograd.functional.hessian(loss, torch.zeros(2, dtype=x.dtype))
    return result


def curvatures(x: Tensor) -> tuple[float, float]:
    """Smallest and largest eigenvalue of the Hessian."""
    low, high = torch.linalg.eigvalsh(hessian(x)).tolist()
    return low, high


def loss_and_gradient(reduction: str = "mean") -> tuple[float, float, float]:
    """Compute the loss at w = b = 0 and its derivatives, by autograd."""
    w, b = (torch.zeros(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    loss = functional.mse_loss(X * w + b, Y, reduction=reduction)
    slope_w, slope_b = torch.autograd.grad(loss, (w, b))
    return loss.item(), slope_w.item(), slope_b.item()


def loss_from(start: tuple[float, float], updates: int) -> float:
    """Loss after so many updates of gradient descent from (w, b), in closed form."""
    values, vectors = torch.linalg.eigh(hessian(X))
    shrink = (1 - LEARNING_RATE * values) ** updates
    offset = shrink * (vectors.T @ (torch.tensor(start, dtype=torch.float64) - MINIMUM))
    return float((values * offset**2).sum() / 2)


def seed_0() -> tuple[float, float]:
    """Return the start (w, b) that ``nn.Linear(1, 1)`` draws after ``torch.manual_seed(0)``."""
    torch.manual_seed(0)
    w, b = (parameter.item() for parameter in torch.nn.Linear(1, 1).parameters())
    return w, b


def distances(loss: float = 2 * 0.002, power: float = 0.5, sign: int = -1) -> tuple[float, float]:
    """Distances behind a loss of 0.002 along the curvatures 0.25 and 16, and what goes wrong with them."""
    first, second = ((loss * curvature**sign) ** power for curvature in (0.25, 16.0))
    return first, second


def mean_of(y: Tensor = Y_FLAT) -> tuple[float, float, float]:
    """Loss, w and b where every prediction is compared with every target: the mean of y, its variance."""
    return y.var(correction=0).item(), 0.0, y.mean().item()


def least_squares() -> tuple[float, float, float]:
    """Loss, w and b of the best line through the four points, shapes in order."""
    A = torch.stack([X_FLAT, torch.ones_like(X_FLAT)], 1)
    solution = torch.linalg.lstsq(A, Y_FLAT[:, None]).solution
    w, b = solution.flatten().tolist()
    return functional.mse_loss(A @ solution, Y_FLAT[:, None]).item(), w, b


def _all_pairs() -> tuple[float, float, float]:
    _, w, b = least_squares()
    differences = (w * X_FLAT + b)[:, None] - Y_FLAT
    return differences.square().mean().item(), w, b


def _with_loss(loss: float) -> tuple[float, float, float]:
    return loss, *mean_of()[1:]


def _columns() -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    random = [torch.randn(n, 1, generator=generator, dtype=torch.float64) for n in (4, 7, 20)]
    return [X, X - X.mean(), *random]


def _with_slopes(factor: float) -> tuple[float, float, float]:
    loss, slope_w, slope_b = loss_and_gradient()
    return loss, slope_w * factor, slope_b * factor


def _swapped() -> tuple[float, float, float]:
    loss, slope_w, slope_b = loss_and_gradient()
    return loss, slope_b, slope_w


def _rooted() -> tuple[float, float, float]:
    loss, slope_w, slope_b = loss_and_gradient()
    return math.sqrt(loss), slope_w, slope_b


def _edge(factor: float) -> float:
    return factor / curvatures(X_COLLEAGUE)[1]


def _fastest(x: Tensor, factor: float = 2.0) -> float:
    return factor / sum(curvatures(x))


def _largest_print(updates: int = 999) -> float:
    return max(loss_from((w, b), updates) for w in (-1.0, 1.0) for b in (-1.0, 1.0))


EXERCISES = {
    "1.1": Exercise(
        loss_and_gradient,
        "The loss and both slopes agree with autograd.",
        (
            Mistake(
                lambda: loss_and_gradient("sum"), "You summed over the points; MSE also divides by N = 3."
            ),
            Mistake(lambda: _with_slopes(0.5), "The slopes lack the 2 that the square brings down."),
            Mistake(lambda: _with_slopes(-1), "The slopes have the wrong sign: the error is prediction - y."),
            Mistake(_rooted, "You took a square root: that is the RMSE, not the MSE."),
            Mistake(_swapped, "The two slopes have changed places: first the one with respect to w."),
        ),
        labels=("loss", "dL/dw", "dL/db"),
    ),
    "1.2": Exercise(
        distances,
        "The same loss, and the flatter direction is eight times as far away.",
        (
            Mistake(
                lambda: distances(0.002), "The 2 is missing: the loss is half the curvature times c squared."
            ),
            Mistake(lambda: distances(power=1), "Take the root: the loss holds the square of the distance."),
            Mistake(lambda: distances(sign=1), "You multiplied by the curvature; divide by it."),
            Mistake(
                lambda: distances()[::-1], "Changed places: first the distance along the curvature 0.25."
            ),
            Mistake(lambda: distances(sign=0), "The curvature matters: divide by it under the root."),
            Mistake(lambda: distances(0.002, sign=0), "The curvature matters: divide by half of it."),
        ),
        labels=("curvature 0.25", "curvature 16"),
    ),
    "1.2b": Exercise(
        _largest_print,
        "No seed can print more than this after 1000 epochs.",
        (
            Mistake(
                lambda: _largest_print(1000), "The loss printed is the one before the update: after 999."
            ),
            Mistake(
                lambda: 2 * _largest_print(), "Each direction adds half its curvature times its part squared."
            ),
            Mistake(lambda: loss_from(seed_0(), 999), "That is the start of seed 0; take the worst start."),
            Mistake(lambda: loss_from((1, 1), 999), "That is the corner (1, 1); try the other three."),
            Mistake(lambda: loss_from((1, -1), 999), "That is the corner (1, -1); try the other three."),
            Mistake(lambda: loss_from((-1, -1), 999), "That is the corner (-1, -1); try the other three."),
        ),
        labels=("largest loss",),
    ),
    "1.3": Exercise(
        lambda: _edge(2),
        "At any larger rate the steep direction grows instead of shrinking.",
        (
            Mistake(lambda: _fastest(X_COLLEAGUE), "That is the fastest rate, not the largest stable one."),
            Mistake(lambda: _edge(1), "At 1/lambda_max the steep part is gone in one step; go on."),
            Mistake(lambda: 2 / curvatures(X_COLLEAGUE)[0], "That is the limit of the shallow direction."),
            Mistake(
                lambda: curvatures(X_COLLEAGUE)[1], "That is the curvature; the edge is 2 divided by it."
            ),
            Mistake(lambda: _edge(0.8), "Your Hessian lacks its factor: it is 2/N times the sums."),
            Mistake(lambda: _edge(1.2), "The factor 2/3 belongs to three points; here N is 5."),
            Mistake(lambda: _edge(4), "Your Hessian has 1/N where it needs 2/N."),
            Mistake(lambda: 2 / curvatures(X)[1], "That is the edge of the lesson's three points."),
            Mistake(
                lambda: 1 / X_COLLEAGUE.square().mean().item(),
                "That is the edge for the slope alone; the intercept has its row in the Hessian, too.",
            ),
        ),
        labels=("learning rate",),
    ),
    "1.3b": Exercise(
        _fastest,
        "Both directions now shrink by the same factor.",
        (
            Mistake(lambda x: 2 / curvatures(x)[1], "That is the edge: the steep direction never settles."),
            Mistake(
                lambda x: 1 / curvatures(x)[1], "That kills the steep part and leaves the shallow one slow."
            ),
            Mistake(lambda x: _fastest(x, 4 / len(x)), "Your Hessian lacks its factor 2/N."),
            Mistake(lambda x: _fastest(x, 6 / len(x)), "2/3 belongs to three points; use N = len(x)."),
            Mistake(lambda x: _fastest(x, 4), "Your Hessian has 1/N where it needs 2/N."),
            Mistake(
                lambda x: 0.5 / x.square().mean(),
                "Your Hessian has no row for the bias: add a column of ones.",
            ),
            Mistake(lambda x: 3 / 17, "3/17 is right for x = 1, 2, 3 only; compute it from x."),
        ),
        cases=_columns,
    ),
    "1.4": Exercise(
        mean_of,
        "The line is flat, at the mean of y, and the loss is their variance.",
        (
            Mistake(
                least_squares,
                "That is the line for matching shapes; here each prediction meets every target.",
            ),
            Mistake(
                _all_pairs,
                "That is the loss of the right line, over all sixteen pairs; another line has a smaller one.",
            ),
            Mistake(lambda: _with_loss(8 / 3), "That variance divides by N - 1; a mean divides by N."),
            Mistake(lambda: _with_loss(8), "That is a sum; F.mse_loss takes the mean."),
            Mistake(lambda: _with_loss(32), "That is a sum over the sixteen pairs; the mean divides by 16."),
            Mistake(lambda: _with_loss(math.sqrt(2)), "That is the deviation; the loss is its square."),
            Mistake(
                lambda: _with_loss(0),
                "The loss cannot reach 0: each prediction meets four different targets.",
            ),
        ),
        labels=("loss", "w", "b"),
    ),
}
