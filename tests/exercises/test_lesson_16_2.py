"""Lesson 16.2's seven changes, tried on one weight: a model that is small enough to follow by hand."""

from math import sqrt

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict

BATCHES = [
    ([1.0, 2.0], 5.0, [-2.0]),
    ([3.0, 1.0], -4.0, [0.5]),
    ([2.0, 2.0], 1.0, [-1.0]),
]  # asked, target, given


def three_steps(change: int) -> tuple[float, float]:
    """Return weight and average after three steps of Adam on (w x - t)^2, in plain numbers."""
    w, average, kept, m, v, rate = 0.5, 0.0, 0.0, 0.0, 0.0, 0.1
    for t, (asked, target, given) in enumerate(BATCHES, 1):
        inputs = asked + given if change == 4 else asked
        slope = sum(2 * x * (w * x - target) for x in inputs) / len(asked)
        kept = slope + (kept if change == 3 else 0.0)
        order = {5: "ocsa", 6: "csoa", 7: "caos"}.get(change, "cosa")
        for move in order:
            if move == "c":
                kept *= min(1.0, 1.0 / abs(kept))
            elif move == "o":
                m, v = 0.9 * m + 0.1 * kept, 0.999 * v + 0.001 * kept * kept
                w -= rate * (m / (1 - 0.9**t)) / (sqrt(v / (1 - 0.999**t)) + 1e-8)
            elif move == "s":
                rate += 0.1
            else:
                average = w if average == 0 else 0.5 * (average + w)
    return w, average


def test_which_changes_move_the_weight() -> None:
    weights = {change: three_steps(change)[0] for change in range(8)}
    same = tuple(change for change in range(1, 8) if weights[change] == weights[0])
    assert same == EXERCISES["16.2"].answer() == (1, 2, 7)
    assert three_steps(7)[1] != three_steps(0)[1], "the average is late"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((1, 2, 7), "correct."),
        ((1, 2), "Change 7 averages"),
        ((2, 7), "Change 1 clears"),
        ((1, 7), "before the first step"),
        ((1, 2, 3, 7), "adds each batch's slopes"),
        ((1, 2, 4, 7), "asks for what is given"),
        ((1, 2, 5, 7), "used already"),
        ((1, 2, 6, 7), "the rate of the next one"),
        ((1, 3, 7), "before the first step"),
        ((3, 4, 5, 6), "more or fewer numbers than your 4"),
    ],
)
def test_verdicts(answer: tuple[int, ...], words: str) -> None:
    assert words in verdict(EXERCISES["16.2"], answer)
