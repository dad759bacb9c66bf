"""log_cosh_loss: against exact arithmetic, formulas, limits and finite differences."""

import decimal
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lessons_pkg.losses import log_cosh_loss

decimal.getcontext().prec = 60


def exact(r: float) -> float:
    """Log of cosh in 60 digits."""
    e = decimal.Decimal(r).exp()
    return float(((e + 1 / e) / 2).ln())


def curvature(r: float) -> float:
    """1 - tanh^2 without cancellation."""
    return 4 * math.exp(-2 * abs(r)) / (1 + math.exp(-2 * abs(r))) ** 2


def derivatives(r: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r = r.detach().requires_grad_()
    loss = log_cosh_loss(r, torch.zeros_like(r), reduction="none")
    (first,) = torch.autograd.grad(loss.sum(), r, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), r)
    return loss.detach(), first.detach(), second


@pytest.mark.parametrize("r", [0.0, 0.5, -0.5, 10.5, -10.5, 1000.0, -1000.0])
def test_value_slope_and_second_derivative_at_the_points_of_the_lesson(r: float) -> None:
    loss, first, second = derivatives(torch.tensor([r], dtype=torch.float64))
    assert loss.item() == pytest.approx(exact(r), rel=1e-15, abs=0)
    assert first.item() == pytest.approx(math.tanh(r), rel=1e-15, abs=0)
    assert second.item() == pytest.approx(curvature(r), rel=1e-15, abs=2.3e-16)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.floats(-1e4, 1e4), st.floats(-2, 2), st.sampled_from([1.0, -1.0, 1e-9, -1e-15, 0.0])))
def test_value_and_both_derivatives_are_right_to_a_rounding_of_the_error_and_of_1(r: float) -> None:
    if 0 < abs(r) < 1e-20:
        return  # 60 digits do not hold the value
    loss, first, second = derivatives(torch.tensor([r], dtype=torch.float64))
    rounding = 2.0**-52  # two of the error in the value, two of 1 in the slope, four in its slope
    assert loss.item() == pytest.approx(exact(r), rel=0, abs=2 * rounding * abs(r))
    assert first.item() == pytest.approx(math.tanh(r), rel=0, abs=2 * rounding)
    assert second.item() == pytest.approx(curvature(r), rel=0, abs=4 * rounding)


def test_extremes() -> None:
    sizes = torch.tensor([0.0, 1.0, 30.0, 800.0, 1e300, math.inf], dtype=torch.float64)
    for sign in (1, -1):
        loss, first, second = derivatives(sign * sizes)
        torch.testing.assert_close(loss[2:], sizes[2:] - math.log(2))
        torch.testing.assert_close(first, sign * sizes.tanh())
        assert second[0] == 1
        assert second[-2:].tolist() == [0, 0]
    assert all(part.isnan().all() for part in derivatives(torch.tensor([math.nan])))
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        loss, first, second = derivatives(torch.tensor([-60000.0, 100.0, 0.5], dtype=dtype))
        assert loss.dtype == first.dtype == dtype
        assert torch.isfinite(torch.stack([loss, first, second])).all()
        torch.testing.assert_close(first, torch.tensor([-1.0, 1.0, math.tanh(0.5)], dtype=dtype))


@pytest.mark.parametrize("shape", [(), (7,), (3, 1), (2, 3, 4), (5, 0)], ids=str)
def test_reductions_are_those_of_torchs_huber_loss(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    input, target = torch.randn(2, *shape, generator=generator, dtype=torch.float64) * 3
    formula = (input - target).cosh().log()
    wanted: dict[str, Tensor] = {"none": formula, "sum": formula.sum(), "mean": formula.mean()}
    for reduction, want in wanted.items():
        ours = log_cosh_loss(input, target, reduction=reduction)
        torch.testing.assert_close(ours, want, rtol=1e-12, atol=1e-13, equal_nan=True)
        assert reduction != "mean" or shape == (5, 0) or torch.equal(ours, log_cosh_loss(input, target))
        assert ours.shape == functional.huber_loss(input, target, reduction=reduction).shape


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=9))
def test_it_lies_between_huber_less_its_largest_gap_and_half_the_square(
    pairs: list[tuple[float, float]],
) -> None:
    input, target = torch.tensor(pairs, dtype=torch.float64).unbind(1)
    loss = log_cosh_loss(input, target, reduction="none")
    huber = functional.huber_loss(input, target, reduction="none")
    rounding = 2.0**-51 * (input - target).abs()
    assert (loss >= 0).all()
    assert (loss <= 0.5 * (input - target).square() + rounding).all()
    assert (loss <= huber + rounding).all()
    assert (loss >= huber - (math.log(2) - 0.5) - 1e-12).all()
    assert torch.equal(loss, log_cosh_loss(target, input, reduction="none"))


def test_derivatives_agree_with_finite_differences_corners_included() -> None:
    input = torch.tensor([0.0, 0.3, -1.0, 1.0, 30.0, -5.0], dtype=torch.float64, requires_grad=True)
    target = torch.zeros_like(input).requires_grad_()
    assert torch.autograd.gradcheck(log_cosh_loss, (input, target))
    assert torch.autograd.gradgradcheck(log_cosh_loss, (input, target))
