"""Answers and mistakes of lessons 2.1 to 2.3 against numbers found in another way."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree

T = math.tanh(1.0)  # w x = 0.5 · 2
ONE = math.tanh(0.5)  # x = 1
SLOPE, BY_W = 0.5 * (1 - T**2), (1 - T**2) * (1 - 2 * 0.5 * 2 * T)
BY_PARAMETER = 2 * (1 - T**2)

# fmt: off
INDEPENDENT: dict[str, list[Any]] = {
    "2.1": [
        (0, 1, 0, 2, 0), (0, 0, 0, 2, 0), (0, 1, 0, 1, 0), (1, 1, 0, 2, 0), (1, 0, 2, 0), (0, 2, 0, 2, 0),
        (0, 2, 0), (0, 1, 0, 0), (0, 1, 2, 0), (0, 1, 0, 2), (0, 0, 1, 0, 0, 0, 2, 0, 0, 0),
    ],
    "2.1b": [
        (21, 15, 27), (26, 26, 27), (5, 11, 1), (24, 22, 27), (21, 16, 27), (21, 15, 26), (23, 15, 27),
        (23, 20, 27),
    ],
    "2.3": [(18, 36), (24, 48), (12, 24), (6, 12), (18, 18)],
    "2.3b": [
        (SLOPE**2, 2 * SLOPE * BY_W),
        (SLOPE**2, -2 * SLOPE * BY_W),
        (SLOPE**2, 2 * SLOPE * 0.5 * -2 * T * (1 - T**2) * 0.5),
        (SLOPE**2, -0.0672),
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
    agree(name, INDEPENDENT[name], rel=1e-9)


def test_backward_of_a_linear_layer_by_components() -> None:
    exercise = EXERCISES["2.2"]
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
        expected = [(b, x_, w_), (slope, x_, w_), (slope.sum(1), x_, w_), (b.sum(), x_, w_), (b / rows, x_, w_), (b, x_, w_.T), (b, w_, x_), (x_, w_, b),
                    (b, x_, w_ / rows)]  # fmt: skip
        functions = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
        for function, wanted in zip(functions, expected, strict=True):
            ours: Any = function(*case)
            for got, want in zip(ours, wanted, strict=True):
                torch.testing.assert_close(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("2.1", (0, 1, 0, 2, 0), "correct"),
        ("2.1b", (21, 15, 27), "correct"),
        ("2.3", (18, 36), "correct"),
        ("2.3b", (0.0441, -0.0923), "correct"),
        ("2.1", (0, 1, 2, 0), "The ReLU has one entry, 0"),
        ("2.1", (0, 2, 0), "You land on fc3.weight"),
        ("2.1", (0, 1, 0, 0), "You land on fc2.bias"),
        ("2.1", (1, 0, 2, 0), "is the target: None"),
        ("2.1b", (26, 26, 27), "Freezing takes nodes away"),
        ("2.1b", (5, 11, 1), "So many go or come"),
        ("2.3", (18, 18), "backward() adds"),
        ("2.3b", (0.0441, 0.0923), "wrong sign"),
        ("2.3b", (0.0441, -0.0672), "with respect to x"),
        ("2.3b", (0.044, -0.092), "right so far"),
    ],
)
def test_right_answers_and_known_mistakes_are_told_apart(
    name: str, answer: tuple[float, ...], said: str
) -> None:
    assert said in verdict(EXERCISES[name], answer)


def test_a_bias_added_over_the_wrong_dimension_is_explained() -> None:
    answer = verdict(EXERCISES["2.2"], lambda G, X, W: (G.sum(1), G @ W, G.T @ X))
    assert "dimension 0" in answer
