"""Exercise 14.4: the slope with respect to one cosine, computed again by hand."""

import math

from tests.helpers.answers import agree


def share(score: float, other: float) -> float:
    return math.exp(score) / (math.exp(score) + math.exp(other))


def test_numbers_by_hand() -> None:
    row = share(0.2 / 0.5, 0.8 / 0.5)  # among the keys of the first query
    column = share(0.2 / 0.5, 0.9 / 0.5)  # among the queries of the second key
    agree("14.4", [row, row / 2, 2 * row, -row, share(0.2, 0.8) / 2, (row + column) / 2, column, row - 1])
