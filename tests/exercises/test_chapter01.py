"""Chapter 1: every answer and every mistake, computed again without torch."""

from math import sqrt
from typing import Any

import pytest
import torch

from lessons_pkg.exercises.chapter01 import curvatures, loss_from, seed_0
from tests.helpers.answers import agree


def eigenvalues(x: list[float]) -> tuple[float, float]:
    """Of the Hessian (2/N) [[sum xx, sum x], [sum x, N]], by the formula for 2 by 2 matrices."""
    a, b = 2 / len(x) * sum(v * v for v in x), 2 / len(x) * sum(x)
    root = sqrt((a - 2) ** 2 / 4 + b * b)
    return (a + 2) / 2 - root, (a + 2) / 2 + root


def loss_of(w: float, b: float, updates: int) -> float:
    """Gradient descent at 0.01 on the three points, one update after the other."""
    for _ in range(updates):
        errors = [w * x + b - 2 * x for x in (1, 2, 3)]
        w -= 0.01 * 2 / 3 * sum(r * x for r, x in zip(errors, (1, 2, 3), strict=True))
        b -= 0.01 * 2 / 3 * sum(errors)
    return sum((w * x + b - 2 * x) ** 2 for x in (1, 2, 3)) / 3


LOW, HIGH = eigenvalues([0, 1, 2, 4, 5])
WORST = loss_of(-1, 1, 999)
INDEPENDENT: dict[str, list[Any]] = {
    "1.1": [(56 / 3, -56 / 3, -8), (56, -56, -24), (56 / 3, -28 / 3, -4), (56 / 3, 56 / 3, 8),
            (sqrt(56 / 3), -56 / 3, -8), (56 / 3, -8, -56 / 3)],
    "1.2": [(sqrt(0.016), sqrt(0.00025)), (sqrt(0.008), sqrt(0.000125)), (0.016, 0.00025),
            (sqrt(0.001), sqrt(0.064)), (sqrt(0.00025), sqrt(0.016)), (sqrt(0.004), sqrt(0.004)),
            (sqrt(0.002), sqrt(0.002))],
    "1.2b": [WORST, loss_of(-1, 1, 1000), 2 * WORST, loss_of(-0.0074868, 0.5364436, 999),
             loss_of(1, 1, 999), loss_of(1, -1, 999), loss_of(-1, -1, 999)],
    "1.3": [2 / HIGH, 2 / (LOW + HIGH), 1 / HIGH, 2 / LOW, HIGH, 0.8 / HIGH, 1.2 / HIGH, 4 / HIGH,
            2 / eigenvalues([1, 2, 3])[1], 5 / 46],
    "1.4": [(2, 0, 3), (0.2, 1.2, 1.2), (3.8, 1.2, 1.2), (8 / 3, 0, 3), (8, 0, 3), (32, 0, 3), (sqrt(2), 0, 3), (0, 0, 3)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_answers_and_mistakes_agree_with_independent_computations(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-6)


def test_the_closed_forms_are_gradient_descent_and_the_quadratic_formula() -> None:
    assert loss_from((0.1, -0.3), 20) == pytest.approx(loss_of(0.1, -0.3, 20), rel=1e-9)
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    assert curvatures(x) == pytest.approx(((17 - sqrt(265)) / 3, (17 + sqrt(265)) / 3), rel=1e-12)


def test_seed_0_is_the_start_of_the_program() -> None:
    with torch.random.fork_rng():
        assert seed_0() == pytest.approx((-0.0074868, 0.5364436), abs=1e-7)


def test_the_worst_start_of_exercise_1_2b_is_a_corner() -> None:
    grid = [k / 5 for k in range(-5, 6)]
    assert max(loss_from((w, b), 999) for w in grid for b in grid) == pytest.approx(WORST, rel=1e-9)


def test_fastest_rates_agree_with_independent_computations() -> None:
    x = [0.5, 1.0, 4.0, -2.0]
    low, high = eigenvalues(x)
    best = 2 / (low + high)
    no_bias = 1 / (2 * sum(v * v for v in x) / len(x))  # the Hessian is 2 mean(xx), its inverse the fastest
    expected = [best, 2 / high, 1 / high, best / 2, best * 3 / 4, 2 * best, no_bias, 3 / 17]
    column = torch.tensor(x, dtype=torch.float64)[:, None]
    agree("1.3b", expected, column)
