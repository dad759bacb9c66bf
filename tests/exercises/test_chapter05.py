"""Chapter 5's lessons: every answer and every mistake, computed again without torch."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of

DEMAND = sorted([38, 60, 35, 41, 31, 52, 40, 36, 44])
BETWEEN = DEMAND[6] + 0.4 * (DEMAND[7] - DEMAND[6])  # 0.8 of the way through nine days: 6.4
INDEPENDENT: dict[str, list[Any]] = {
    "5.1": [(5 / 3, 1, 2 / 3), (5, 3, 2), (math.sqrt(5 / 3), 1, 2 / 3), (5 / 6, 1, 2 / 3),
             (5 / 3, 1, 5 / 6), (1, 5 / 3, 2 / 3)],
    "5.1b": [(0.5, 4), (2, 0.25), (4, 0.5), (1, 1), (0.25, 16), (0.25, 2)],
    "5.3": [(0.8, 52), (0.2, 35), (0.8, BETWEEN), (0.8, 44), (0.75, 44), (0.5, 40), (4, 52),
             (52, 0.8), (0.8, 60), *((0.8, loaves) for loaves in range(45, 52))],
    "5.4": [*map(math.exp, (-0.3, -0.6, 0.2, 0.7)), math.exp(-0.3) / math.sqrt(2 * math.pi), 0.4**0.5, math.exp(-0.8)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


def test_the_baker_by_counting_what_each_number_costs() -> None:
    costs = {n: sum(4 * max(d - n, 0) + max(n - d, 0) for d in DEMAND) for n in range(31, 61)}
    assert min(costs, key=lambda n: costs[n]) == 52
    assert costs[52] < min(costs[51], costs[53])
    assert all(costs[n + 1] < costs[n] for n in range(31, 52))
    assert sum(d < 60 for d in DEMAND) == 8


def clip(value: float, delta: float) -> float:
    return max(-delta, min(delta, value))


def test_huber_centre_by_the_condition_that_clipped_errors_cancel() -> None:
    cases: Any = EXERCISES["5.2"].cases
    for values, threshold in cases():
        y, delta = sorted(values.tolist()), threshold.item()
        n, middle = len(y), y[(len(y) - 1) // 2]
        found = all_of("5.2", values, threshold)
        (
            answer,
            mean,
            median,
            one_round,
            trimmed,
            clipped_values,
            descended,
            middle_of_both,
            between,
            lowest,
        ) = found
        assert sum(clip(answer - value, delta) for value in y) == pytest.approx(0, abs=1e-9)
        assert sum(abs(answer - value) < delta for value in y) > 0  # so that this is the only such point
        kept = [value for value in y if abs(value - middle) <= delta]
        loss = [clip(answer - v, delta) * (answer - v - clip(answer - v, delta) / 2) for v in y]
        assert mean == pytest.approx(sum(y) / n)
        assert median == middle
        assert one_round == pytest.approx(middle + sum(clip(v - middle, delta) for v in y) / n)
        assert trimmed == pytest.approx(sum(kept) / len(kept))
        assert clipped_values == pytest.approx(sum(clip(v, delta) for v in y) / n)
        assert middle_of_both == pytest.approx((mean + median) / 2)
        assert between == pytest.approx(min(max(answer, min(mean, median)), max(mean, median)))
        c = mean
        for _ in range(200):
            c -= 0.1 * sum(clip(c - v, delta) for v in y) / n
        assert descended == pytest.approx(c)
        assert lowest == pytest.approx(sum(loss) / n)


def halved_between(values: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
    low, high = sorted((values.median(), values.mean()))
    for _ in range(60):
        c = (low + high) / 2
        low, high = (low, c) if (c - values).clamp(-delta, delta).sum() > 0 else (c, high)
    return low


def stepped(values: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
    c = values.mean()
    for _ in range(200):
        c = c - 0.1 * (c - values).clamp(-delta, delta).mean()
    return c


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("5.1", (1.6667, 1.0, 0.6667), "correct."),
        ("5.1", (1.67, 1, 0.67), "right so far"),
        ("5.1", (5, 3, 2), "You added up"),
        ("5.1b", (4, 0.5), "in the other order"),
        ("5.1b", (2, 0.25), "the rate goes the other way"),
        ("5.2", stepped, "halve an interval"),
        ("5.2", lambda v, d: (v.mean() + v.median()) / 2, "is no rule"),
        ("5.2", halved_between, "need not lie between"),
        ("5.2", lambda v, d: v.mean(), "the mean, where the MSE"),
        ("5.3", (0.8, 44), "one more loaf still pays"),
        ("5.3", (0.8, 51), "each further loaf still pays"),
        ("5.3", (0.8, 47.2), "Interpolated"),
        ("5.3", (52, 0.8), "changed places"),
        ("5.3", (0.8, 60), "One day too high"),
        ("5.4", 0.74, "right so far"),
        ("5.4", 1.2214, "subtract it first"),
        ("5.4", 2.0138, "other sign"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)
