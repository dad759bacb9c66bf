"""Exercise 15.3: answer and mistakes, computed again with logarithms."""

import math

import pytest

from tests.helpers.answers import all_of


def steps(left: float, decay: float) -> float:
    return math.log(left) / math.log(decay)


def test_numbers_by_hand() -> None:
    exact = steps(0.01, 0.999)
    up = [math.ceil(one) for one in (exact, steps(0.01, 0.99), steps(0.001, 0.999))]
    expected = [up[0], 1000, up[1], 10, 990, exact, up[0] - 1, up[2]]
    assert all_of("15.3") == pytest.approx(expected, rel=1e-12)
    assert 0.999 ** up[0] < 0.01 < 0.999 ** (up[0] - 1)
