"""Chapter 9's lessons: every answer and every mistake, computed another way: by formula, without torch."""

from collections.abc import Callable
from math import log, log10, sqrt
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree

LN = log(7.3)
INDEPENDENT: dict[str, list[list[float]]] = {
    "9.1": [
        [10**6, 1000, 1e-6],
        [1000, 1000, 1e-3],
        [10**6, 10**6, 1e-6],
        [1e-6, 1e-3, 10**6],
        [10**6, 1000, 1e-3],
        [10**6, 1000, 10**6],
        [10**6, 1000, 1],
    ],
    "9.2b": [
        [LN, 0.5 + 0.5 * LN],
        [log(14.6), 0.5 + 0.5 * log(14.6)],
        [0.5 + 0.5 * LN, LN],
        [7.3, 0.5 + 0.5 * LN],
        [-LN, 0.5 + 0.5 * LN],
        [LN, 0.5 * LN],
        [LN, 1 + LN],
        [0.5 * LN, 0.5 * sqrt(7.3) + 0.25 * LN],
        [0.5 * LN, 0.5 + 0.5 * LN],
        [LN, 0.5 + LN],
        [log10(7.3), 0.5 + 0.5 * log10(7.3)],
    ],
    "9.2": [
        [1 - 50 * 0.1 * 3, 1 - 50 * 0.1, -46],
        [16, 6, 54],
        [1 - 49 * 0.3, 1 - 4.9, 3 * (1 - 14.7) - 3.9],
        [-14, -4, -45],
        [0.7, 0.9, 3.0],
        [-15, -5, -50],
        [1 - 150, 1 - 50, -496],
        [0, 0, 0],
        [-4, -4, -16],
    ],
    "9.3": [
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
    exercise = EXERCISES["9.2c"]

    def logs(losses: list[float]) -> float:
        return sum(log(loss) for loss in losses)

    expected: list[Callable[[list[float]], Any]] = [
        lambda losses: (len(losses) + logs(losses)) / 2,
        lambda losses: logs(losses) / 2,
        lambda losses: (1 + logs(losses)) / 2,
        lambda losses: (len(losses) + log(sum(losses))) / 2,
        lambda losses: len(losses) + logs(losses),
        lambda losses: (1 + logs(losses) / len(losses)) / 2,
        lambda losses: max(0.0, (len(losses) + logs(losses)) / 2),
        logs,
        lambda losses: [0.5 + 0.5 * log(loss) for loss in losses],
        lambda losses: sum(losses) / 2,
    ]
    assert exercise.cases is not None
    cases: Any = exercise.cases()
    assert [case.tolist() for case in cases] == CASES
    functions = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
    for function, independent in zip(functions, expected, strict=True):
        for case, given in zip(cases, CASES, strict=True):
            value: Any = function(case)
            assert torch.as_tensor(value).tolist() == pytest.approx(independent(given))


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("9.1", (1e6, 1e3, 1e-6), "correct."),
        ("9.1", (1e3, 1e3, 1e-3), "Square it"),
        ("9.1", (1e6, 1e6, 1e-6), "L1 is not squared"),
        ("9.1", (1e-6, 1e-3, 1e6), "smaller the unit"),
        ("9.1", (1e6, 1e3, 1e-3), "multiplies the squared loss"),
        ("9.2", (-14.0, -4.0, -46.0), "correct."),
        ("9.2", (0, 0, 0), "Nothing stops them"),
        ("9.2b", (1.99, 1.49), "right so far"),
        ("9.2b", (0.9939, 1.494), "log sigma"),
        ("9.2b", (1.9879, 2.4879), "has a half, too"),
        ("9.2c", lambda losses: losses.log().sum(), "Two halves are missing"),
        ("9.2c", lambda losses: (1 + losses.log()) / 2, "add them up"),
        ("9.2c", lambda losses: (1 + losses.log()).sum() / 2, "correct."),
        ("9.3", (1.8, 5.4), "correct."),
        ("9.3", (2, 4), "plain sum"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)
