"""Chapter 1: every answer and every mistake, computed again without torch."""

from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.chapter01 import curvatures, loss_from


def test_known_values_of_chapter_1() -> None:
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    assert curvatures(x) == pytest.approx(((17 - 265**0.5) / 3, (17 + 265**0.5) / 3), rel=1e-12)
    assert EXERCISES["01.1"].answer() == pytest.approx((56 / 3, -56 / 3, -8.0))
    assert EXERCISES["01.3"].answer(x) == pytest.approx(3 / 17)


def eigenvalues(x: list[float]) -> tuple[float, float]:
    """Of the Hessian (2/N) [[sum xx, sum x], [sum x, N]], by the formula for 2 by 2 matrices."""
    a, b = 2 / len(x) * sum(v * v for v in x), 2 / len(x) * sum(x)
    root = ((a - 2) ** 2 / 4 + b * b) ** 0.5
    return (a + 2) / 2 - root, (a + 2) / 2 + root


def loss_of(w: float, b: float, updates: int) -> float:
    """Gradient descent at 0.01 on the three points, one update after the other."""
    for _ in range(updates):
        errors = [w * x + b - 2 * x for x in (1, 2, 3)]
        w -= 0.01 * 2 / 3 * sum(r * x for r, x in zip(errors, (1, 2, 3), strict=True))
        b -= 0.01 * 2 / 3 * sum(errors)
    return sum((w * x + b - 2 * x) ** 2 for x in (1, 2, 3)) / 3


LOW, HIGH = eigenvalues([0, 1, 2, 4, 5])
INDEPENDENT: dict[str, list[Any]] = {
    "01.1": [(56 / 3, -56 / 3, -8), (56, -56, -24), (56 / 3, -28 / 3, -4), (56 / 3, 56 / 3, 8),
             ((56 / 3) ** 0.5, -56 / 3, -8), (56 / 3, -8, -56 / 3)],
    "01.2": [2 / HIGH, 2 / (LOW + HIGH), 1 / HIGH, 2 / LOW, HIGH, 2 / (HIGH * 5 / 2), 2 / (HIGH * 5 / 3), 2 / (HIGH / 2),
             2 / eigenvalues([1, 2, 3])[1]],
    "01.4": [loss_of(-1, 1, 999), loss_of(-1, 1, 1000), 2 * loss_of(-1, 1, 999), loss_of(1, 1, 999),
             loss_of(1, -1, 999), loss_of(-1, -1, 999)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_answers_and_mistakes_agree_with_independent_computations(name: str) -> None:
    exercise = EXERCISES[name]
    ours: list[Any] = [exercise.answer(), *(mistake.answer() for mistake in exercise.mistakes)]
    for value, independent in zip(ours, INDEPENDENT[name], strict=True):
        assert value == pytest.approx(independent, rel=1e-9)


def test_the_closed_form_is_gradient_descent_from_any_start() -> None:
    assert loss_from((0.1, -0.3), 20) == pytest.approx(loss_of(0.1, -0.3, 20), rel=1e-9)


def test_fastest_rates_agree_with_independent_computations() -> None:
    x = [0.5, 1.0, 4.0, -2.0]
    low, high = eigenvalues(x)
    column = torch.tensor(x, dtype=torch.float64)[:, None]
    one = (
        2 / sum(v * v for v in x) * len(x) / 4
    )  # no bias: the Hessian is 2 mean(xx), and its inverse the fastest
    expected = [
        2 / (low + high),
        2 / high,
        1 / high,
        2 / (low + high) / 2,
        2 / (low + high) * 3 / 4,
        4 / (low + high),
        one,
        3 / 17,
    ]
    exercise = EXERCISES["01.3"]
    ours = [exercise.answer(column), *(mistake.answer(column) for mistake in exercise.mistakes)]
    assert [float(v) for v in ours] == pytest.approx(expected, rel=1e-9)  # type: ignore[arg-type]
