"""Chapter 11: every answer and every mistake, computed again without torch."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from tests.helpers.answers import agree

Row = list[float]


def seven(start: float = 0.25, total: int = 3, size: int = 2) -> Row:
    warm = [start + (1 - start) * min(t, total) / total for t in range(3)]
    return [0.2 * factor for factor in warm + [0.1 ** (t // size) for t in range(4)]]


def shrunk(factor: float) -> Row:
    return [factor * entry for entry in (1, 2, 2, 4)]


LN_2, LN_10, LN_26 = 0.6931471805599453, 2.302585092994046, 3.2580965380214821
CHAINED = [0.2 * min(1, 0.25 + 0.25 * t) * 0.1 ** (t // 2) for t in range(7)]
INDEPENDENT: dict[str, list[Row]] = {
    "11.1": [
        [LN_26, 64 * LN_26, 1, LN_2],
        [LN_26 / LN_10, 64 * LN_26 / LN_10, 1, LN_2 / LN_10], [LN_26 / LN_2, 64 * LN_26 / LN_2, 1, 1],
        [1 / 26, 64 / 26, 1, 0.5], [LN_26, 26 * LN_26, 1, LN_2], [LN_26, LN_26, 1, LN_2],
        [LN_26, 64 * LN_26, 0, LN_2], [LN_26, 64 * LN_26, 1, 0.5], [LN_26, 64 * LN_26, 1, 0],
    ],
    "11.2": [
        [2, 3, 6, 7, 0], [1, 3, 6, 7, 0], [2, 2, 6, 7, 0], [2, 3, 4, 7, 0], [2, 3, 5, 7, 0], [2, 3, 6, 3, 0],
        [2, 3, 6, 7, 7], [2, 3, 6, 7, 8],
    ],
    "11.4": [
        [5, *shrunk(2.5 / 5.000001)], [5, *shrunk(1)[:2], *[v * 2.5 / (20**0.5 + 1e-6) for v in (2, 4)]],
        [5, 1, 2, 2, 2.5], [2.5, *shrunk(2.5 / 5.000001)], [5, *shrunk(1)], [5, *shrunk(1 / 5.000001)],
        [25, *shrunk(0.1)],
    ],
    "11.4b": [
        [3, 4, 5, 2, 1], [3, 4, 2, 5, 1], [3, 4, 5, 1, 2], [3, 2, 4, 5, 1], [4, 3, 5, 2, 1], [4, 5, 3, 2, 1],
        [4, 5, 2, 1, 3], [3, 5, 4, 2, 1],
    ],
    "11.5": [
        [0.05, 0.1, 0.15, 0.2, 0.2, 0.02, 0.02],
        seven(start=1 / 3), [0.1, 0.15, 0.2, 0.2, 0.02, 0.02, 0.002],
        [0.05, 0.0875, 0.125, 0.2, 0.2, 0.02, 0.02], seven(total=2), seven(size=1),
        [0.05, 0.1, 0.15, 0.02, 0.002, 0.002, 0.0002], [0.05, 0.1, 0.15, 0.02, 0.02, 0.002, 0.002],
        [0.25, 0.5, 0.75, 1, 1, 0.1, 0.1], CHAINED, seven(start=1.0),
    ],
    "11.6": [
        [1 / 3, 1 / 24, 4], [1 / 11, 1 / 74, 4], [1 / 11, 1 / 74, 11], [1 / 3, 1 / 24, 11], [1 / 3, 1 / 24, 3],
        [1 / 3, 1 / 24, 5], [0.25, 0.04, 4], [1 / 6, 1 / 48, 4], [3, 24, 4], [0.5, 0.5, 4],
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


def share_by_hand(loss: float, classes: int) -> Row:
    wrong = math.log(math.e + classes - 1)  # the price of a wrong one; a right one is cheaper by 1
    return [
        wrong - loss,
        math.exp(-loss),
        1 - (wrong - loss),
        wrong - loss - 1,
        math.log(math.e + classes) - loss,
        (math.log(classes) - loss) / (math.log(classes) - (wrong - 1)),
    ]


def noise(rows: list[Row], size: int) -> Row:
    count = len(rows)
    mean = [sum(column) / count for column in zip(*rows, strict=True)]
    squares = [sum((a - b) ** 2 for a, b in zip(row, mean, strict=True)) for row in rows]
    spread = sum(squares) / count
    right = spread / size * (count - size) / (count - 1)
    unbiased = sum(squares) / (count - 1) / size * (count - size) / (count - 1)
    replaced = spread / size * (count - size) / count
    return [
        right,
        spread / size,
        replaced,
        math.sqrt(right),
        right / len(mean),
        unbiased,
        right * size,
    ]


@pytest.mark.parametrize(("name", "twin"), [("11.1b", share_by_hand), ("11.3", noise)])
def test_functions(name: str, twin: Callable[..., Any]) -> None:
    exercise = EXERCISES[name]
    assert exercise.cases is not None
    for case in exercise.cases():
        assert isinstance(case, tuple)
        wanted = twin(*(part.tolist() for part in case))
        agree(name, wanted, *case)


def test_variance_with_replacement_by_counting() -> None:
    """The mistake of 11.3 is itself a theorem: all ordered pairs, a gradient may come twice."""
    rows = [[1.0, 0.0], [2.0, 5.0], [4.0, 1.0]]
    table = torch.tensor(rows, dtype=torch.float64)
    pairs = [table[list(pair)].mean(0) - table.mean(0) for pair in product(range(3), repeat=2)]
    counted = sum(float(pair @ pair) for pair in pairs) / len(pairs)
    assert noise(rows, 2)[1] == pytest.approx(counted, rel=1e-12)
