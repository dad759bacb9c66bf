"""Chapter 13's answers and mistakes, computed another way: by formula, in pure Python."""

from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.chapter13 import stopping
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of

INDEPENDENT: dict[str, list[list[float]]] = {
    "13.1": [
        [486, 3 / 486],
        [108, 3 / 108],
        [243, 3 / 243],
        [486, 2 / 486],
        [486, 1 / 486],
        [486, 1.5 / 486],
        [162, 3 / 162],
        [54, 3 / 54],
    ],
    "13.2": [
        [3200, 56.568542494923804, 17 / 49],
        [40, 6.324555320336759, 1 - 40 / 4900],
        [2450, 49.49747468305833, 0.5],
        [3200, 56.568542494923804, 0.5],
        [3200, 56.568542494923804, 32 / 49],
        [3200, 0.7071067811865476, 17 / 49],
    ],
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers_by_hand(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


LOSSES = [
    [5, 4, 3, 3.5, 3.2, 3.1, 2, 1],
    [3, 2, 2, 2, 2, 2],
    [4, 3, 2, 1],
    [1, 2, 3, 4, 5],
    [5, 6, 4, 5, 3, 4, 5, 6, 1],
    [2, 3, 3, 3, 3, 3, 1],
]
STOPS = [  # answer, all epochs, late, early, ties, rises in a row, swapped, counted from 1: read off by eye
    [(2, 5), (7, 7), (7, 7), (2, 4), (2, 5), (7, 7), (5, 2), (3, 6)],
    [(1, 4), (1, 5), (1, 5), (1, 3), (5, 5), (1, 5), (4, 1), (2, 5)],
    [(3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (3, 3), (4, 4)],
    [(0, 3), (0, 4), (0, 4), (0, 2), (0, 3), (0, 3), (3, 0), (1, 4)],
    [(4, 7), (8, 8), (8, 8), (4, 6), (4, 7), (4, 7), (7, 4), (5, 8)],
    [(0, 3), (6, 6), (0, 4), (0, 2), (0, 3), (6, 6), (3, 0), (1, 4)],
]


def test_stops_by_eye() -> None:
    cases: Any = EXERCISES["13.3"].cases
    assert [case.tolist() for case in cases()] == LOSSES
    for case, expected in zip(cases(), STOPS, strict=True):
        assert [tuple(found) for found in all_of("13.3", case)] == expected


def test_rises_in_a_row_are_counted_from_the_last_fall() -> None:
    up_down_up = torch.tensor([1.0, 3.0, 2.0, 3.0, 4.0, 5.0, 6.0])  # three rises in a row end at epoch 5
    assert stopping(up_down_up, runs=True) == (0, 5)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("13.1", (486, 0.006173), "correct."),
        ("13.1", (486.3, 0.006173), "not yet"),
        ("13.1", (108, 3 / 108), "two weights in a row"),
        ("13.2", (3200, 56.57, 0.3469), "correct."),
        ("13.2", (3200, 56.57, 0.5), "variance of the training targets"),
        ("13.4", (1, 5), "correct."),
        ("13.4", (1, 3, 5), "a leak all the same"),
        ("13.4", (1, 2, 5), "The mean of a column"),
        ("13.4", (1, 4, 5), "out of noise"),
        ("13.4", (1, 5, 6), "after the split"),
        ("13.4", (5,), "a twin"),
        ("13.4", (1,), "fixed formula"),
        ("13.4", (2, 3, 4, 6), "must wait"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)
