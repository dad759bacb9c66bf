"""mse_loss and what it is made of, against torch over torch's own option space."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lessons_pkg.losses import mse_loss
from lessons_pkg.losses.reduction import reduce


def pair(*shape: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(sum(shape) + len(shape))
    one, two, three = (torch.rand(shape, generator=generator, dtype=dtype) * 4 - 2 for _ in range(3))
    return one.requires_grad_(), two, three.abs() + 0.1


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 1), (2, 3, 4), (5, 0)], ids=str)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_value_and_gradient_equal_torch(
    shape: tuple[int, ...], reduction: str, dtype: torch.dtype, weighted: bool
) -> None:
    input, target, weight = pair(*shape, dtype=dtype)
    options: dict[str, Any] = {"weight": weight} if weighted else {}
    ours = mse_loss(input, target, reduction=reduction, **options)
    torchs = functional.mse_loss(input, target, reduction=reduction, **options)
    # float64: to rounding. bfloat16 keeps 8 bits, so one rounding is 2**-8.
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-6, torch.bfloat16: 2**-7}[dtype]
    torch.testing.assert_close(ours, torchs, rtol=tolerance, atol=0, equal_nan=True)
    (our_slope,) = torch.autograd.grad(ours.sum(), input)
    (torch_slope,) = torch.autograd.grad(torchs.sum(), input)
    torch.testing.assert_close(our_slope, torch_slope, rtol=tolerance, atol=tolerance, equal_nan=True)


def test_gradient_is_the_formula_of_the_docstring() -> None:
    input, target, _ = pair(6)
    (slope,) = torch.autograd.grad(mse_loss(input, target), input)
    torch.testing.assert_close(slope, 2 * (input - target) / 6, rtol=1e-14, atol=0)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_first_and_second_derivative_agree_with_finite_differences(reduction: str) -> None:
    input, target, weight = pair(4)

    def loss(p: Tensor, t: Tensor) -> Tensor:
        return mse_loss(p, t, reduction=reduction, weight=weight)

    assert torch.autograd.gradcheck(loss, (input, target.requires_grad_()))
    assert torch.autograd.gradgradcheck(loss, (input, target))


finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=20), finite)
def test_properties_of_a_squared_distance(pairs: list[tuple[float, float]], shift: float) -> None:
    p, t = torch.tensor(pairs, dtype=torch.float64).unbind(1)
    loss = mse_loss(p, t)
    assert loss >= 0
    assert torch.equal(loss, mse_loss(t, p))
    assert torch.equal(mse_loss(p, p), torch.tensor(0.0, dtype=torch.float64))
    moved = mse_loss(p + shift, t + shift)
    # adding the shift rounds p and t at the size of the shift
    assert math.isclose(loss, moved, rel_tol=1e-6, abs_tol=1e-3 + 1e-9 * float((p - t).abs().max()))


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e200], ids=str)
def test_extremes_behave_as_in_torch(value: float) -> None:
    p, t = torch.tensor([value, 1.0], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    torch.testing.assert_close(mse_loss(p, t), functional.mse_loss(p, t), equal_nan=True)


def test_non_contiguous_input_and_mixed_floats() -> None:
    p = torch.arange(12.0).reshape(3, 4).T
    t = torch.ones(4, 3, dtype=torch.float64)
    assert mse_loss(p, t).dtype == torch.float64
    torch.testing.assert_close(mse_loss(p, t), functional.mse_loss(p, t))


def test_reduce_by_hand() -> None:
    loss, weight = torch.tensor([1.0, 2.0, 6.0]), torch.tensor([1.0, 1.0, 2.0])
    assert reduce(loss, "none").tolist() == [1.0, 2.0, 6.0]
    assert reduce(loss, "none", weight).tolist() == [1.0, 2.0, 12.0]
    assert reduce(loss, "sum").item() == 9.0
    assert reduce(loss, "sum", weight).item() == 15.0
    assert reduce(loss, "mean").item() == 3.0
    assert reduce(loss, "mean", weight).item() == 15.0 / 4.0
