"""The regression losses of chapter 5: against torch over torch's option space, properties, extremes, errors."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional
from torch.torch_version import TorchVersion

from lessons_pkg.losses import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    pinball_loss,
    smooth_l1_loss,
)
from lessons_pkg.losses.reduction import weigh

REDUCTIONS = ("none", "mean", "sum")
PAIRS: dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor]]] = {
    "l1": (l1_loss, functional.l1_loss),
    "huber": (huber_loss, functional.huber_loss),
    "smooth_l1": (smooth_l1_loss, functional.smooth_l1_loss),
    "gaussian_nll": (gaussian_nll_loss, functional.gaussian_nll_loss),
}
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "l1": [{}, {"weight": True}],
    "huber": [{"delta": d, "weight": w} for d in (1e-300, 0.3, 1.0, 2.7, 1e300) for w in (None, True)],
    "smooth_l1": [{}, *({"beta": b} for b in (0.0, 1e-3, 0.3, 1.0, 2.7))],
    "gaussian_nll": [{"var": True, "full": f, "eps": e} for f in (False, True) for e in (1e-6, 0.8)],
}


def draw(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    one, two, three = (torch.rand(shape, generator=generator, dtype=dtype) * 6 - 3 for _ in range(3))
    return [one, two, three.abs() + 0.1]


def value_and_slopes(
    loss: Callable[..., Tensor], given: list[Tensor], options: dict[str, Any]
) -> list[Tensor]:
    leaves = [tensor.clone().requires_grad_() for tensor in given]
    options = {name: leaves[2] if value is True and name in ("weight", "var") else value
               for name, value in options.items()}  # fmt: skip
    value = loss(leaves[0], leaves[1], **options)
    slopes = torch.autograd.grad(value.sum(), leaves, allow_unused=True, materialize_grads=True)
    return [value.detach(), *slopes]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([(), (1,), (7,), (3, 1), (2, 3, 4), (5, 0)]),
    st.integers(0, 999),
    st.sampled_from([torch.float64, torch.float32, torch.bfloat16]),
)
def test_values_and_gradients_equal_torchs(shape: tuple[int, ...], seed: int, dtype: torch.dtype) -> None:
    # float64: to rounding. bfloat16 keeps 8 bits: a few roundings of 2**-8 each.
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 2**-5}[dtype]
    given = draw(shape, seed, dtype)
    for name, (ours, torchs) in PAIRS.items():
        for options, reduction in itertools.product(OPTIONS[name], REDUCTIONS):
            if dtype != torch.float64 and max(options.get("delta", 1), 1 / options.get("delta", 1)) > 1e3:
                continue  # outside the smaller types
            settings_ = {**options, "reduction": reduction}
            for got, want in zip(
                value_and_slopes(ours, given, settings_),
                value_and_slopes(torchs, given, settings_),
                strict=True,
            ):
                torch.testing.assert_close(got, want, rtol=tolerance, atol=tolerance, equal_nan=True)


def test_extremes_behave_as_in_torch() -> None:
    extremes = [math.inf, -math.inf, math.nan, 1e200, -1e200, 1e-200, 0.0, 1.0, -1.0]
    input, target = (
        torch.tensor(extremes, dtype=torch.float64),
        torch.zeros(len(extremes), dtype=torch.float64),
    )
    for name in ("l1", "huber", "smooth_l1"):
        ours, torchs = PAIRS[name]
        for options in OPTIONS[name]:
            settings_ = {**options, "reduction": "none", **({"weight": None} if "weight" in options else {})}
            got = value_and_slopes(ours, [input, target, target], settings_)
            want = value_and_slopes(torchs, [input, target, target], settings_)
            torch.testing.assert_close(got[0], want[0], rtol=1e-12, atol=0, equal_nan=True)
            torch.testing.assert_close(got[1], want[1], rtol=1e-12, atol=0, equal_nan=True)


def test_an_infinite_delta_is_half_the_square() -> None:
    input, target, _ = draw((6,), 0)
    got = value_and_slopes(huber_loss, [input, target, target], {"delta": math.inf})
    want = value_and_slopes(lambda p, t: functional.mse_loss(p, t) / 2, [input, target, target], {})
    for ours, torchs in zip(got, want, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=0)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_first_and_second_derivatives_agree_with_finite_differences(reduction: str) -> None:
    input, target, third = (tensor.requires_grad_() for tensor in draw((5,), 1))
    calls: tuple[Callable[[Tensor, Tensor, Tensor], Tensor], ...] = (
        lambda p, t, w: l1_loss(p, t, reduction=reduction, weight=w),
        lambda p, t, w: huber_loss(p, t, reduction, 0.7, w),
        lambda p, t, _: smooth_l1_loss(p, t, reduction=reduction, beta=0.7),
        lambda p, t, _: pinball_loss(p, t, 0.3, reduction),
        lambda p, t, v: gaussian_nll_loss(p, t, v, full=True, reduction=reduction),
    )
    for call in calls:
        assert torch.autograd.gradcheck(call, (input, target, third))
        assert torch.autograd.gradgradcheck(call, (input, target, third))


def test_second_derivatives_equal_torchs_away_from_the_kink_and_are_documented_there() -> None:
    def second(loss: Callable[..., Tensor], **options: float) -> Any:
        error = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
        value = loss(error, torch.zeros_like(error), reduction="sum", **options)
        (slope,) = torch.autograd.grad(value, error, create_graph=True)
        return torch.autograd.grad(slope.sum(), error)[0].tolist()

    edge = 0 if torch.__version__ >= TorchVersion("2.14") else 1  # the slope of clamp at its ends
    assert second(huber_loss, delta=1.0) == [0, edge, 1, 1, 1, edge, 0]
    assert second(functional.huber_loss, delta=1.0) == [0, 0, 1, 1, 1, 0, 0]
    assert second(smooth_l1_loss, beta=1.0) == [0, edge, 1, 1, 1, edge, 0]
    assert second(functional.smooth_l1_loss, beta=1.0) == [0, 0, 1, 1, 1, 0, 0]


def test_slopes_at_the_kinks() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    kinks: list[tuple[Callable[[Tensor, Tensor], Tensor], float]] = [
        (l1_loss, 0.0),
        (huber_loss, 0.0),
        (lambda p, t: pinball_loss(p, t, 0.9), -0.4),
        (lambda p, t: pinball_loss(p, t, 0.5), 0.0),
    ]
    for loss, slope in kinks:
        p = zero.clone().requires_grad_()
        (got,) = torch.autograd.grad(loss(p, zero), p)
        assert got.item() == pytest.approx(slope, abs=1e-15)


finite = st.floats(-1e3, 1e3, allow_nan=False)


@settings(max_examples=50, deadline=None)
@given(st.lists(finite, min_size=1, max_size=9), finite, st.floats(0.01, 0.99), st.floats(0.01, 100))
def test_relations_between_the_losses(values: list[float], at: float, q: float, delta: float) -> None:
    t = torch.tensor(values, dtype=torch.float64)
    p = torch.full_like(t, at)
    huber, smooth = huber_loss(p, t, delta=delta), smooth_l1_loss(p, t, beta=delta)
    torch.testing.assert_close(huber, smooth * delta, rtol=1e-9, atol=1e-9)
    assert huber <= torch.minimum(mse_loss(p, t) / 2, delta * l1_loss(p, t)) * (1 + 1e-12) + 1e-12
    both = pinball_loss(p, t, q) + pinball_loss(p, t, 1 - q)
    torch.testing.assert_close(both, l1_loss(p, t), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(pinball_loss(p, t, q), pinball_loss(-p, -t, 1 - q), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(2 * gaussian_nll_loss(p, t, 1.0), mse_loss(p, t), rtol=1e-9, atol=1e-9)


def test_pinball_by_hand_and_its_minimiser() -> None:
    t = torch.tensor([1.0, 2.0, 3.0, 4.0, 100.0], dtype=torch.float64)
    low, high = torch.tensor([0.0, 10.0], dtype=torch.float64).unbind()
    target = torch.tensor(4.0, dtype=torch.float64)
    assert pinball_loss(low, target, 0.9).item() == pytest.approx(0.9 * 4)
    assert pinball_loss(high, target, 0.9).item() == pytest.approx(0.1 * 6)
    for q, best in ((0.1, 1.0), (0.3, 2.0), (0.5, 3.0), (0.7, 4.0), (0.9, 100.0)):
        losses = [pinball_loss(torch.full_like(t, c), t, q).item() for c in t.tolist()]
        assert t[losses.index(min(losses))].item() == best


def test_gaussian_nll_is_minus_the_log_density() -> None:
    input, target, var = draw((4,), 5)
    density = torch.distributions.Normal(input, var.sqrt()).log_prob(target)
    torch.testing.assert_close(gaussian_nll_loss(input, target, var, True, reduction="none"), -density)


OLD = torch.__version__ < "2.10"  # takes a variance that is shared along the last dimension only


@pytest.mark.parametrize("full", [False, True])
def test_every_shape_of_variance_that_torch_takes(full: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    shapes: dict[tuple[int, ...], list[tuple[int, ...]]] = {
        (): [()],
        (3,): [(3,), (), (1,)],
        (2, 3): [(2, 3), (2,), (2, 1), (1, 3)],
        (2, 2): [(2, 2), (2,), (2, 1), (1, 2)],
        (4, 3, 2): [(4, 3, 2), (4, 3), (4, 3, 1), (4, 1, 2), (1, 3, 2)],
        (0, 3): [(0, 3), (0,), (0, 1)],
    }
    for shape, var_shapes in shapes.items():
        for var_shape in var_shapes:
            if OLD and len(var_shape) == len(shape) and var_shape[:-1] != shape[:-1]:
                continue
            var = torch.rand(var_shape, generator=generator, dtype=torch.float64) + 0.1
            given = [*draw(shape, 4)[:2], var]
            for reduction in REDUCTIONS:
                options = {"var": True, "full": full, "reduction": reduction}
                got = value_and_slopes(gaussian_nll_loss, given, options)
                want = value_and_slopes(functional.gaussian_nll_loss, given, options)
                for ours, torchs in zip(got, want, strict=True):
                    torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=1e-12, equal_nan=True)
    input, target, _ = draw((3,), 4)
    ours, torchs = (f(input, target, 0.5, full) for f in PAIRS["gaussian_nll"])
    torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=0)


def test_a_variance_below_eps_keeps_its_slope() -> None:
    input, target = torch.zeros(3, dtype=torch.float64), torch.tensor([0.0, 0.0, 2.0], dtype=torch.float64)
    given = [input, target, torch.tensor([0.0, 0.3, 1e-9], dtype=torch.float64)]
    options = {"var": True, "eps": 0.25, "reduction": "sum"}
    got = value_and_slopes(gaussian_nll_loss, given, options)
    want = value_and_slopes(functional.gaussian_nll_loss, given, options)
    for ours, torchs in zip(got, want, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=0)
    assert got[3].tolist() == pytest.approx([2.0, 1 / 0.6, (4 - 64) / 2])
    assert given[2].tolist() == [0.0, 0.3, 1e-9]  # the caller's tensor is as it was


def test_weighted_means_divide_differently() -> None:
    input, target = torch.tensor([1.0, 3.0]), torch.zeros(2)
    weight = torch.tensor([1.0, 4.0])
    assert l1_loss(input, target, weight=weight).item() == pytest.approx(13 / 5)
    assert huber_loss(input, target, weight=weight).item() == pytest.approx((0.5 + 4 * 2.5) / 2)


A = torch.zeros(3)


@pytest.mark.parametrize("shape", [(2,), (1, 1), (1, 3), (3, 2)], ids=str)
def test_torch_refuses_the_same_shapes_of_variance(shape: tuple[int, ...]) -> None:
    input = torch.zeros((2, 3) if shape == (1, 1) else (3,))
    for loss in PAIRS["gaussian_nll"]:
        with pytest.raises(ValueError, match=r"size|fit"):
            loss(input, input, torch.ones(shape))


def test_an_option_may_be_a_tensor_of_one_number() -> None:
    far = torch.tensor([0.1, 1.0, -3.0])
    option: Any = torch.tensor(0.5)
    assert torch.equal(huber_loss(far, A, delta=option), huber_loss(far, A, delta=0.5))


def test_weights_multiply_where_there_are_any() -> None:
    assert weigh(A, None) is A
    assert weigh(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 4.0])).tolist() == [1.0, 12.0]


def with_where(error: Tensor) -> Tensor:
    size = error.abs()
    return torch.where(size < 1.0, 0.5 * size**2, size - 0.5)


def test_only_an_infinite_slope_of_the_other_branch_spoils_the_gradient() -> None:
    def slopes(form: Callable[[Tensor], Tensor], *errors: float) -> list[float]:
        error = torch.tensor(errors, requires_grad=True)
        form(error).sum().backward()
        assert error.grad is not None
        return error.grad.tolist()

    def ours(error: Tensor) -> Tensor:
        return huber_loss(error, torch.zeros_like(error), "none")

    assert math.isinf(1e25**2 * torch.tensor(1.0))  # the value of the square overflows in 32 bits
    assert slopes(with_where, 3.0, 1e25) == slopes(ours, 3.0, 1e25) == [1.0, 1.0]
    assert math.isnan(slopes(with_where, math.inf)[0])
    assert slopes(ours, math.inf) == [1.0]
    exponential = slopes(lambda x: torch.where(x < 1, x.exp(), x), 200.0)  # an infinite slope
    assert math.isnan(exponential[0])


def centres(loss: Callable[..., Tensor], values: Tensor) -> Tensor:
    low, high = values.amin(1, keepdim=True), values.amax(1, keepdim=True)
    for _ in range(50):
        c = ((low + high) / 2).requires_grad_()
        (slope,) = torch.autograd.grad(loss(c.expand_as(values), values), c)
        c = c.detach()
        low, high = torch.where(slope > 0, low, c), torch.where(slope > 0, c, high)
    return c


def test_hubers_default_threshold_is_good_only_near_the_ordinary_deviation() -> None:
    generator = torch.Generator().manual_seed(7)
    bell = torch.randn(1000, 51, generator=generator, dtype=torch.float64)
    wild = torch.rand(1000, 51, generator=generator, dtype=torch.float64) < 0.1
    mixed = torch.where(wild, 10 * bell, bell)

    def off(loss: Callable[..., Tensor], deviation: float) -> float:
        return centres(loss, deviation * mixed).square().mean().sqrt().item() / deviation

    median = off(l1_loss, 1.0)
    assert off(huber_loss, 1.0) < 0.95 * median < 0.5 * off(mse_loss, 1.0)
    assert off(huber_loss, 0.1) > 1.7 * median  # on its way to the mean
    assert off(huber_loss, 10.0) == pytest.approx(median, rel=0.05)


def test_quantiles_hold_four_in_five_of_the_points_that_taught_them_and_fewer_new_ones() -> None:
    generator = torch.Generator().manual_seed(3)
    seen, new = torch.rand(2, 500, 11, generator=generator, dtype=torch.float64)
    ends = []
    for q in (0.1, 0.9):  # each row's own pair of ends: as free as a model can be
        each = pinball_loss(
            seen.unsqueeze(2).expand(500, 11, 11), seen.unsqueeze(1).expand(500, 11, 11), q, "none"
        )
        ends.append(seen.gather(1, each.mean(2).argmin(1, keepdim=True)))
    held, fresh = (((ends[0] <= y) & (y <= ends[1])).double().mean().item() for y in (seen, new))
    assert held == pytest.approx(9 / 11)
    assert fresh == pytest.approx(8 / 12, abs=0.03)  # the expected share between two order statistics
