"""Chapter 8's lessons: answers and mistakes, computed another way: by formula, in pure Python."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.torch_version import TorchVersion

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict


def flat(answer: Any) -> list[float]:
    parts = answer if isinstance(answer, (tuple, list)) else [answer]
    return [number for part in parts for number in torch.as_tensor(part).flatten().tolist()]


def given_answers(name: str, *arguments: torch.Tensor) -> list[list[float]]:
    exercise = EXERCISES[name]
    known: list[Callable[..., object]] = [exercise.answer, *(mistake.answer for mistake in exercise.mistakes)]
    return [flat(answer(*(a.clone() for a in arguments))) for answer in known]


def agree(ours: list[list[float]], expected: list[list[float]]) -> None:
    for got, want in zip(ours, expected, strict=True):
        assert got == pytest.approx(want, rel=1e-9, nan_ok=True)


def test_a_penalty_that_is_a_number_has_no_slope() -> None:
    w = 2.0
    value, felt, meant = (w - 5) ** 2 + w * w / 2, 2 * (w - 5), 2 * (w - 5) + w
    wrong = [
        [value, meant, meant],
        [(w - 5) ** 2, felt, meant],
        [value, meant, felt],
        [value, 0.0, meant],
        [value, felt, felt + 2 * w],
        [(w - 5) ** 2 + w * w, felt, felt + 2 * w],
        [value, -felt, -meant],
    ]
    agree(given_answers("8.1"), [[value, felt, meant], *wrong])


def test_roots_and_their_slopes_by_formula() -> None:
    nan, inf = math.nan, math.inf
    x = [-1.0, 0.0, 0.25, 4.0]
    end = 0 if torch.__version__ >= TorchVersion("2.14") else 1  # the slope of clamp(min=0) at 0
    low, high = (0.25 + 1e-6) ** 0.5, (4 + 1e-6) ** 0.5
    expected = [
        [0, 0, 0.5, 2, 0, 0, 1, 0.25],
        [0, 0, 0.5, 2, nan, nan, 1, 0.25],
        [0, 0, low, high, nan, 0, 0.5 / low, 0.5 / high],
        [0, 0, 0.5, 2, 0, nan, 1, 0.25],
        [0, 0, 0.5, 2, 0, inf, 1, 0.25],
        [1e-3, 1e-3, low, high, 0, 500 * end, 0.5 / low, 0.5 / high],
        [1, 0, 0.5, 2, -0.5, nan, 1, 0.25],
        [1, 1, 0.5, 2, 0, 0, 1, 0.25],
        [0, 0, 0.5, 2],
    ]
    agree(given_answers("8.2", torch.tensor(x, dtype=torch.float64)), expected)
    cases: Any = EXERCISES["8.2"].cases
    assert all(len(case) > 0 for case in cases())


def nudged(function: Callable[[float], float], at: float, h: float = 1e-6) -> float:
    return (function(at + h) - function(at - h)) / (2 * h)


def test_verdicts_by_nudging_in_pure_python() -> None:
    entries: list[tuple[Callable[[float], float], Callable[[float], float], tuple[float, float]]] = [
        (lambda x: x * x, lambda x: x, (0.7, 2.1)),
        (lambda x: x * x, lambda x: x, (0.7, 2.1)),  # x * x.detach(): nudging moves both factors
        (lambda x: float(round(x)), lambda x: 0.0, (0.7, 2.1)),
        (abs, lambda x: 0.0, (0.0, 0.0)),
        (lambda x: max(x, 0.0), lambda x: 0.0, (0.0, 0.0)),
    ]
    right = [
        int(all(abs(nudged(f, at) - slope(at)) < 1e-5 + 1e-3 * abs(nudged(f, at)) for at in points))
        for f, slope, points in entries
    ]
    assert right == [0, 0, 1, 1, 0]
    flips: list[tuple[int, ...]] = [(0,), (1,), (2,), (3,), (4,), (3, 4), (0, 1, 2, 3, 4)]
    turned = [[1 - v if place in flip else v for place, v in enumerate(right)] for flip in flips]
    agree(given_answers("8.2b"), [[float(v) for v in row] for row in [right, *turned]])


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.floats(-9, 9).filter(lambda v: abs(v) > 1e-3)] * 3), min_size=2, max_size=4))
def test_backward_by_formula(rows: list[tuple[float, float, float]]) -> None:
    def both(slope: Callable[[float, float], float]) -> list[float]:
        by_input = [slope(g, y - t) for g, y, t in rows]
        return [*by_input, *(-v for v in by_input)]

    def by_input(r: float, delta: float = 2.0) -> float:
        return r / math.sqrt(1 + (r / delta) ** 2)

    right = both(lambda g, r: g * by_input(r))
    expected = [
        right,
        both(lambda g, r: by_input(r)),
        both(lambda g, r: g * by_input(r) / len(rows)),
        both(lambda g, r: 2 * g * by_input(r)),
        both(lambda g, r: g * by_input(r, 1.0)),
        right[: len(rows)] * 2,
    ]
    agree(given_answers("8.3", *torch.tensor(rows, dtype=torch.float64).unbind(1)), expected)


def valued(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[torch.Tensor], object]:
    """The lesson's with_slope."""

    def both(x: torch.Tensor) -> object:
        x = x.detach().requires_grad_()
        y = function(x)
        return y.detach(), *torch.autograd.grad(y.sum(), x)

    return both


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("8.1", (11, -6, -4), "correct."),
        ("8.1", (11, -4, -4), "keeps no graph"),
        ("8.1", (9, -6, -4), "has the penalty in it"),
        ("8.1", (11, -6, -2), "not 2w"),
        ("8.2", valued(lambda x: torch.where(x > 0, x, 1.0).sqrt().where(x > 0, 0.0)), "correct."),
        ("8.2", valued(lambda x: torch.where(x > 0, (x + 1e-6).sqrt(), 0.0)), "negative number is nan"),
        ("8.2", valued(lambda x: torch.where(x > 0, x.abs().sqrt(), 0.0)), "not from 0"),
        ("8.2", lambda x: torch.where(x > 0, x, 1.0).sqrt().where(x > 0, 0.0), "with_slope(safe_root)"),
        ("8.2b", (False, False, True, True, False), "correct."),
        ("8.2b", [0, 0, 1, 1, 0], "correct."),
        ("8.2b", torch.tensor([True, True, False, False, True]), "Turned around"),
        ("8.2b", (False, False, False, True, False), "nudging finds 0 as well"),
        ("8.2b", True, "got bool"),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    assert words in verdict(EXERCISES[name], answer)
