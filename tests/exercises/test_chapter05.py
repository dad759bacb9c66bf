"""Chapter 5: every answer and every mistake, computed again without torch."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from tests.helpers.answers import agree, all_of

DEMAND = sorted([38, 60, 35, 41, 31, 52, 40, 36, 44])
BETWEEN = DEMAND[6] + 0.4 * (DEMAND[7] - DEMAND[6])  # 0.8 of the way through nine days: 6.4
INDEPENDENT: dict[str, list[Any]] = {
    "05.1": [(5 / 3, 1, 2 / 3), (5, 3, 2), (math.sqrt(5 / 3), 1, 2 / 3), (5 / 6, 1, 2 / 3),
             (5 / 3, 1, 5 / 6), (1, 5 / 3, 2 / 3)],
    "05.3": [(0.8, 52), (0.2, 35), (0.8, BETWEEN), (0.8, 44), (0.75, 44), (0.5, 40), (4, 52)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-9)


def test_the_baker_by_counting_what_each_number_costs() -> None:
    costs = {n: sum(4 * max(d - n, 0) + max(n - d, 0) for d in DEMAND) for n in range(31, 61)}
    assert min(costs, key=lambda n: costs[n]) == 52
    assert costs[52] < min(costs[51], costs[53])


def clip(value: float, delta: float) -> float:
    return max(-delta, min(delta, value))


def test_huber_centre_by_the_condition_that_clipped_errors_cancel() -> None:
    cases: Any = EXERCISES["05.2"].cases
    for values, threshold in cases():
        y, delta = sorted(values.tolist()), threshold.item()
        n, middle = len(y), y[(len(y) - 1) // 2]
        answer, mean, median, one_round, trimmed, clipped_values, lowest = all_of("05.2", values, threshold)
        assert sum(clip(answer - value, delta) for value in y) == pytest.approx(0, abs=1e-9)
        assert sum(abs(answer - value) < delta for value in y) > 0  # so that this is the only such point
        kept = [value for value in y if abs(value - middle) <= delta]
        loss = [clip(answer - v, delta) * (answer - v - clip(answer - v, delta) / 2) for v in y]
        assert mean == pytest.approx(sum(y) / n)
        assert median == middle
        assert one_round == pytest.approx(middle + sum(clip(v - middle, delta) for v in y) / n)
        assert trimmed == pytest.approx(sum(kept) / len(kept))
        assert clipped_values == pytest.approx(sum(clip(v, delta) for v in y) / n)
        assert lowest == pytest.approx(sum(loss) / n)


@pytest.mark.parametrize("mse", [0.01, 1.0, 1522.0])
def test_rmse_from_the_loss_that_a_known_mse_leaves(mse: float) -> None:
    loss = (math.log(mse) + 1) / 2
    if loss < 0:  # a root of a negative number is nan: no answer of anyone's
        assert all_of("05.4", torch.tensor(loss, dtype=torch.float64))[0] == pytest.approx(math.sqrt(mse))
        return
    root = math.sqrt(mse)
    expected = [root, mse, root * math.exp(0.5), root / math.sqrt(2 * math.pi),
                math.sqrt(math.log(mse) + 1), root * math.exp(-0.5)]  # fmt: skip
    assert all_of("05.4", torch.tensor(loss, dtype=torch.float64)) == pytest.approx(expected, rel=1e-9)
