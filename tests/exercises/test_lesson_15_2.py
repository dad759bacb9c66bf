"""Exercise 15.2: answer and mistakes, computed again from cos 45 degrees and its like."""

import math

import pytest

from tests.helpers.answers import all_of


def test_numbers_by_hand() -> None:
    eighth = math.sqrt(2 + math.sqrt(2)) / 2  # the cosine of an eighth of pi
    share = (1 + 1 / math.sqrt(2)) / 2  # a quarter of the way: 225 of 900 steps
    late = (1 + math.sin(math.pi * 0.175)) / 2
    shares = [share, 0.75, late, eighth, 1 - share]
    expected = [*(3e-4 * one for one in shares), share, 6e-4 * share, 3e-4]
    assert all_of("15.2") == pytest.approx(expected, rel=1e-12)
