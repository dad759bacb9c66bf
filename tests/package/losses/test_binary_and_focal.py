"""nll_loss, the binary losses and the focal ones: against torch, plain Python and closed forms."""

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

from lessons_pkg import losses
from lessons_pkg.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
    logsigmoid,
    nll_loss,
    sigmoid_focal_loss,
    softmax_focal_loss,
)

TOLERANCE = {torch.float64: 1e-12, torch.float32: 4e-6, torch.bfloat16: 2**-5}
REDUCTIONS = ("mean", "sum", "none")


def drawn(shape: tuple[int, ...], seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def require_equal(name: str, leaf: Tensor, *arguments: Any, **options: Any) -> None:
    """Value and gradient are torch's."""
    found = []
    for module in (losses, functional):
        value = getattr(module, name)(leaf, *arguments, **options)
        found.append((value, *torch.autograd.grad(value.sum(), leaf)))
    for ours, torchs in zip(*found, strict=True):
        assert (ours.shape, ours.dtype) == (torchs.shape, torchs.dtype)
        tolerance = TOLERANCE[leaf.dtype]
        assert torch.allclose(ours, torchs, rtol=tolerance, atol=tolerance, equal_nan=True), (ours, torchs)


@pytest.mark.parametrize("shape", [(5,), (6, 3), (0, 5), (4, 5, 3), (2, 3, 2, 2), (2, 3, 0), (7, 1)], ids=str)
def test_nll_loss_equals_torch(shape: tuple[int, ...]) -> None:
    classes, rest = shape[min(1, len(shape) - 1)], shape[:1] * (len(shape) > 1) + shape[2:]
    y = torch.randint(0, classes, rest, generator=torch.Generator().manual_seed(1))
    ignored = y.where(torch.arange(y.numel()).reshape(rest) % 2 == 0, -100)
    for dtype, reduction in itertools.product((torch.float64, torch.float32), REDUCTIONS):
        values = drawn(shape, dtype=dtype).requires_grad_()
        weight = torch.linspace(0.25, 2, classes).to(dtype)
        for w, target in itertools.product((None, weight), (y, ignored, torch.full_like(y, -100))):
            require_equal("nll_loss", values, target, w, reduction=reduction)
        require_equal("nll_loss", values, y, ignore_index=0, reduction=reduction)


def test_nll_loss_at_infinity_and_nan_is_torchs() -> None:
    rows = [[0.0, -math.inf], [-math.inf, -1.0], [math.nan, -2.0], [-3.0, math.inf]]
    values = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    some = torch.tensor([0.0, 2.0], dtype=torch.float64)
    for y, weight, reduction in itertools.product(
        ([0] * 4, [1] * 4, [0, 0, -100, 1]), (None, some, some * 0), REDUCTIONS
    ):
        require_equal("nll_loss", values, torch.tensor(y), weight, reduction=reduction)


def test_nll_of_log_softmax_is_cross_entropy() -> None:
    z, y, w = drawn((6, 4, 2)), torch.arange(12).reshape(6, 2) % 4, torch.linspace(1, 2, 4).double()
    for reduction in REDUCTIONS:
        two = nll_loss(log_softmax(z, 1), y, w, ignore_index=3, reduction=reduction)
        assert torch.equal(two, cross_entropy(z, y, w, ignore_index=3, reduction=reduction))


def factors(shape: tuple[int, ...], dtype: torch.dtype) -> list[Tensor | None]:
    weight = (drawn(shape, 5).abs() + 0.1).to(dtype)
    return [None, weight, weight[..., :1]] if shape else [None, weight]


@pytest.mark.parametrize("targets", ["hard", "soft"])
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("shape", [(), (4,), (3, 5), (2, 3, 2), (0,), (0, 3)], ids=str)
def test_binary_losses_equal_torch(shape: tuple[int, ...], dtype: torch.dtype, targets: str) -> None:
    t = drawn(shape, 2).sigmoid()
    t = (t.round() if targets == "hard" else t).to(dtype)
    for reduction, weight in itertools.product(REDUCTIONS, factors(shape, dtype)):
        p = drawn(shape, 1).sigmoid().to(dtype).requires_grad_()
        require_equal("binary_cross_entropy", p, t, weight, reduction=reduction)
        for size, pos_weight in itertools.product((1.0, 1e3), factors(shape, dtype)):
            x = (size * drawn(shape, 1)).to(dtype).requires_grad_()
            options = {"reduction": reduction, "pos_weight": pos_weight}
            require_equal("binary_cross_entropy_with_logits", x, t, weight, **options)


def test_factors_of_another_type_take_that_of_the_loss() -> None:
    t, factor = drawn((4,), 2).sigmoid().float(), drawn((4,), 5).abs()
    for reduction in REDUCTIONS:
        p, x = drawn((4,)).sigmoid().float().requires_grad_(), drawn((4,)).float().requires_grad_()
        require_equal("binary_cross_entropy", p, t, factor, reduction=reduction)
        require_equal("binary_cross_entropy_with_logits", x, t, factor, reduction=reduction)
        require_equal("binary_cross_entropy_with_logits", x, t, pos_weight=factor, reduction=reduction)


def test_probabilities_at_the_ends_have_torchs_clamp_and_torchs_slope() -> None:
    ends = [0.0, 1e-320, 1e-50, 1e-14, 1e-12, 0.3, 1 - 1e-14, 1 - 2**-53, 1.0]
    p, t = (
        torch.tensor(part, dtype=torch.float64)
        for part in zip(*itertools.product(ends, (0.0, 0.5, 1.0)), strict=True)
    )
    for reduction in REDUCTIONS:
        require_equal("binary_cross_entropy", p.clone().requires_grad_(), t, reduction=reduction)
    for dtype in (torch.float32,):
        single = p.to(dtype).requires_grad_()
        require_equal("binary_cross_entropy", single, t.to(dtype), reduction="none")
    found = binary_cross_entropy(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0]), reduction="none")
    assert found.tolist() == [100.0, 100.0]


def test_torch_func_is_told_what_is_missing() -> None:
    p, t = torch.full((2,), 0.25), torch.ones(2)
    slope = torch.func.grad(functional.binary_cross_entropy)(p, t)  # torch's own has one
    torch.testing.assert_close(slope, torch.full((2,), -2.0))
    with pytest.raises(RuntimeError, match="setup_context"):
        torch.func.grad(binary_cross_entropy)(p, t)


def test_slope_by_the_target_is_torchs() -> None:
    p, t = drawn((4,)).sigmoid(), drawn((4,), 1).sigmoid().requires_grad_()
    slopes = [
        torch.autograd.grad(f(p, t), t)[0] for f in (binary_cross_entropy, functional.binary_cross_entropy)
    ]
    torch.testing.assert_close(*slopes, rtol=1e-12, atol=1e-15)


@given(st.floats(-1e4, 1e4), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_binary_losses_agree_with_two_classes_and_plain_python(x: float, t: float) -> None:
    logit, target = (
        torch.tensor(x, dtype=torch.float64, requires_grad=True),
        torch.tensor(t, dtype=torch.float64),
    )
    value = binary_cross_entropy_with_logits(logit, target)
    soft_plus = max(-x, 0.0) + math.log1p(math.exp(-abs(x)))
    assert value.item() == pytest.approx((1 - t) * x + soft_plus, rel=1e-12, abs=1e-12)
    (slope,) = torch.autograd.grad(value, logit)
    assert slope.item() == pytest.approx(torch.sigmoid(logit).item() - t, abs=1e-12)
    pair = torch.stack([torch.zeros_like(logit), logit])
    both = cross_entropy(pair, torch.stack([1 - target, target]))
    assert both.item() == pytest.approx(value.item(), rel=1e-12, abs=1e-12)
    if abs(x) < 30:
        again = binary_cross_entropy(torch.sigmoid(logit), target)
        assert again.item() == pytest.approx(value.item(), rel=1e-2)


def test_logsigmoid_equals_torch_at_zero_and_far_out() -> None:
    x = torch.tensor(
        [0.0, -0.0, 1e-9, 3.0, -3.0, 50.0, -50.0, 1e4, -1e4, math.inf, -math.inf], dtype=torch.float64
    )
    require_equal("logsigmoid", x.requires_grad_())
    slopes = torch.autograd.grad(logsigmoid(x).sum(), x, create_graph=True)[0]
    curvature = torch.autograd.grad(slopes.sum(), x)[0]
    s = torch.sigmoid(x.detach())
    torch.testing.assert_close(curvature[:9], (-s * (1 - s))[:9], rtol=1e-12, atol=1e-15)


def test_derivatives_agree_with_finite_differences() -> None:
    x = torch.tensor([-2.0, 0.0, 0.7, 3.0], dtype=torch.float64, requires_grad=True)
    t = torch.tensor([0.0, 1.0, 0.25, 1.0], dtype=torch.float64)
    z, y = drawn((3, 4)).requires_grad_(), torch.tensor([0, 2, 1])
    alpha = torch.linspace(0.5, 2, 4).double()
    functions: list[tuple[Callable[..., Tensor], Tensor]] = [
        (lambda v: binary_cross_entropy_with_logits(v, t, pos_weight=alpha), x),
        (lambda v: binary_cross_entropy(torch.sigmoid(v), t), x),
        (lambda v: sigmoid_focal_loss(v, t, reduction="sum"), x),
        (lambda v: sigmoid_focal_loss(v, t, alpha=-1, gamma=0.5, reduction="mean"), x),
        (lambda v: softmax_focal_loss(v, y, alpha), z),
        (lambda v: softmax_focal_loss(v, y, gamma=0.5, reduction="mean"), z),
        (lambda v: nll_loss(v, y, alpha), z),
    ]
    for function, leaf in functions:
        assert torch.autograd.gradcheck(function, (leaf,))
        assert torch.autograd.gradgradcheck(function, (leaf,))


def by_documentation(x: float, t: float, alpha: float, gamma: float) -> float:
    """torchvision's documented formula, in plain Python."""
    p = 1 / (1 + math.exp(-x))
    p_t = p * t + (1 - p) * (1 - t)
    loss: float = (-t * math.log(p) - (1 - t) * math.log(1 - p)) * (1 - p_t) ** gamma
    return loss * (alpha * t + (1 - alpha) * (1 - t)) if alpha >= 0 else loss


@given(
    st.floats(-15, 15),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([-1.0, 0.0, 0.25, 1.0]),
    st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0]),
)
@settings(max_examples=100, deadline=None)
def test_sigmoid_focal_loss_is_the_documented_formula(x: float, t: float, alpha: float, gamma: float) -> None:
    logit, target = (
        torch.tensor(x, dtype=torch.float64, requires_grad=True),
        torch.tensor(t, dtype=torch.float64),
    )
    value = sigmoid_focal_loss(logit, target, alpha, gamma)
    assert value.item() == pytest.approx(by_documentation(x, t, alpha, gamma), rel=1e-8, abs=1e-12)
    (slope,) = torch.autograd.grad(value, logit)
    nudged = [by_documentation(x + h, t, alpha, gamma) for h in (-1e-5, 1e-5)]
    assert slope.item() == pytest.approx((nudged[1] - nudged[0]) / 2e-5, rel=1e-4, abs=1e-6)


def test_sigmoid_focal_loss_defaults_and_reductions() -> None:
    x, t = drawn((4, 3)), drawn((4, 3), 1).sigmoid().round()
    expected = [
        by_documentation(a, b, 0.25, 2)
        for a, b in zip(x.flatten().tolist(), t.flatten().tolist(), strict=True)
    ]
    assert sigmoid_focal_loss(x, t).flatten().tolist() == pytest.approx(expected, rel=1e-12)
    assert sigmoid_focal_loss(x, t, reduction="sum").item() == pytest.approx(sum(expected), rel=1e-12)
    assert sigmoid_focal_loss(x, t, reduction="mean").item() == pytest.approx(sum(expected) / 12, rel=1e-12)
    plain = binary_cross_entropy_with_logits(x, t, reduction="none")
    assert torch.equal(sigmoid_focal_loss(x, t, alpha=-1, gamma=0), plain)


def test_softmax_focal_loss_in_plain_python_and_in_its_limits() -> None:
    z, y, alpha = (
        drawn((5, 3)),
        torch.tensor([0, 2, 1, 1, 0]),
        torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64),
    )
    expected = []
    for row, k in zip(z.tolist(), y.tolist(), strict=True):
        p = math.exp(row[k]) / sum(map(math.exp, row))
        expected.append(alpha[k].item() * (1 - p) ** 2 * -math.log(p))
    assert softmax_focal_loss(z, y, alpha).tolist() == pytest.approx(expected, rel=1e-12)
    assert softmax_focal_loss(z, y, alpha, reduction="mean").item() == pytest.approx(
        sum(expected) / 5, rel=1e-12
    )
    torch.testing.assert_close(softmax_focal_loss(z, y, gamma=0, reduction="mean"), cross_entropy(z, y))
    pair = torch.stack([torch.zeros(5).double(), z[:, 0]], 1)
    two = softmax_focal_loss(pair, y.clamp(max=1))
    torch.testing.assert_close(two, sigmoid_focal_loss(z[:, 0], y.clamp(max=1).double(), alpha=-1))
    images, pixels = drawn((2, 3, 4, 4)), torch.arange(32).reshape(2, 4, 4) % 3
    assert softmax_focal_loss(images, pixels, alpha).shape == (2, 4, 4)
    assert softmax_focal_loss(z[0], y[0], alpha).shape == ()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_focal_losses_stay_finite_where_the_model_is_sure(gamma: float, dtype: torch.dtype) -> None:
    x = torch.tensor([17.0, -17.0, 1e4, -1e4, 1e4, -1e4], dtype=dtype, requires_grad=True)
    t = torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0, 1.0], dtype=dtype)
    value = sigmoid_focal_loss(x, t, alpha=-1, gamma=gamma)
    (slope,) = torch.autograd.grad(value.sum(), x)
    assert value.isfinite().all()
    assert slope.isfinite().all()
    assert slope[4:].tolist() == pytest.approx([1.0, -1.0])
    pair = torch.stack([torch.zeros_like(x.detach()), x.detach()], 1).requires_grad_()
    value = softmax_focal_loss(pair, t.long(), gamma=gamma)
    (slope,) = torch.autograd.grad(value.sum(), pair)
    assert slope.isfinite().all()
    assert slope[4:, 1].tolist() == pytest.approx([1.0, -1.0])
