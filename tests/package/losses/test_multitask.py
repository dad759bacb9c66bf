"""Several losses: against torch's Gaussian likelihood, closed forms, and plain Python."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lessons_pkg.losses import uncertainty_weighted
from lessons_pkg.losses.multitask import project_conflicting

pairs = st.lists(st.tuples(st.floats(1e-3, 1e6), st.floats(-8, 12)), min_size=0, max_size=5)


def columns(rows: list[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    table = torch.tensor(rows, dtype=torch.float64).reshape(-1, 2)
    return table[:, 0].clone().requires_grad_(), table[:, 1].clone().requires_grad_()


@settings(max_examples=50, deadline=None)  # the first call of all loads for a while
@given(pairs)
def test_value_and_gradients_equal_torchs_gaussian_likelihood(rows: list[tuple[float, float]]) -> None:
    losses, s = columns(rows)
    zeros = torch.zeros_like(losses)
    ours = uncertainty_weighted(losses, s)
    torchs = functional.gaussian_nll_loss(losses.sqrt(), zeros, s.exp(), eps=1e-12, reduction="sum")
    torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=1e-12)
    for leaf in (losses, s):
        (our_slope,) = torch.autograd.grad(ours, leaf, retain_graph=True)
        (torch_slope,) = torch.autograd.grad(torchs, leaf, retain_graph=True)
        torch.testing.assert_close(our_slope, torch_slope, rtol=1e-12, atol=1e-12)


@settings(max_examples=50)
@given(pairs.filter(bool), st.floats(1e-3, 1e3))
def test_least_value_and_change_of_units(rows: list[tuple[float, float]], c: float) -> None:
    losses, s = columns(rows)
    total = uncertainty_weighted(losses, s).item()
    best = losses.detach().log().requires_grad_()
    least = uncertainty_weighted(losses, best)
    (slope,) = torch.autograd.grad(least, best)
    torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-12)
    assert math.isclose(least.item(), sum(0.5 + 0.5 * math.log(loss) for loss, _ in rows), abs_tol=1e-9)
    assert total >= least.item() - 1e-9
    moved = uncertainty_weighted(c * losses, s + math.log(c)).item()
    assert math.isclose(moved, total + 0.5 * len(rows) * math.log(c), rel_tol=1e-9, abs_tol=1e-9)


def test_derivatives_and_any_shape() -> None:
    losses = torch.tensor([[4.0, 0.01, 1.0], [7.3, 2.0, 0.5]], dtype=torch.float64, requires_grad=True)
    s = torch.tensor([[1.0, -4.0, 0.0], [2.0, 9.0, -1.0]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(uncertainty_weighted, (losses, s))
    assert torch.autograd.gradgradcheck(uncertainty_weighted, (losses, s))
    (by_s,) = torch.autograd.grad(uncertainty_weighted(losses, s), s)
    torch.testing.assert_close(by_s, 0.5 - 0.5 * losses.detach() * torch.exp(-s.detach()))
    assert uncertainty_weighted(losses, s).shape == ()
    assert uncertainty_weighted(torch.tensor(0.0), torch.tensor(-3.0)).item() == -1.5
    assert math.isnan(uncertainty_weighted(torch.tensor([math.nan]), torch.zeros(1)).item())
    assert uncertainty_weighted(losses.float(), s.float()).dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_solved_task_has_no_nan_however_small_its_variance(dtype: torch.dtype) -> None:
    s = torch.tensor([-1000.0], dtype=dtype, requires_grad=True)
    total = uncertainty_weighted(torch.zeros(1, dtype=dtype), s)
    (slope,) = torch.autograd.grad(total, s)
    assert total.item() == -500
    assert slope.item() == 0.5
    (by_loss,) = torch.autograd.grad(
        uncertainty_weighted(loss := torch.zeros(1, dtype=dtype, requires_grad=True), s), loss
    )
    assert by_loss.isfinite()


def test_form_for_classification_is_the_same_function_moved() -> None:
    for loss, s in [(0.4, -1.0), (2.0, 0.3), (0.01, -5.0)]:
        moved = torch.tensor([s - math.log(2)], dtype=torch.float64)
        ours = uncertainty_weighted(torch.tensor([loss], dtype=torch.float64), moved).item()
        assert ours + 0.5 * math.log(2) == pytest.approx(math.exp(-s) * loss + 0.5 * s, rel=1e-14)


def in_plain_python(rows: list[list[float]], orders: list[list[int]]) -> list[list[float]]:
    result = []
    for i, order in enumerate(orders):
        row = list(rows[i])
        for j in order:
            dot = sum(a * b for a, b in zip(row, rows[j], strict=True))
            if i != j and dot < 0:
                size = sum(b * b for b in rows[j])
                row = [a - dot / size * b for a, b in zip(row, rows[j], strict=True)]
        result.append(row)
    return result


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 5))
def test_projection_equals_plain_python(seed: int, tasks: int, size: int) -> None:
    g = torch.randn(tasks, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    orders = torch.Generator().manual_seed(7)
    drawn = [torch.randperm(tasks, generator=orders).tolist() for _ in range(tasks)]
    given_rows = g.tolist()
    ours = project_conflicting(g, generator=torch.Generator().manual_seed(7))
    expected = torch.tensor(in_plain_python(given_rows, drawn), dtype=torch.float64).reshape(tasks, size)
    torch.testing.assert_close(ours, expected, rtol=1e-10, atol=1e-10)
    assert g.tolist() == given_rows, "the argument stays as it was"


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.floats(-6, 6))
def test_two_tasks_neither_loses(seed: int, power: float) -> None:
    g = torch.randn(2, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    result = project_conflicting(g)
    if g[0] @ g[1] >= 0:
        assert torch.equal(result, g)
        return
    cosine = functional.cosine_similarity(g[0], g[1], dim=0)
    expected = g.square().sum(1) * (1 - cosine**2)  # what the sum does for each of the two
    torch.testing.assert_close(g @ result.sum(0), expected, rtol=1e-9, atol=1e-9)
    scaled = project_conflicting(torch.stack([g[0], 10**power * g[1]]))
    torch.testing.assert_close(scaled[0], result[0], rtol=1e-9, atol=1e-9)


def test_projection_in_extremes() -> None:
    for size in (1e-200, 1e200):
        g = size * torch.tensor([[4.0, 2.0], [-2.0, 2.0]], dtype=torch.float64)
        expected = torch.tensor([[3.0, 3.0], [-1.2, 2.4]], dtype=torch.float64)
        torch.testing.assert_close(project_conflicting(g) / size, expected, rtol=1e-12, atol=1e-12)
    with_zeros = torch.tensor([[1.0, -1.0], [0.0, 0.0]])
    assert torch.equal(project_conflicting(with_zeros), with_zeros)
    opposite = torch.tensor([[1.0, 2.0], [-3.0, -6.0]])
    assert project_conflicting(opposite).abs().max() < 1e-6
    assert project_conflicting(opposite).dtype == torch.float32


def test_projection_draws_its_orders() -> None:
    g = torch.tensor([[1.0, 1.0], [-2.0, 1.0], [1.0, -3.0]])
    seen = {
        tuple(project_conflicting(g, generator=torch.Generator().manual_seed(k)).flatten().tolist())
        for k in range(30)
    }
    assert len(seen) > 1


def test_pcgrads_promise_holds_along_minus_d_and_not_along_adams_step() -> None:
    """Neither task gets worse to first order, says the theorem; an optimizer that stretches axes breaks it."""
    g = torch.tensor([[4.0, 0.0], [-2.0, 1.0]], dtype=torch.float64)
    d = project_conflicting(g).sum(0)
    assert (g @ -d).max() < 0
    p = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    p.grad = d.clone()
    torch.optim.Adam([p], lr=0.1).step()  # its first step has the same length along each axis
    assert (g @ p.detach()).max().item() == pytest.approx(0.1)
