"""Chapter 9's answers and mistakes, computed another way: by formula, in pure Python."""

from collections.abc import Callable
from math import log, log10, sqrt
from typing import Any

import pytest

from lessons_pkg.exercises import EXERCISES
from tests.helpers.answers import agree

LN = log(7.3)
INDEPENDENT: dict[str, list[list[float]]] = {
    "09.1": [
        [LN, 0.5 + 0.5 * LN],
        [log(14.6), 0.5 + 0.5 * log(14.6)],
        [0.5 + 0.5 * LN, LN],
        [7.3, 0.5 + 0.5 * LN],
        [-LN, 0.5 + 0.5 * LN],
        [LN, 0.5 * LN],
        [LN, 1 + LN],
        [log10(7.3), 0.5 + 0.5 * log10(7.3)],
    ],
    "09.2": [
        [1 - 50 * 0.1 * 3, 1 - 50 * 0.1, -46],
        [16, 6, 54],
        [1 - 49 * 0.3, 1 - 4.9, 3 * (1 - 14.7) - 3.9],
        [-14, -4, -45],
        [0.7, 0.9, 3.0],
        [-15, -5, -50],
        [1 - 150, 1 - 50, -496],
        [-4, -4, -16],
    ],
    "09.4": [
        [4 - 1 - 2 + 0.8, 2 + 1 + 2 + 0.4],
        [2, 4],
        [1, 5],
        [4 - 2 + 0.8, 2 + 2 + 0.4],
        [4 + 1 - 2 - 0.8, 2 - 1 + 2 - 0.4],
        [4 - 0.4 - 2 + 2, 2 + 0.4 + 2 + 1],
        [2 - 8 / sqrt(8) + 16 / sqrt(20), 4 + 8 / sqrt(8) + 8 / sqrt(20)],
        [0.9, 2.7],
    ],
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_answers_and_mistakes_by_hand(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


CASES = [[4.0, 0.01], [1.0], [0.2, 0.3, 0.5], [0.1, 2.0], [9.0, 9.0]]


def test_least_totals() -> None:
    exercise = EXERCISES["09.3"]

    def logs(losses: list[float]) -> float:
        return sum(log(loss) for loss in losses)

    expected: list[Callable[[list[float]], float]] = [
        lambda losses: (len(losses) + logs(losses)) / 2,
        lambda losses: logs(losses) / 2,
        lambda losses: (1 + logs(losses)) / 2,
        lambda losses: (len(losses) + log(sum(losses))) / 2,
        lambda losses: len(losses) + logs(losses),
        lambda losses: (1 + logs(losses) / len(losses)) / 2,
        lambda losses: max(0.0, (len(losses) + logs(losses)) / 2),
        lambda losses: sum(losses) / 2,
    ]
    assert exercise.cases is not None
    cases: Any = exercise.cases()
    assert [case.tolist() for case in cases] == CASES
    functions = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
    for function, independent in zip(functions, expected, strict=True):
        values: list[Any] = [function(case) for case in cases]
        assert [float(value) for value in values] == pytest.approx([independent(c) for c in CASES])
