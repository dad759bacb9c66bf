"""The answers and mistakes of lessons 3.1 to 3.4, computed another way: in pure Python, or by counting."""

import math
from typing import Any

import pytest
import torch

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.chapter03 import moves
from lessons_pkg.exercises.exercise import verdict
from lessons_pkg.models import fresh_lenet
from tests.helpers.answers import agree


def steps(mu: float = 0.8, tau: float = 0.25, first: float = 1.0) -> list[float]:
    """Steps 1, 2, 3 and the last at rate 0.1 and gradient 2; the first gradient enters times ``first``."""
    v, moves = first * 2.0, []
    for _ in range(3):
        moves.append(0.1 * v)
        v = mu * v + (1 - tau) * 2.0
    return [*moves, 0.1 * (1 - tau) * 2.0 / (1 - mu) if mu else 0.1 * (1 - tau) * 2.0]


def test_two_rounds_and_a_step() -> None:
    """The distance from 1 shrinks by 0.8 per round: 2, 1.6, 1.28; the second slope is 3.2."""
    expected = [(2.6, 2.28, 1.96), (2.6, 2.28, 2.024), (2.6, 2.28, 2.28), (2.8, 2.62, 2.44), (2.6, 1.88, 1.16),
                (3.4, 3.88, 4.36), (2.6, 2.2, 1.8), (0.4, 0.32, 0.32), (2.4, 1.92, 1.44), (3, 2.6, 2.28)]  # fmt: skip
    agree("3.1", expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("3.1", (2.6, 2.28, 1.96), "correct"),
        ("3.1", (2.6, 2.2, 1.8), "of its own"),
        ("3.1", (0.4, 0.32, 0.32), "say where w is"),
        ("3.3", (0.2, 0.31, 0.40, 0.75), "right so far"),
        ("3.3b", (0.0331, 0.6694, 0.8182), "correct"),
        ("3.3b", (0.274, 0.5526, 0.7434), "lesson's bowl"),
        ("3.2", (4, 2), "correct"),
        ("3.4", (1.4, 0.745), "correct"),
        ("3.4", (0.6, 0.655), "say where the weight is"),
        ("3.4b", lambda lr: -7.0, "no answer that we can explain"),
        ("3.4b", lambda lr: math.floor(math.log2(lr)), "exponent"),
        ("3.4b", lambda lr: None, "returned None"),
        ("3.2b", lambda sizes: sizes.sum() / sizes, "Upside down"),
        ("3.2b", lambda sizes: 1 / sizes.sum() * torch.ones_like(sizes), "for sums"),
    ],
)
def test_what_learners_were_seen_to_answer(name: str, answer: Any, said: str) -> None:
    assert said in verdict(EXERCISES[name], answer)


def test_three_steps_by_hand() -> None:
    right = [0.2, 0.31, 0.398, 0.75]
    expected = [
        right,
        [0.2, 0.36, 0.488, 1.0],
        steps(first=0.75),
        [0.2, 0.31, 0.398, 1.0],
        [0.2, 0.21, 0.218, 0.25],
        [0.2, 0.51, 0.908, 0.75],
        [2, 3.1, 3.98, 7.5],
        [0.2] * 4,
        [-move for move in right],
    ]
    assert steps() == pytest.approx(right)
    agree("3.3", expected)


@pytest.mark.parametrize("options", [{}, {"dampening": 0.0}, {"momentum": 0.0}], ids=str)
def test_steps_are_those_of_torchs_optimizer(options: dict[str, float]) -> None:
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    settings: dict[str, Any] = {"momentum": 0.8, "dampening": 0.25} | options
    optimizer, places = torch.optim.SGD([w], lr=0.1, **settings), [0.0]
    for _ in range(100):
        w.grad = torch.full_like(w, 2.0)
        optimizer.step()
        places.append(-w.item())
    expected = [places[k] - places[k - 1] for k in (1, 2, 3, 100)]
    assert list(moves(**options)) == pytest.approx(expected, rel=1e-9)


def test_two_steps_with_every_option() -> None:
    """By hand: d = 3 + 0.5 w, v = 0.5 v + d, w - 0.1 (d + 0.5 v), from w = 2."""
    expected = [(1.4, 0.745), (1.6, 1.02), (1.55, 1.025), (1.6, 1.22), (1.25, 0.4875), (1.45, 0.8525), (1.4, 0.845),
                (0.6, 0.655)]  # fmt: skip
    agree("3.4", expected, rel=1e-9)


def test_two_names_and_three_lines() -> None:
    w = torch.tensor(5.0)
    a = w
    w -= 1
    w = w - 1
    w -= 1
    agree("3.2", [(a.item(), w.item()), (2, 2), (5, 2), (3, 2), (4, 3), (2, 4)])


RATES = (0.01, 0.3, 0.75, 1.0, 3.0, 0.001, 0.0078125)


def test_safe_rates() -> None:
    exercise = EXERCISES["3.4b"]
    expected = [
        (1 / 128, 1 / 4, 1 / 2, 1, 2, 1 / 1024, 1 / 128),
        (-7, -2, -1, 0, 1, -10, -7),
        RATES,
        (1 / 128, 1 / 4, 1, 1, 4, 1 / 1024, 1 / 128),
        (1 / 64, 1 / 2, 1, 1, 2, 1 / 512, 1 / 128),
        (1 / 1000, 1 / 10, 1 / 10, 1, 1, 1 / 1000, 1 / 1000),  # 0.01 in 32 bits is a little less
        (1 / 64, 1 / 2, 1, 1, 4, 1 / 512, 1 / 128),
        (1 / 128, 1 / 4, 1 / 2, 1 / 2, 2, 1 / 1024, 1 / 256),
        (1 / 128,) * 7,
    ]
    assert exercise.cases is not None
    cases: Any = exercise.cases()
    assert [case.item() for case in cases] == pytest.approx(RATES)
    functions = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
    for function, independent in zip(functions, expected, strict=True):
        values: list[Any] = [function(case) for case in cases]
        assert [float(value) for value in values] == pytest.approx(independent, rel=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_a_product_with_a_safe_rate_is_never_rounded_and_others_are(rate: float) -> None:
    slopes = torch.randn(1000, generator=torch.Generator().manual_seed(0))

    def exact(factor: float) -> bool:
        number = torch.tensor(factor)
        return torch.equal((number * slopes).double(), number.double() * slopes.double())

    safe: Any = EXERCISES["3.4b"].answer(torch.tensor(rate))
    assert exact(safe.item())
    assert exact(rate) == (math.frexp(rate)[0] == 0.5)


def test_shares_of_parts() -> None:
    exercise = EXERCISES["3.2b"]
    sizes = [2.0, 3.0, 5.0]
    expected = [
        [0.2, 0.3, 0.5], [1 / 3] * 3, [2 / 12, 3 / 12, 5 / 12], [5, 10 / 3, 2], [0.1] * 3, [1] * 3, sizes, [1 / 2, 1 / 3, 1 / 5], [2 / 3, 1, 5 / 3],
    ]  # fmt: skip
    agree("3.2b", expected, torch.tensor(sizes), rel=1e-6)
    assert exercise.cases is not None
    assert [case.tolist() for case in exercise.cases()] == [[5, 5, 2], [1, 7], [3, 3, 3, 3], [32, 8]]  # type: ignore[union-attr]


POLYAK = 0.27398537, 0.55258376


@pytest.mark.parametrize(
    ("rate", "mu", "expected"),
    [(0.01, 0, 2340), (0.01, 0.9, 175), (0.01, 0.99, 1659), (3 / 17, 0, 194), (0.173, 0, 133), (*POLYAK, 43), (0.265, 0.54, 30)],
)  # fmt: skip
def test_updates_that_lesson_3_3_counts(rate: float, mu: float, expected: int) -> None:
    """On sum((w x + b - 2 x) ** 2) / 3 over x = 1, 2, 3, from w = b = 0, until the loss stays below 1e-6."""
    w, b, v, u, last = 0.0, 0.0, 0.0, 0.0, 0
    for k in range(3001):
        errors = [w * x + b - 2 * x for x in (1, 2, 3)]
        if sum(r * r for r in errors) / 3 >= 1e-6:
            last = k
        v = mu * v + 2 / 3 * sum(r * x for r, x in zip(errors, (1, 2, 3), strict=True))
        u = mu * u + 2 / 3 * sum(errors)
        w, b = w - rate * v, b - rate * u
    assert last + 1 == expected


@pytest.mark.parametrize(("of_one_size", "share"), [(True, 0.018), (False, 0.0005)], ids=["N(0, 1)", "LeNet"])
def test_the_share_of_steps_that_a_second_rounding_changes(of_one_size: bool, share: float) -> None:
    """Of gradients as large as the weights 1.8 %; of LeNet's, which are smaller, 0.05 %."""
    generator = torch.Generator().manual_seed(0)
    p, g = (torch.randn(100_000, generator=generator) for _ in range(2))
    if not of_one_size:
        net = fresh_lenet()
        image, target = (
            torch.rand(*shape, generator=generator).double() for shape in ((1, 1, 32, 32), (1, 10))
        )
        (net(2 * image - 1) - 2 * target + 1).square().mean().backward()
        p, g = (torch.cat([part.flatten() for part in parts]).float() for parts in zip(*((q.detach(), q.grad) for q in net.parameters()), strict=True))  # fmt: skip
    lr = torch.tensor(0.01)
    once = (p.double() - lr.double() * g.double()).float()
    assert (p - lr * g != once).float().mean().item() == pytest.approx(share, rel=0.3)


def worst_factor(rate: float, mu: float) -> float:
    """Larger |r| of r*r - (1 + mu - rate * curvature) r + mu over the curvatures 1 and 100, in complex numbers."""
    sizes = []
    for curvature in (1, 100):
        s = 1 + mu - rate * curvature
        root = complex(s * s - 4 * mu) ** 0.5
        sizes += [abs((s + root) / 2), abs((s - root) / 2)]
    return max(sizes)


def test_the_fastest_pair_is_the_fastest() -> None:
    exercise = EXERCISES["3.3b"]
    best: Any = exercise.answer()
    assert best == pytest.approx((4 / 121, 81 / 121, 9 / 11))
    assert worst_factor(best[0], best[1]) == pytest.approx(best[2], rel=1e-6)
    for rate in (best[0] * 0.98, best[0], best[0] * 1.02):
        for mu in (best[1] - 0.01, best[1], best[1] + 0.01):
            assert worst_factor(rate, mu) >= best[2] - 1e-7
    expected = [(2 / 101, 0, 99 / 101), (0.27398537, 0.55258376, 0.74335978), (4 / 121, 9 / 11, 9 / 11), (4 / 121, 81 / 121, 81 / 121),
                (2 / 11, 81 / 121, 9 / 11), (81 / 121, 4 / 121, 9 / 11), (4 / 101, 81 / 121, 9 / 11)]  # fmt: skip
    agree("3.3b", [best, *expected], rel=2e-6)
