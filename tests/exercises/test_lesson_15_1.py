"""Exercise 15.1: answer and mistakes, computed again by hand."""

import math

import pytest

from tests.helpers.answers import all_of


def test_numbers_by_hand() -> None:
    largest = (2 - 2**-10) * 2**15  # ten bits of digits, the largest exponent
    power = math.floor(math.log2(largest / 12))
    assert power == 12
    assert 12 * 2**power < largest < 24 * 2**power
    expected = [2**power, largest / 12, 2 ** (power + 1), 65536, 2 ** (power - 1), power]
    assert all_of("15.1") == pytest.approx(expected, rel=1e-12)
