"""Exercise 14.2: answer and mistakes, in pure Python."""

from math import e

import pytest

from tests.helpers.answers import all_of


def test_losses_and_perplexities_by_hand() -> None:
    assert sum(all_of("14.2"), ()) == pytest.approx(
        [
            *(1.5, e**1.5),
            *(2, e**2),
            *(1.5, (e**3 + e**2 + e) / 3),
            *(1.5, 0.1 * e**3 + 0.3 * e**2 + 0.6 * e),
            *(0.5, e**0.5),
            *(150, e**150),
            *(2.5, e**2.5),
        ],
        rel=1e-12,
    )
