"""Lesson 16.1's factor, by counting; nothing of torch."""

from fractions import Fraction

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree

ROWS, ALL, RANKS = 3, 24, 3


def test_the_factor_and_each_mistake_by_hand() -> None:
    right = Fraction(ROWS * RANKS, ALL)
    mistakes = [Fraction(ROWS, ALL), 1, ROWS, 1 / right, Fraction(18 * RANKS, ALL), Fraction(1, RANKS)]
    agree("16.1", [float(one) for one in [right, *mistakes, Fraction(ROWS, ALL * RANKS)]])


def test_scaled_means_average_to_the_mean_of_all_rows() -> None:
    losses = [Fraction(k * k % 7) for k in range(ALL)]
    shares = [losses[:18], losses[18:21], losses[21:]]
    scaled = [sum(one) / len(one) * Fraction(len(one) * RANKS, ALL) for one in shares]
    assert sum(scaled) / RANKS == sum(losses) / ALL


@pytest.mark.parametrize(
    ("answer", "words"),
    [(0.375, "correct."), (0.38, "right so far"), (0.125, "its share of the rows"), (8 / 3, "Upside down")],
)
def test_verdicts(answer: float, words: str) -> None:
    assert words in verdict(EXERCISES["16.1"], answer)
