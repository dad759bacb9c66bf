"""Chapter 2's answers and mistakes against numbers found in another way."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES

T = math.tanh(1.0)  # w x = 0.5 · 2
ONE = math.tanh(0.5)  # x = 1
SLOPE, BY_W = 0.5 * (1 - T**2), (1 - T**2) * (1 - 2 * 0.5 * 2 * T)
BY_PARAMETER = 2 * (1 - T**2)

# fmt: off
INDEPENDENT: dict[str, list[Any]] = {
    "02.1": [(0, 1, 0, 2, 0), (0, 0, 0, 2, 0), (0, 1, 0, 1, 0), (1, 1, 0, 2, 0), (0, 2, 0, 2, 0), (0, 1, 0, 2), (0, 0, 1, 0, 0, 0, 2, 0, 0, 0)],
    "02.2": [(21, 15, 27), (24, 22, 27), (21, 16, 27), (21, 15, 26), (23, 15, 27), (23, 20, 27)],
    "02.4": [
        (SLOPE**2, 2 * SLOPE * BY_W),
        (SLOPE, BY_W),
        (BY_PARAMETER**2, 2 * BY_PARAMETER * 2 * -2 * T * (1 - T**2) * 2),
        (SLOPE**2, 4 * SLOPE**2),
        (SLOPE**2, BY_W),
        ((0.5 * (1 - ONE**2)) ** 2, (1 - ONE**2) * (1 - ONE**2) * (1 - 2 * 0.5 * ONE)),
    ],
}
# fmt: on


@pytest.mark.parametrize("name", INDEPENDENT)
def test_answers_and_mistakes_agree_with_independent_numbers(name: str) -> None:
    exercise = EXERCISES[name]
    ours: list[Any] = [exercise.answer(), *(mistake.answer() for mistake in exercise.mistakes)]
    for value, independent in zip(ours, INDEPENDENT[name], strict=True):
        assert value == pytest.approx(independent, rel=1e-9)


def test_backward_of_a_linear_layer_by_components() -> None:
    exercise = EXERCISES["02.3"]
    assert exercise.cases
    cases: Any = exercise.cases()
    for case in cases:
        slope, x, weight = case
        rows, outputs, inputs = len(x), len(weight), len(weight[0])
        g, xs, w = slope.tolist(), x.tolist(), weight.tolist()
        by_b = [sum(g[n][k] for n in range(rows)) for k in range(outputs)]
        by_x = [[sum(g[n][k] * w[k][j] for k in range(outputs)) for j in range(inputs)] for n in range(rows)]
        by_w = [[sum(g[n][k] * xs[n][j] for n in range(rows)) for j in range(inputs)] for k in range(outputs)]
        b, x_, w_ = (torch.tensor(part, dtype=torch.float64) for part in (by_b, by_x, by_w))
        expected = [(b, x_, w_), (slope, x_, w_), (b / rows, x_, w_), (b, x_, w_.T), (b, w_, x_), (x_, w_, b),
                    (b, x_, w_ / rows)]  # fmt: skip
        functions = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
        for function, wanted in zip(functions, expected, strict=True):
            ours: Any = function(*case)
            for got, want in zip(ours, wanted, strict=True):
                torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)
