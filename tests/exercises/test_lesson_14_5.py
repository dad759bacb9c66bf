"""Exercise 14.5: loss and slope of one pair, computed again by hand."""

import math

from tests.helpers.answers import agree


def loss(margin: float) -> float:
    return math.log1p(math.exp(-margin))


def slope(margin: float, beta: float = 0.1) -> float:
    return -beta / (1 + math.exp(margin))


def test_numbers_by_hand() -> None:
    m, raw = 0.1 * (1 + 0.5), 0.1 * 2
    right = loss(m), slope(m)
    mistakes = [
        (loss(raw), slope(raw)),
        (loss(raw), slope(m)),
        (loss(-m), -slope(-m)),
        (loss(-m), slope(m)),
        (loss(m), 10 * slope(m)),
        (loss(m), slope(-m)),
        (loss(m), -slope(m)),
        (loss(1.5), slope(1.5, 1.0)),
        (loss(0.1), slope(0.1)),
    ]
    agree("14.5", [right, *mistakes])
