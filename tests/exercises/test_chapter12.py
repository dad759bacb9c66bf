"""Chapter 12's answers and mistakes, computed another way: by formula, in pure Python."""

from math import comb, erfc, sqrt

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree


def test_the_loss_of_an_epoch_by_hand() -> None:
    expected = [
        [22, 0.516],  # 32 + 25.6 + 19.8 = 77.4
        [64, 0.6],
        [22, 0.6],
        [22, 0.9],
        [22, 0.45],
        [22, 77.4],
        [22, 25.8],
        [22, 77.4 / 192],
    ]
    agree("12.1", expected, rel=1e-12)


def test_the_calls_of_a_cosine_by_hand() -> None:
    expected = [
        [96, 0.015],  # 0.02 (1 + 1/2) / 2
        [90, 0.015],
        [6, 0.015],
        [16, 0.015],
        [6000, 0.015],
        [96, 0.04 / 3],
        [96, 0.005],
        [96, 0.01],
    ]
    agree("12.2", expected, rel=1e-9)


def test_one_to_six_by_counting_all_tosses() -> None:
    heads = [bin(tosses).count("1") for tosses in range(2**7)]
    uneven = sum(count <= 1 or count >= 6 for count in heads) / 2**7
    assert comb(7, 1) == heads.count(1)
    expected = [uneven, uneven / 2, 14 / 128, 2 / 128, 7 / 128, 1 / 7, erfc(5 / sqrt(14))]
    agree("12.3", expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("12.1", (22, 0.516), "correct."),
        ("12.1", (22, 0.52), "four digits, please"),
        ("12.1", (23, 0.516), "images, 23"),
        ("12.1", (22.1, 0.516), "images, 22.1"),
        ("12.1", (22, 0.6), "full or not"),
        ("12.2", (96, 0.015), "correct."),
        ("12.2", (90, 0.015), "make a batch"),
        ("12.2", (96, 0.0133), "straight line"),
        ("12.2", (96, 0.005), "gone"),
        ("12.3", 0.125, "correct."),
        ("12.3", 0.0625, "double it"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)
