"""Muon against torch.optim.Muon to the last bit, and the rounds against an SVD and their polynomial."""

import copy
import inspect
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from lessons_pkg.optim import Muon, orthogonalize
from tests.helpers.optim import numbers

TORCHS = getattr(torch.optim, "Muon", None)
needs_torchs = pytest.mark.skipif(TORCHS is None, reason="this torch has no Muon")
SHAPES = [(32, 16), (16, 32), (8, 8), (1, 5), (5, 1)]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"adjust_lr_fn": "match_rms_adamw"},
    {"adjust_lr_fn": "original", "eps": 1e-3},
    {"nesterov": False, "weight_decay": 0.0},
    {"momentum": 0.5, "ns_steps": 3, "ns_coefficients": (1.5, -0.5, 0.0)},
]
A, B, C = 3.4445, -4.7750, 2.0315


def torchs(params: Any, **options: Any) -> Any:
    """Torch's Muon, one matrix after the other where it can choose: batched, 16 bits round elsewhere."""
    assert TORCHS is not None
    if "foreach" in inspect.signature(TORCHS).parameters:
        options["foreach"] = False
    return TORCHS(params, **options)


def moved(make: Any, shape: tuple[int, int], steps: int, dtype: torch.dtype, **options: Any) -> Tensor:
    p = numbers(*shape, dtype=dtype).requires_grad_()
    optimizer = make([p], lr=0.02, **options)
    for step in range(steps):
        p.grad = numbers(*shape, seed=step + 1, dtype=dtype)
        optimizer.step()
    return p.detach()


@needs_torchs
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equals_torch_to_the_last_bit(shape: Any, options: dict[str, Any], dtype: torch.dtype) -> None:
    ours, theirs = (moved(make, shape, 12, dtype, **options) for make in (Muon, torchs))
    assert torch.equal(ours, theirs)


@needs_torchs
def test_defaults_are_torchs() -> None:
    matrix = torch.zeros(2, 2)
    ours, theirs = Muon([matrix]).defaults, torchs([matrix]).defaults
    assert ours == {name: theirs[name] for name in ours}
    assert set(theirs) - set(ours) <= {"foreach"}


@needs_torchs
@pytest.mark.parametrize("saved_by", [Muon, torchs], ids=["ours", "torchs"])
@pytest.mark.parametrize("loaded_by", [Muon, torchs], ids=["ours", "torchs"])
def test_state_goes_to_torch_and_back(saved_by: Any, loaded_by: Any) -> None:
    def on(p: Tensor, optimizer: Any, steps: range) -> None:
        for step in steps:
            p.grad = numbers(4, 3, seed=step)
            optimizer.step()

    p = numbers(4, 3).requires_grad_()
    first = saved_by([p], lr=0.05, momentum=0.8)
    on(p, first, range(3))
    saved, q = copy.deepcopy(first.state_dict()), p.detach().clone().requires_grad_()
    on(p, first, range(3, 6))
    second = loaded_by([q], lr=9.0)
    second.load_state_dict(saved)
    on(q, second, range(3, 6))
    assert torch.equal(p, q)


def polynomial(s: float, rounds: int) -> float:
    for _ in range(rounds):
        s = A * s + B * s**3 + C * s**5
    return s


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5)], ids=str)
@pytest.mark.parametrize("steps", [0, 1, 5])
def test_the_rounds_turn_nothing_and_change_singular_values_by_the_polynomial(shape: Any, steps: int) -> None:
    g = numbers(*shape, seed=3)
    u, s, vt = torch.linalg.svd(g, full_matrices=False)
    wanted = torch.tensor([polynomial(value, steps) for value in (s / g.norm()).tolist()])
    found = orthogonalize(g, steps, dtype=torch.float64)
    torch.testing.assert_close(found, u @ torch.diag(wanted.double()) @ vt, rtol=1e-6, atol=1e-6)


def test_five_rounds_bring_every_value_from_0_005_on_near_1() -> None:
    ends = [polynomial(0.005 + k * 0.995 / 5000, 5) for k in range(5001)]
    assert 0.68 < min(ends) < 0.69
    assert 1.15 < max(ends) < 1.16
    assert polynomial(1, 1) == pytest.approx(0.701)


def test_16_bits_stay_near_the_exact_answer() -> None:
    u, _ = torch.linalg.qr(numbers(12, 12))
    g = u @ torch.logspace(0, -1.5, 12, dtype=torch.float64).diag() @ u.T
    values = torch.linalg.svdvals(orthogonalize(g).double())
    assert 0.65 < values.min() < values.max() < 1.2
    assert orthogonalize(g).dtype == torch.bfloat16


def test_nothing_is_divided_by_0() -> None:
    assert orthogonalize(torch.zeros(3, 2)).tolist() == [[0, 0]] * 3


def test_is_the_formula_of_the_docstring() -> None:
    """In 64 bits with coefficients that leave X alone, a step is momentum of length 1, scaled."""
    p = numbers(4, 2).requires_grad_()
    theta, m = p.detach().clone(), torch.zeros(4, 2, dtype=torch.float64)
    optimizer = Muon([p], lr=0.1, weight_decay=0.3, momentum=0.6, ns_coefficients=(1.0, 0.0, 0.0))
    for seed in (1, 2, 3):
        p.grad = numbers(4, 2, seed=seed)
        optimizer.step()
        m = 0.6 * m + 0.4 * p.grad
        u = 0.6 * m + 0.4 * p.grad
        theta = (1 - 0.1 * 0.3) * theta - 0.1 * math.sqrt(4 / 2) * u / u.norm()
    torch.testing.assert_close(p.detach(), theta, rtol=0, atol=3e-3)  # the step has 8 bits


def test_a_momentum_buffer_of_16_bits_is_kept_as_it_is() -> None:
    """Torch 2.13 divides it by its norm without nesterov; see the docstring."""
    p = torch.ones(2, 2, dtype=torch.bfloat16, requires_grad=True)
    p.grad = torch.full((2, 2), 4.0, dtype=torch.bfloat16)
    optimizer = Muon([p], lr=0.1, momentum=0.5, nesterov=False)
    optimizer.step()
    assert optimizer.state[p]["momentum_buffer"].tolist() == [[2, 2], [2, 2]]


def test_vectors_are_refused_at_once_and_later() -> None:
    with pytest.raises(ValueError, match=r"^Muon: parameters must be matrices, got \(3,\)$"):
        Muon(torch.nn.Linear(2, 3).parameters())
    optimizer = Muon([torch.zeros(2, 2)])
    with pytest.raises(ValueError, match=r"^Muon: parameters must be matrices, got \(3,\)$"):
        optimizer.add_param_group({"params": [torch.zeros(3)]})
    assert len(optimizer.param_groups) == 1


def test_parameters_without_gradient_stay_and_a_closure_is_called() -> None:
    p, q = torch.ones(2, 2, requires_grad=True), torch.ones(2, 2, requires_grad=True)
    optimizer = Muon([p, q], lr=0.1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = p.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4
    assert q.tolist() == [[1, 1], [1, 1]]
    assert set(optimizer.state) == {p}
