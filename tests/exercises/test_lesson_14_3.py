"""Exercise 14.3: answer and mistakes, in pure Python."""

import pytest

from tests.helpers.answers import all_of


def test_bytes_by_hand() -> None:
    numbers = 4 * 1024 * 50257
    assert numbers == 205_852_672
    assert all_of("14.3") == pytest.approx(
        [
            *(2 * numbers / 1e9, 4 * numbers / 1e9, 16 * numbers / 1e9),
            *(2 * 4 * 50257 / 1e9, 2 * 1024 * 50257 / 1e9, 2 * numbers / 2**30, 411.705344, 0.205852672),
        ],
        rel=1e-12,
    )
