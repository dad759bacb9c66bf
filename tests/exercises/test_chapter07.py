"""Chapter 7's lessons: every answer and every mistake, computed again without torch."""

import itertools
import math
from fractions import Fraction
from typing import Any

import pytest
import torch

from tests.helpers.answers import agree, all_of

LN2, LN3 = math.log(2), math.log(3)
QP = LN2 - LN3 / 2  # 1/2 ln(2/3) + 1/2 ln 2
PQ = 0.75 * LN3 - LN2  # 3/4 ln(3/2) + 1/4 ln(1/2)
ROWS = [(0.2, 0.7, 0.1), (0.5, 0.3, 0.2), (0.1, 0.3, 0.6)]


def reads(text: str, merge: bool = True) -> float:
    """Sum over all 27 paths that read ``text``."""
    total = 0.0
    for path in itertools.product("-ab", repeat=3):
        symbols = [symbol for symbol, _ in itertools.groupby(path)] if merge else list(path)
        if "".join(symbols).replace("-", "") == text:
            total += math.prod(row["-ab".index(symbol)] for row, symbol in zip(ROWS, path, strict=True))
    return total


AB, AA = reads("ab"), reads("aa")
AAA = 0.7 * 0.3 * 0.3
INDEPENDENT: dict[str, list[Any]] = {
    "7.1": [[QP, PQ], [PQ, QP], [QP / LN2, PQ / LN2], [QP / 2, PQ / 2], [-QP, -PQ], [QP, QP],
            [2 * LN2 - LN3 / 2, LN2]],
    "7.2b": [1 / 3, 1 / 2, 2 / 3, 1 / 4, 3 / 4],
    "7.3": [41 / 36, -5 / 36, 8 / 9, 23 / 36, 16 / 15, 11 / 9, 11 / 12, 8 / 9 + 6.25 / 52, 89 / 90],
    "7.4": [[AB, AA], [AA, AB], [reads("ab", merge=False), AA], [0.7 * 0.5 * 0.6, AA], [AB, reads("aa", merge=False)],
             [AB, reads("aa", merge=False) + AAA], [-math.log(AB), -math.log(AA)]],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-12)


@pytest.mark.parametrize(("shared", "union"), [(1, 10), (9, 23), (4, 5)])
def test_dice_from_iou(shared: int, union: int) -> None:
    together = union + shared  # the two masks, one after the other
    dice = Fraction(2 * shared, together)
    jaccard = Fraction(shared, union)
    expected = [dice, Fraction(shared, 2 * union - shared), 1 - dice, dice / 2,
                Fraction(2 * shared, union - shared), 2 * jaccard,
                Fraction(2 * shared, 2 * union + shared)]  # fmt: skip
    found = all_of("7.2", torch.tensor(shared / union, dtype=torch.float64))
    assert found == pytest.approx([float(part) for part in expected], rel=1e-12)


def test_dice_from_iou_of_equal_masks() -> None:
    one = torch.tensor(1.0, dtype=torch.float64)
    assert all_of("7.2", one) == pytest.approx([1, 1, 0, 1 / 2, math.inf, 2, 2 / 3])


@pytest.mark.parametrize(("q", "better"), [(0.33, False), (0.34, True)])
def test_the_frequency_from_which_dice_calls_a_rim_object(q: float, better: bool) -> None:
    as_object = 2 * (100 + 300 * q) / (400 + 100 + 300 * q)
    as_background = 2 * 100 / (100 + 100 + 300 * q)
    assert (as_object > as_background) is better


def test_pulls_of_two_players() -> None:
    p = 1 / (1 + math.exp(1))
    expected = [[p, 1 - p], [1 - p, p], [math.log1p(-p), -math.log(p)], [-p, p - 1], [0.5, 0.5]]
    agree("7.5", expected, rel=1e-12)
