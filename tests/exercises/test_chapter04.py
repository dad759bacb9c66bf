"""Chapter 4's lessons: every answer and every mistake, computed again without torch."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of

EXP = [math.exp(2), 1.0, math.exp(-1)]
X3 = math.exp(-3)
P = [power / sum(EXP) for power in EXP]


def entropy(*q: float) -> float:
    return -sum(part * math.log(part) for part in q)


INDEPENDENT: dict[str, list[Any]] = {
    "4.1": [[X3, 10 * X3], [1e-3, 1e-2], [1 / 8, 10 / 8], [1 / 3, 10 / 3], [X3, 0.1 / X3], [X3, 3 / math.log(10)], [1 - X3, 10 - 10 * X3],
            [1 / X3, 10 / X3], [X3, 3 - math.log(10)]],
    "4.2": [[P[0] - 1, P[1], P[2]], P, [1 - P[0], -P[1], -P[2]], [P[0], P[1] - 1, P[2]],
             [1 / (1 + math.exp(-2)) - 1, 1 / 2, 1 / (1 + math.e)], [1, 0, -1],
             [(P[0] - 1) / 3, P[1] / 3, P[2] / 3]],
    "4.4": [[6.2 / 9, 2.2 / 5], [6.2 / 3, 2.2 / 2], [1.7 / 3, 0.7 / 2], [6.2, 2.2], [6.2 / 9, 2.2 / 9],
            [6.2 / 5, 2.2 / 5], [6.2 / 9, 2.2 / 2], [6.2 / 9, 0.7 / 2], [6.2 / 9] * 2],
    "4.4b": [entropy(0.92, *[0.02] * 4), 0.0, entropy(0.9, *[0.025] * 4), -math.log(0.9), -math.log(0.92),
             entropy(0.92, *[0.02] * 4) / math.log(2), math.log(5)],
}  # fmt: skip


@pytest.mark.parametrize("name", INDEPENDENT)
def test_numbers(name: str) -> None:
    agree(name, INDEPENDENT[name], rel=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_highest_loss_of_squashed_outputs(classes: int) -> None:
    e = math.e
    expected = [
        math.log(1 + (classes - 1) * e),
        math.log(1 + (classes - 1) / e),
        math.log(e + classes - 1),
        math.log(classes),
        1 + math.log(classes - 1),
        math.log(1 + classes * e),
        math.inf,
    ]
    assert all_of("4.2b", classes) == pytest.approx(expected, rel=1e-12)


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@pytest.mark.parametrize(("x", "t"), [(3.0, 1.0), (-2.0, 0.25), (0.0, 0.5), (700.0, 0.5), (-800.0, 0.5)])
def test_bce_on_logits(x: float, t: float) -> None:
    right = softplus(x) - t * x
    one, other = softplus(-x), softplus(x)  # minus the logarithms of the two probabilities
    lost = 36.7  # from here on, sigmoid(x) rounds to 1 in 64 bits
    textbook = math.inf if x > lost or x < -745.2 else right
    p = 0.0 if x < -745.2 else 1 / (1 + math.exp(-x))
    small = -t * math.log(p + 1e-12) - (1 - t) * math.log(1 - p + 1e-12)
    cut = t * min(one, 100) + (1 - t) * (100 if x > lost else min(other, 100))
    overflowing = math.inf if x > 709.7 else right
    without_maximum = math.log1p(math.exp(-abs(x))) - t * x
    minus_x = max(x, 0) - t * x + (-x if x < -700 else math.log1p(math.exp(-x)))
    below = math.inf if x < -709.7 else right
    expected = [right, textbook, small, right, cut, math.inf if x < -709.7 else minus_x, below, overflowing, without_maximum, without_maximum + abs(x),
                softplus(x) - (1 - t) * x]  # fmt: skip
    given = (torch.tensor([x], dtype=torch.float64), torch.tensor([t], dtype=torch.float64))
    ours = [value[0] if isinstance(value, list) else value for value in all_of("4.3", *given)]
    assert ours == pytest.approx(expected, rel=1e-12)


def test_all_but_the_mean_give_one_loss_per_element() -> None:
    x = torch.tensor([[1.0, -2.0], [3.0, 0.5]], dtype=torch.float64)
    shapes = [torch.as_tensor(value).shape for value in all_of("4.3", x, x.sigmoid())]
    assert [shape != x.shape for shape in shapes] == [place == 3 for place in range(len(shapes))]


def test_cases_reach_where_the_wrong_formulas_break() -> None:
    cases: Any = EXERCISES["4.3"].cases
    logits = torch.cat([x.flatten() for x, _ in cases()])
    assert logits.max() == 1e4
    assert logits.min() == -1e4


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("4.1", (0.0498, 0.498), "correct."),
        ("4.1", (0.05, 0.5), "right so far"),
        ("4.1", (0.001, 0.01), "natural"),
        ("4.2", (-0.156, 0.114, 0.042), "right so far"),
        ("4.2", (-0.1192, 0.5, 0.2689), "sigmoids"),
        ("4.2b", lambda classes: None, "your function returned None"),
        ("4.3", lambda x, t: x.clamp(min=0) - t * x + torch.log1p(torch.exp(-x)), "|x|"),
        ("4.3", lambda x, t: (1 - t) * x + torch.log1p(torch.exp(-x)), "|x|"),
        ("4.4", (0.6889, 0.44), "correct."),
        ("4.4", (2.0667, 1.1), "not by their number"),
        ("4.4", (0.6889, 0.2444), "not in the divisor"),
        ("4.4b", 0.39, "right so far"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)


LESSON_44 = [[2.0, 0.0, -1.0, 0.5], [0.3, 1.2, 0.0, -0.7], [-1.0, 0.4, 0.2, 0.9]]
MISSING = 1 - math.exp(0.4) / sum(map(math.exp, LESSON_44[2]))  # what class 1 lacks in the last row


@pytest.mark.parametrize(
    ("target", "options", "largest"),
    [
        (torch.tensor([0, 1, 1]), {}, MISSING),
        (torch.tensor([0, 1, 1]), {"weight": [1.0, 5.0, 1.0, 1.0]}, 5 * MISSING),
        (torch.tensor([0, 1, 1]), {"label_smoothing": 0.2}, MISSING - 0.2 * 3 / 4),
        (torch.eye(4, dtype=torch.float64)[[0, 1, 1]] / 2 + 1 / 8, {}, MISSING - 3 / 8),
    ],
    ids=["plain", "weights", "smoothing", "shares"],
)
def test_the_slopes_of_a_row_add_up_to_zero_and_only_weights_take_one_beyond_1(
    target: torch.Tensor, options: dict[str, Any], largest: float
) -> None:
    if "weight" in options:
        options = {"weight": torch.tensor(options["weight"], dtype=torch.float64)}
    z = torch.tensor(LESSON_44, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.cross_entropy(z, target, reduction="sum", **options).backward()
    assert z.grad is not None
    torch.testing.assert_close(z.grad.sum(1), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-15)
    assert z.grad.abs().max().item() == pytest.approx(largest, rel=1e-12)
