"""cross_entropy and log_softmax, against torch over torch's own option space."""

import itertools
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lessons_pkg.losses import cross_entropy, log_softmax

SHAPES = [(5,), (1,), (1, 4), (6, 3), (7, 1), (0, 5), (4, 5, 3), (2, 3, 2, 2), (2, 3, 0)]
# float64: to rounding. The coarse types round at every step, torch's kernels only at the end.
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-6, torch.bfloat16: 2**-5, torch.float16: 2**-8}


def numbers_of(shape: tuple[int, ...], size: float, dtype: torch.dtype) -> tuple[Tensor, Tensor, int]:
    """Logits, class indices and the number of classes."""
    draw = torch.Generator().manual_seed(sum(shape) + len(shape))
    logits = (size * torch.randn(shape, generator=draw, dtype=torch.float64)).to(dtype).requires_grad_()
    classes = shape[min(1, len(shape) - 1)]
    rest = shape[:1] * (len(shape) > 1) + shape[2:]
    return logits, torch.randint(0, classes, rest, generator=draw), classes


def probabilities_like(logits: Tensor) -> Tensor:
    draw = torch.Generator().manual_seed(1)
    q = torch.rand(logits.shape, generator=draw, dtype=torch.float64) + 0.1
    return (q / q.sum(min(1, q.ndim - 1), keepdim=True)).to(logits.dtype)


def require_equal(logits: Tensor, *arguments: Any, **options: Any) -> None:
    tolerance = TOLERANCE[logits.dtype]
    found = []
    for function in (cross_entropy, functional.cross_entropy):
        value = function(logits, *arguments, **options)
        found.append((value, *torch.autograd.grad(value.sum(), logits)))
    for ours, torchs in zip(*found, strict=True):
        assert (ours.shape, ours.dtype) == (torchs.shape, torchs.dtype)
        assert torch.allclose(ours, torchs, rtol=tolerance, atol=tolerance, equal_nan=True), (ours, torchs)


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("target", ["index", "ignore-0", "ignore-some", "ignore-all", "probabilities"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_value_and_gradient_equal_torch(shape: tuple[int, ...], target: str, dtype: torch.dtype) -> None:
    logits, y, classes = numbers_of(shape, 1.0, dtype)
    options: dict[str, Any] = {"ignore_index": 0} if target == "ignore-0" else {}
    if target == "probabilities":
        y = probabilities_like(logits.detach())
    elif target == "ignore-some":
        y = y.where(torch.arange(y.numel()).reshape(y.shape) % 2 == 0, -100)
    elif target == "ignore-all":
        y = torch.full_like(y, -100)
    weights = torch.linspace(0.25, 2, classes).to(dtype)
    every = itertools.product((None, weights), (0.0, 0.1, 1.0), ("mean", "sum", "none"))
    few = ((None, 0.0, "mean"), (weights, 0.1, "sum"), (weights, 0.1, "none"), (weights, 0.0, "mean"))
    for weight, smoothing, reduction in every if dtype == torch.float64 else few:
        require_equal(logits, y, weight, label_smoothing=smoothing, reduction=reduction, **options)


def test_bytes_are_class_indices_where_torch_takes_them_and_elsewhere() -> None:
    logits, y, _ = numbers_of((6, 3), 1.0, torch.float64)
    require_equal(logits, y.byte())
    images, y, _ = numbers_of((2, 3, 2, 2), 1.0, torch.float64)
    assert torch.equal(cross_entropy(images, y.byte()), cross_entropy(images, y))


@pytest.mark.parametrize("target", ["index", "probabilities"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("size", [1e4, 1e-4, 0.0], ids=str)
def test_extreme_logits(size: float, reduction: str, target: str) -> None:
    logits, y, _ = numbers_of((6, 5), size, torch.float64)
    y = probabilities_like(logits.detach()) if target == "probabilities" else y
    require_equal(logits, y, reduction=reduction)
    require_equal(logits, y, reduction=reduction, label_smoothing=0.3)


ROW = [1.0, 2.0, -math.inf, 0.5]


@pytest.mark.parametrize("y", [0, 2], ids=["finite", "infinite"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_a_class_that_is_ruled_out(y: int, smoothing: float, weighted: bool) -> None:
    logits = torch.tensor([ROW, ROW], dtype=torch.float64, requires_grad=True)
    weight = torch.tensor([1.0, 2.0, 0.0, 1.0], dtype=torch.float64) if weighted else None
    require_equal(logits, torch.tensor([y, 1]), weight, label_smoothing=smoothing)
    if (y, smoothing) == (0, 0.0):
        assert cross_entropy(logits, torch.tensor([y, 1]), weight).isfinite()


def test_ruled_out_classes_and_probabilities_are_nan_as_in_torch() -> None:
    logits = torch.tensor([ROW], dtype=torch.float64, requires_grad=True)
    require_equal(logits, torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=torch.float64))


@pytest.mark.parametrize("value", [math.nan, math.inf], ids=str)
def test_values_that_are_no_numbers_behave_as_in_torch(value: float) -> None:
    logits = torch.tensor([[value, 1.0], [0.5, -1.0]], dtype=torch.float64, requires_grad=True)
    require_equal(logits, torch.tensor([1, 0]), reduction="none")
    require_equal(logits, torch.tensor([-100, 0]), reduction="none")


def test_weights_that_are_all_zero_and_zero_for_some() -> None:
    logits, y, classes = numbers_of((6, 3), 1.0, torch.float64)
    require_equal(logits, y, torch.zeros(classes, dtype=torch.float64))
    require_equal(logits, y, torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64))
    require_equal(logits, y, -torch.ones(classes, dtype=torch.float64), reduction="sum")


def test_an_ignored_byte_is_no_class() -> None:
    logits = torch.zeros(2, 200)
    assert cross_entropy(logits, torch.tensor([156, 3], dtype=torch.uint8)).item() == pytest.approx(
        math.log(200)
    )


def test_a_byte_that_wraps_to_the_ignored_index_is_no_class_either() -> None:
    with pytest.raises(ValueError, match=r"0\.\.99 or be ignore_index -100, got 156"):
        cross_entropy(torch.zeros(2, 100), torch.tensor([156, 3], dtype=torch.uint8))


def test_probabilities_of_another_float_type() -> None:
    logits, _, _ = numbers_of((6, 3), 1.0, torch.float32)
    q = probabilities_like(logits.detach().double())
    assert cross_entropy(logits, q).dtype == functional.cross_entropy(logits, q).dtype == torch.float64
    require_equal(logits, q)


def test_non_contiguous_input() -> None:
    logits, y, _ = numbers_of((5, 6), 1.0, torch.float64)
    require_equal(logits, y[:1].expand(5))
    turned = logits.detach().T.requires_grad_()
    require_equal(turned, torch.tensor([0, 1, 2, 3, 4, 0]))


@pytest.mark.parametrize("target", ["index", "probabilities"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_first_and_second_derivative_agree_with_finite_differences(
    target: str, reduction: str, smoothing: float
) -> None:
    logits, y, classes = numbers_of((3, 4), 1.0, torch.float64)
    weight = torch.linspace(0.5, 2, classes).double()
    options: dict[str, Any] = {"reduction": reduction, "label_smoothing": smoothing}
    if target == "index":
        y = y.where(torch.tensor([True, False, True]), -100)
        call = lambda z: cross_entropy(z, y, weight, **options)  # noqa: E731
        assert torch.autograd.gradcheck(call, (logits,))
        assert torch.autograd.gradgradcheck(call, (logits,))
    else:
        q = probabilities_like(logits.detach()).requires_grad_()
        weight.requires_grad_()
        both = lambda z, q, w: cross_entropy(z, q, w, **options)  # noqa: E731
        assert torch.autograd.gradcheck(both, (logits, q, weight))
        assert torch.autograd.gradgradcheck(both, (logits, q, weight))


def test_gradient_and_hessian_are_the_formulas_of_the_chapter() -> None:
    logits, y, classes = numbers_of((1, 5), 1.0, torch.float64)
    (slope,) = torch.autograd.grad(cross_entropy(logits, y), logits)
    p = torch.softmax(logits.detach(), 1)
    torch.testing.assert_close(slope, p - functional.one_hot(y, classes), rtol=1e-13, atol=1e-15)
    hessian = torch.autograd.functional.hessian(lambda z: cross_entropy(z, y[0]), logits.detach()[0])
    torch.testing.assert_close(hessian, torch.diag(p[0]) - torch.outer(p[0], p[0]), rtol=1e-13, atol=1e-15)


finite = st.floats(-1e3, 1e3, allow_nan=False)
rows = st.integers(1, 6).flatmap(
    lambda c: st.lists(st.lists(finite, min_size=c, max_size=c), min_size=1, max_size=5)
)


@given(rows, finite, st.integers(0, 5))
def test_properties(table: list[list[float]], shift: float, index: int) -> None:
    logits = torch.tensor(table, dtype=torch.float64, requires_grad=True)
    y = torch.full((len(table),), index % logits.shape[1])
    loss = cross_entropy(logits, y)
    assert loss >= 0
    torch.testing.assert_close(cross_entropy(logits + shift, y), loss, rtol=1e-9, atol=1e-9)
    (slope,) = torch.autograd.grad(loss, logits)
    assert slope.sum(1).abs().max() < 1e-12
    assert slope.abs().max() <= 1 / len(table) + 1e-12
    p = torch.softmax(logits.detach().flip(0), 1)
    divergence = functional.kl_div(log_softmax(logits, 1), p, reduction="batchmean")
    entropy = torch.special.entr(p).sum(1).mean()
    torch.testing.assert_close(cross_entropy(logits, p), entropy + divergence, rtol=1e-9, atol=1e-9)
    one_hot = functional.one_hot(y, logits.shape[1]).double()
    torch.testing.assert_close(cross_entropy(logits, one_hot), loss, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_log_softmax_equals_torch(dim: int, dtype: torch.dtype) -> None:
    logits = numbers_of((3, 4, 2), 3.0, dtype)[0]
    found = []
    for function in (log_softmax, functional.log_softmax):
        value = function(logits, dim)
        found.append((value, *torch.autograd.grad(value.square().sum(), logits)))
    for ours, torchs in zip(*found, strict=True):
        torch.testing.assert_close(ours, torchs, rtol=TOLERANCE[dtype], atol=40 * TOLERANCE[dtype])


@pytest.mark.parametrize(
    ("dtype", "gap"), [(torch.float16, 20), (torch.float32, 110), (torch.float32, 1e4)], ids=str
)
def test_log_softmax_stays_right_where_the_three_steps_break(dtype: torch.dtype, gap: float) -> None:
    z = torch.tensor([gap, 0.0], dtype=dtype, requires_grad=True)
    loss = -log_softmax(z, 0)[1]
    loss.backward()
    assert loss.item() == gap
    assert z.grad is not None
    assert z.grad.tolist() == [1.0, -1.0]
    assert not torch.softmax(z, 0).log()[1].isfinite()


Z, Y, Q, W = torch.zeros(3, 4), torch.tensor([0, 1, 2]), torch.full((3, 4), 0.25), torch.ones(4)


@pytest.mark.parametrize("index", [-1, -7, -100])
def test_with_probabilities_an_index_below_0_ignores_nothing_as_in_torch(index: int) -> None:
    q = torch.tensor([[0.2, 0.8], [0.0, 1.0]])
    z = torch.tensor([[1.0, -2.0], [0.5, 3.0]])
    wanted = functional.cross_entropy(z, q, ignore_index=index)
    torch.testing.assert_close(cross_entropy(z, q, ignore_index=index), wanted)


def test_under_autocast_torch_takes_32_bits_and_ours_what_it_gets() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = torch.eye(3, 4) @ torch.arange(16.0).reshape(4, 4).sin()
        assert logits.dtype == torch.bfloat16
        assert functional.cross_entropy(logits, Y).dtype == torch.float32
        assert cross_entropy(logits, Y).dtype == torch.bfloat16
        ours, torchs = cross_entropy(logits.float(), Y, W), functional.cross_entropy(logits, Y, W)
    torch.testing.assert_close(ours, torchs)


def test_the_edges_of_what_fits() -> None:
    assert cross_entropy(Z, torch.tensor([0, 3, 3]), label_smoothing=1.0).item() == pytest.approx(math.log(4))
    assert cross_entropy(Z, torch.tensor([0, 9, 3]), ignore_index=9).item() == pytest.approx(math.log(4))
    assert cross_entropy(Z[0], torch.tensor(3)).shape == ()
    assert cross_entropy(Z[0], Q[0], reduction="none").shape == ()


def test_gradient_of_each_example_by_vmap() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, target = (
        torch.randn(5, 3, generator=generator, dtype=torch.float64),
        torch.tensor([0, 1, 2, 1, 0]),
    )
    each = torch.func.vmap(torch.func.grad(cross_entropy))(logits, target)
    torchs = torch.func.vmap(torch.func.grad(functional.cross_entropy))(logits, target)
    torch.testing.assert_close(each, torchs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [math.inf, math.nan], ids=str)
def test_the_weight_of_an_absent_class_does_no_harm(size: float) -> None:
    logits = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64, requires_grad=True)
    weight = torch.tensor([2.0, 1.0, size], dtype=torch.float64)
    target = torch.tensor([0])
    for loss in (cross_entropy, functional.cross_entropy):
        (slope,) = torch.autograd.grad(loss(logits, target, weight), logits)
        torch.testing.assert_close(
            slope, logits.softmax(1).detach() - torch.tensor([[1.0, 0.0, 0.0]]).double()
        )
