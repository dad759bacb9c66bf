"""Losses over pairs: against plain Python, formulas for the slope, and what is known of tables."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from lessons_pkg.losses import info_nce_loss, sigmoid_contrastive_loss

F64 = torch.float64
Loss = Callable[..., Tensor]
BOTH = [info_nce_loss, sigmoid_contrastive_loss]


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def cosines(query: Tensor, key: Tensor) -> list[list[float]]:
    def cosine(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)

    return [[cosine(q, k) for k in key.tolist()] for q in query.tolist()]


def surprise(scores: list[float], right: int) -> float:
    return math.log(sum(math.exp(score) for score in scores)) - scores[right]


def by_hand(loss: Loss, table: list[list[float]], temperature: float, bias: float = 0.0) -> float:
    n = len(table)
    z = [[s / temperature + bias for s in row] for row in table]
    if loss is info_nce_loss:
        columns = [list(column) for column in zip(*z, strict=True)]
        return sum(surprise(line, i) for way in (z, columns) for i, line in enumerate(way)) / (2 * n)
    signs = {(i, j): 1 if i == j else -1 for i, j in product(range(n), repeat=2)}
    return sum(math.log1p(math.exp(-sign * z[i][j])) for (i, j), sign in signs.items()) / n


@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 2), (5, 4)])
@pytest.mark.parametrize("temperature", [0.07, 0.5, 3.0])
@pytest.mark.parametrize("loss", BOTH)
def test_value_by_hand(loss: Loss, temperature: float, n: int, d: int) -> None:
    query, key = normal(n, d), normal(n, d, seed=1)
    options = {} if loss is info_nce_loss else {"bias": -1.5}
    wanted = by_hand(loss, cosines(query, key), temperature, **options)
    assert loss(query, key, temperature, **options).item() == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def slope_by_cosine(loss: Loss, table: Tensor, temperature: float, bias: float) -> Tensor:
    z, partner, n = table / temperature + bias, torch.eye(len(table), dtype=F64), len(table)
    if loss is info_nce_loss:
        return (z.softmax(1) + z.softmax(0) - 2 * partner) / (2 * n * temperature)
    return (z.sigmoid() - partner) / (n * temperature)


@pytest.mark.parametrize("loss", BOTH)
def test_gradient_is_the_formula_of_the_docstring(loss: Loss) -> None:
    """Rows of length 1 against the unit vectors as keys: the cosines are the entries."""
    query = torch.nn.functional.normalize(normal(4, 4), dim=1)
    options: dict[str, Any] = {"temperature": 0.3} | ({} if loss is info_nce_loss else {"bias": -2.0})
    leaf = query.clone().requires_grad_()
    (found,) = torch.autograd.grad(loss(leaf, torch.eye(4, dtype=F64), **options), leaf)
    by_entry = slope_by_cosine(loss, query, 0.3, options.get("bias", 0.0))
    along = (by_entry * query).sum(1, keepdim=True) * query  # a query's length does not count
    torch.testing.assert_close(found, by_entry - along, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("loss", BOTH)
def test_derivatives_agree_with_finite_differences(loss: Loss) -> None:
    leaves = [normal(3, 2, seed=k).requires_grad_() for k in (0, 1)]
    temperature = torch.tensor(0.4, dtype=F64, requires_grad=True)
    more = () if loss is info_nce_loss else (torch.tensor(-1.0, dtype=F64, requires_grad=True),)
    assert gradcheck(loss, (*leaves, temperature, *more))
    assert gradgradcheck(loss, (*leaves, temperature, *more))


@pytest.mark.parametrize("dtype", [F64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("loss", BOTH)
def test_type_and_length_of_the_rows(loss: Loss, dtype: torch.dtype) -> None:
    query, key = normal(4, 3), normal(4, 3, seed=1)
    found, wanted = loss(query.to(dtype), key.to(dtype)), loss(7 * query, key / 9)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), wanted, rtol={F64: 1e-12, torch.float32: 1e-5}.get(dtype, 0.1), atol=0)  # fmt: skip


@pytest.mark.parametrize("n", [2, 8, 64])
def test_what_knowing_nothing_costs(n: int) -> None:
    same = torch.ones(n, 3, dtype=F64)
    assert info_nce_loss(same, same).item() == pytest.approx(math.log(n))
    found = sigmoid_contrastive_loss(same, same, temperature=1.0, bias=-1.0).item()
    assert found == pytest.approx(n * math.log(2))


@pytest.mark.parametrize("loss", BOTH)
def test_order_of_the_pairs_does_not_count_and_roles_may_change(loss: Loss) -> None:
    query, key, order = normal(5, 3), normal(5, 3, seed=1), torch.tensor([3, 0, 4, 2, 1])
    value = loss(query, key)
    torch.testing.assert_close(loss(query[order], key[order]), value, rtol=1e-12, atol=0)
    torch.testing.assert_close(loss(key, query), value, rtol=1e-12, atol=0)
    assert loss(query[order], key).item() != pytest.approx(value.item())  # then they are other pairs
    assert math.isnan(loss(query * math.nan, key).item())


def test_a_batch_of_one_teaches_nothing() -> None:
    query = normal(1, 3).requires_grad_()
    value = info_nce_loss(query, normal(1, 3, seed=1))
    (slope,) = torch.autograd.grad(value, query)
    assert (value.item(), slope.abs().max().item()) == (0.0, 0.0)


def test_sigmoid_loss_is_finite_at_any_logit() -> None:
    query = torch.eye(3, dtype=F64).requires_grad_()
    value = sigmoid_contrastive_loss(query, -torch.eye(3, dtype=F64), 1e-4)
    (slope,) = torch.autograd.grad(value, query)
    assert value.item() == pytest.approx(1e4 + 10)
    assert slope.isfinite().all()
