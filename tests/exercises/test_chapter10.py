"""Chapter 10's lessons: every answer and every mistake, computed again without torch."""

import math
from typing import Any

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of

G = (40.0, -1e-6, 1e-8)
STEPS = [-0.001 * g / (abs(g) + 1e-8) for g in G]
SIGNS = [-0.001, 0.001, -0.001]
INDEPENDENT: dict[str, list[Any]] = {
    "10.1": [
        STEPS,
        [-step for step in STEPS],
        SIGNS,
        [-sign for sign in SIGNS],
        [*SIGNS[:2], STEPS[2]],
        [-0.04, 1e-9, -1e-11],
        [0.1 / math.sqrt(0.001) * sign for sign in SIGNS],
        [-0.001 * g / math.sqrt(g * g + 1e-8) for g in G],
        [1000 * step for step in STEPS],
        [abs(step) for step in STEPS],
    ],
    "10.3": [
        [1.97, 1.95, 1.97],
        [1.97, 1.97, 1.97],
        [1.97, 1.95, 1.95],
        [1.97, 1.95, 1.4],
        [1.4, 1.95, 1.97],
        [1.985, 1.95, 1.97],
        [2.03, 1.95, 1.97],
        [1.97, 1.95, 2.0],
        [1.97, 1.95, 1.92075],
        [1.97, 1.97, 1.95],
        [1.97, 2.0, 1.97],
        [1.97, 1.985, 1.97],
    ],
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


@pytest.mark.parametrize("t", [1, 2, 10, 1000])
def test_length_of_an_uncorrected_step(t: int) -> None:
    m, before = (1 - 0.9**k for k in (t, t - 1))
    default = m / math.sqrt(1 - 0.999**t)
    expected = [math.sqrt(m), default, 1.0, 1 / math.sqrt(m), m, math.sqrt(0.1), math.sqrt(before)]
    assert all_of("10.1b", t) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("K", [1, 3, 50, 4000])
def test_way_of_a_rare_gradient(K: int) -> None:
    s = 0.0
    for _ in range(2 + 4000 // K):  # rounds, until s no longer changes
        s = 0.99**K * s + 0.01
    one_more = math.sqrt(sum(0.99**k for k in range(K + 1)))
    expected = [
        1 / math.sqrt(s),
        math.sqrt(K),
        1 / s,
        10.0,
        1 / math.sqrt(K),
        1.0,
        math.sqrt(s),
        one_more,
        1 / math.sqrt(s) / K,
    ]
    assert all_of("10.2", K) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((2, 3, 3), "correct."),
        ((2, 2, 3), "still 0.001"),
        ((2, 2, 1), "still 0.001"),
        ((2, 1, 3), "number 3 reaches 0.10"),
        ((3, 3, 3), "first column"),
        ((1, 2, 2), "first column"),
        ((2, 3, 1), "inside the range"),
        ((2, 3, 2), "inside the range"),
        (("B", "C", "C"), "expected a number"),
        (("B, C, C"), "expected a number"),
    ],
)
def test_a_claim_about_three_optimizers(answer: Any, said: str) -> None:
    assert said in verdict(EXERCISES["10.4"], answer)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("10.3", (2.03, 1.95, 1.97), "towards zero"),
        ("10.3", (1.4, 1.95, 1.97), "by the rate"),
        ("10.2", lambda K: ((1 - 0.99**K) / 0.01) ** 0.5 / K, "per step"),
    ],
)
def test_mistakes_that_had_no_words(name: str, answer: Any, said: str) -> None:
    assert said in verdict(EXERCISES[name], answer)
