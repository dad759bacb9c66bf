"""Chapter 12's answers and mistakes, computed another way: by formula, in pure Python."""

from collections.abc import Callable
from math import comb, erfc, nan, sqrt
from typing import Any

import pytest

from lessons_pkg.exercises import EXERCISES
from lessons_pkg.exercises.exercise import verdict
from tests.helpers.answers import agree, all_of


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


def cases(name: str) -> list[tuple[Any, ...]]:
    given: Callable[[], Any] | None = EXERCISES[name].cases
    return [tuple(part.tolist() for part in case) for case in given()] if given else [()]


def sign_test_by_hand(a: int, b: int) -> list[float]:
    n, fewer, more = a + b, min(a, b), max(a, b)

    def tail(most: int) -> float:
        return float(sum(comb(n, k) for k in range(most + 1)) / 2**n)

    return [
        min(1, 2 * tail(fewer)),
        tail(fewer),
        2 * tail(fewer),
        min(1, 2 * comb(n, fewer) / 2**n),
        min(1, 2 * tail(fewer - 1)),
        min(1, 2 * tail(more)),
        min(1, 2 * tail(a)),
        erfc(abs(a - b) / sqrt(2 * n)) if n else nan,
    ]


BY_HAND: dict[str, Callable[..., list[float]]] = {
    "12.2": sign_test_by_hand,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_functions_by_hand(name: str) -> None:
    given: Any = EXERCISES[name].cases
    for case, tensors in zip(cases(name), given(), strict=True):
        found, expected = all_of(name, *tensors), BY_HAND[name](*case)
        assert len(found) == len(expected)
        assert [float(v) for v in found] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("12.1", (22, 0.516), "correct."),
        ("12.1", (22, 0.52), "four digits, please"),
        ("12.1", (23, 0.516), "images, 23"),
        ("12.1", (22.1, 0.516), "images, 22.1"),
        ("12.1", (22, 0.6), "full or not"),
        (
            "12.2",
            lambda a, b: min(1, 2 * sum(comb(a + b, k) for k in range(a + 1)) / 2 ** (a + b)),
            "min(a, b)",
        ),
    ],
)
def test_verdicts(name: str, answer: object, words: str) -> None:
    def whole(*given: Any) -> Any:
        return answer(*(int(part) if name == "12.2" else part for part in given))  # type: ignore[operator]

    assert words in verdict(EXERCISES[name], whole if callable(answer) else answer)


def test_the_uneven_side_may_be_either() -> None:
    assert sign_test_by_hand(9, 0)[0] == sign_test_by_hand(0, 9)[0] == pytest.approx(2 * 0.5**9)
