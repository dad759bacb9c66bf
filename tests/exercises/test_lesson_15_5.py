"""Exercise 15.5: answer and mistakes, from matrices and an SVD instead of the polynomial."""

import pytest
import torch
from torch import Tensor

from tests.helpers.answers import all_of


def after(rounds: int, x: Tensor) -> list[float]:
    for _ in range(rounds):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.diag().tolist()


def test_numbers_by_matrices() -> None:
    g = torch.tensor([[3.0, 0.0], [0.0, 0.03]], dtype=torch.float64)
    x = g / g.square().sum().sqrt()
    u, _, vt = torch.linalg.svd(g)
    *exact, sixteen = all_of("15.5")
    expected = [
        after(1, x), after(1, g), after(1, x)[::-1], after(5, x), after(2, x), (u @ vt).diag().tolist(), after(0, x),
    ]  # fmt: skip
    for value, independent in zip(exact, expected, strict=True):
        assert value == pytest.approx(independent, rel=1e-9)
    assert sixteen == pytest.approx(exact[0], rel=1e-2)
    assert sixteen != pytest.approx(exact[0], rel=1e-3)


def test_the_map_s_numbers() -> None:
    right, undivided, _, five, *_ = all_of("15.5")
    assert right == pytest.approx((0.7010, 0.0344), abs=5e-5)
    assert undivided[0] == pytest.approx(375.1, abs=0.05)
    assert five == pytest.approx((0.6965, 0.6989), abs=5e-5)
