"""Chapter 6: every answer and every mistake, computed again without torch."""

import math

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_share_of_nan(rows: int) -> None:
    finite = math.prod([0.5] * rows)
    expected = [1 - finite, finite, 0.5, 0.875, 1 - finite**5, min(1.0, rows / 2)]
    assert all_of("6.1", torch.tensor(float(rows), dtype=torch.float64)) == pytest.approx(expected, rel=1e-12)


def test_two_means() -> None:
    total = 0.1 * 1 + 0.9 * 2 + 0.3 * 3
    by_weights, by_number = total / 1.3, total / 3
    assert by_weights == pytest.approx(2.153846, abs=5e-7)
    assert by_number == pytest.approx(0.933333, abs=5e-7)
    expected = [(by_weights, by_number), (by_number, by_weights), (by_weights, by_weights),
                (by_number, by_number), (total, total), (by_weights, total), (2.0, 2.0)]  # fmt: skip
    agree("6.2", expected, rel=1e-12)


@pytest.mark.parametrize("w", [19.0, 3.0])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_undo_a_weight(p: float, w: float) -> None:
    odds = p / (1 - p)
    back = odds / w / (1 + odds / w)
    there = w * odds / (1 + w * odds)
    moved = 1 / (1 + math.exp(w) / odds)
    expected = [back, there, p / w, odds / w, moved, 1 / (1 + w), 1 - back]
    given = [torch.tensor([value], dtype=torch.float64) for value in (p, w)]
    assert [value[0] for value in all_of("6.3", *given)] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("p", "behind"), [(0.5, 0.05), (0.253, 0.0175), (0.9, 0.3214)])
def test_what_stands_behind_a_weight_of_19(p: float, behind: float) -> None:
    [right, *_] = all_of("6.3", torch.tensor(p, dtype=torch.float64), torch.tensor(19.0, dtype=torch.float64))
    assert right == pytest.approx(behind, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("6.1", lambda rows: 0.875, "three rows"),
        ("6.1", lambda rows: 1 - 0.5**rows, "correct."),
        ("6.2", (2.15, 0.93), "right so far"),
        ("6.2", (0.9333, 2.1538), "changed places"),
        ("6.3", lambda p, w: p / (p + w * (1 - p)), "correct."),
        ("6.3", lambda p, w: p / w, "multiplies odds"),
        ("6.4", lambda alpha: alpha, "earlier"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)


@pytest.mark.parametrize("alpha", [0.25, 0.6, 0.95])
def test_yes_from(alpha: float) -> None:
    expected = [1 - alpha, alpha, 0.5, (1 - alpha) / alpha, 1 / (1 + alpha)]
    assert all_of("6.4", torch.tensor(alpha, dtype=torch.float64)) == pytest.approx(expected, rel=1e-12)


def pull(p: float, gamma: float) -> float:
    found: float = (1 - p) ** gamma / p - gamma * (1 - p) ** (gamma - 1) * math.log(p)
    return found


def share(up: float, down: float) -> float:
    return down / (up + down)


def test_the_balance_is_the_minimum_of_the_expected_loss() -> None:
    p, alpha = 0.3, 0.8
    eta = share(alpha * pull(p, 2), (1 - alpha) * pull(1 - p, 2))

    def expected_loss(q: float) -> float:
        yes, no = -((1 - q) ** 2) * math.log(q), -(q**2) * math.log(1 - q)
        loss: float = eta * alpha * yes + (1 - eta) * (1 - alpha) * no
        return loss

    grid = [k / 1000 for k in range(1, 1000)]
    assert min(grid, key=expected_loss) == p
