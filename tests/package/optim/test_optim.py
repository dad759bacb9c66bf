"""SGD against torch.optim.SGD over every combination of its mathematical options."""

import copy
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from lessons_pkg.optim import SGD
from lessons_pkg.optim.base import require_writable
from tests.helpers.optim import numbers, on_a_line, walked

COMBINATIONS = [
    {"lr": lr, "momentum": mu, "dampening": tau, "weight_decay": decay, "nesterov": look, "maximize": up}
    for lr, mu, tau, decay, look, up in product(
        (0.0, 0.1), (0, 0.5, 1.0), (0, 0.3, 1.0, 1.5), (0, 0.01, 1.0), (False, True), (False, True)
    )
    if not look or (mu > 0 and tau == 0)
]


def read(options: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in options.items() if value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("options", COMBINATIONS, ids=read)
def test_equals_torch_to_the_last_bit(options: dict[str, Any], dtype: torch.dtype) -> None:
    # The same operations in the same order: sub_(d, alpha=lr) and add_(d, alpha=-lr) round alike.
    ours = walked(SGD, 8, dtype, **options)
    torchs = walked(torch.optim.SGD, 8, dtype, foreach=False, **options)
    assert all(torch.equal(a, b) for a, b in zip(ours, torchs, strict=True))


@pytest.mark.parametrize("options", COMBINATIONS[::7], ids=read)
def test_equals_torchs_other_implementation(options: dict[str, Any]) -> None:
    ours = walked(SGD, 30, torch.float64, **options)
    torchs = walked(torch.optim.SGD, 30, torch.float64, foreach=True, **options)
    torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=1e-12)


rates = st.floats(0, 0.5)


@given(
    lr=rates,
    mu=st.floats(0, 1.1),
    tau=st.floats(-0.5, 1.5),
    decay=rates,
    up=st.booleans(),
    seed=st.integers(0, 99),
)
def test_equals_torch_for_any_values(
    lr: float, mu: float, tau: float, decay: float, up: bool, seed: int
) -> None:
    options: dict[str, Any] = {
        "lr": lr,
        "momentum": mu,
        "dampening": tau,
        "weight_decay": decay,
        "maximize": up,
    }
    ours, torchs = (numbers(5, seed=seed).requires_grad_() for _ in range(2))
    for p, make in ((ours, SGD), (torchs, torch.optim.SGD)):
        optimizer: Any = make([p], **options)
        for step in range(5):
            p.grad = numbers(5, seed=seed + step + 1)
            optimizer.step()
    assert torch.equal(ours, torchs)


def test_is_the_formula_of_the_docstring() -> None:
    p = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    optimizer = SGD([p], lr=0.1, momentum=0.5, dampening=0.2, weight_decay=0.01)
    theta, v = 3.0, None
    for g in (2.0, -1.0, 0.5):
        p.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        d = g + 0.01 * theta
        v = d if v is None else 0.5 * v + 0.8 * d
        theta -= 0.1 * v
        assert p.item() == pytest.approx(theta, rel=1e-14)


def test_defaults_are_torchs() -> None:
    ours, torchs = (make([torch.zeros(1)]).defaults for make in (SGD, torch.optim.SGD))
    assert ours == {name: torchs[name] for name in ours}
    assert set(torchs) - set(ours) == {"foreach", "differentiable", "fused"}


def test_maximize_is_for_keywords_only() -> None:
    with pytest.raises(TypeError, match="positional"):
        SGD([torch.zeros(1)], 0.1, 0, 0, 0, False, True)  # type: ignore[call-arg]


def test_groups_have_options_of_their_own() -> None:
    def moved(make: Any) -> list[Tensor]:
        a, b, c = (torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(3))
        groups = [{"params": [a], "lr": 0.5, "nesterov": True}, {"params": b, "weight_decay": 0.1}]
        optimizer = make(groups, lr=0.01, momentum=0.9)
        optimizer.add_param_group({"params": [c], "maximize": True, "momentum": 0.0})
        for step in range(4):
            for n, p in enumerate((a, b, c)):
                p.grad = torch.full((2,), n + step + 1.0, dtype=torch.float64)
            optimizer.step()
        return [a.detach(), b.detach(), c.detach()]

    ours, torchs = moved(SGD), moved(torch.optim.SGD)
    assert all(torch.equal(a, b) for a, b in zip(ours, torchs, strict=True))
    assert ours[2][0] > 1


def test_parameters_without_gradient_stay_and_leave_no_memory() -> None:
    p, q = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    q.grad = torch.ones(2)
    optimizer = SGD([p, q], lr=0.1, momentum=0.9, weight_decay=0.5)
    optimizer.step()
    assert p.tolist() == [1, 1]
    assert set(optimizer.state) == {q}


def test_without_momentum_nothing_is_remembered() -> None:
    p = torch.ones(2, requires_grad=True)
    p.grad = torch.ones(2)
    optimizer = SGD([p], lr=0.1)
    optimizer.step()
    assert optimizer.state_dict()["state"] == {}


def test_memory_is_a_copy_of_the_gradient() -> None:
    p = torch.ones(2, requires_grad=True)
    p.grad = torch.ones(2)
    optimizer = SGD([p], lr=0.1, momentum=0.9)
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    assert optimizer.state[p]["momentum_buffer"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "option", [{}, {"maximize": True}, {"weight_decay": 0.1}, {"momentum": 0.9}], ids=read
)
def test_the_gradient_is_left_as_it_was(option: dict[str, Any]) -> None:
    p = torch.ones(2, requires_grad=True)
    p.grad = torch.full((2,), 3.0)
    optimizer = SGD([p], lr=0.1, **option)
    optimizer.step()
    optimizer.step()
    assert p.grad.tolist() == [3, 3]


def test_step_bumps_the_version_and_leaves_no_graph() -> None:
    p = torch.ones(2, requires_grad=True)
    (p.grad,) = torch.autograd.grad((p**3).sum(), p, create_graph=True)
    before = p._version
    SGD([p], lr=0.1, momentum=0.9).step()
    assert p._version > before
    assert p.is_leaf
    assert p.grad_fn is None


def test_closure_runs_with_gradients_and_its_loss_comes_back() -> None:
    p = torch.tensor([3.0], requires_grad=True)
    optimizer = SGD([p], lr=0.1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        assert optimizer.step(closure).item() == 9.0
    assert p.item() == pytest.approx(2.4)
    assert optimizer.step() is None


@pytest.mark.parametrize("saved_by", [SGD, torch.optim.SGD], ids=["ours", "torchs"])
@pytest.mark.parametrize("loaded_by", [SGD, torch.optim.SGD], ids=["ours", "torchs"])
def test_state_survives_saving_and_goes_to_torch_and_back(saved_by: Any, loaded_by: Any) -> None:
    p = numbers(4).requires_grad_()
    first = saved_by([p], lr=0.05, momentum=0.9, weight_decay=0.1)
    on_a_line(p, first, 3)
    saved, q = copy.deepcopy(first.state_dict()), p.detach().clone().requires_grad_()
    on_a_line(p, first, 3)
    second = loaded_by([q], lr=9.0)
    second.load_state_dict(saved)
    on_a_line(q, second, 3)
    assert torch.equal(p, q)


@pytest.mark.parametrize("make", [
    lambda o: torch.optim.lr_scheduler.StepLR(o, 2, gamma=0.1),
    lambda o: torch.optim.lr_scheduler.OneCycleLR(o, max_lr=0.1, total_steps=9),  # moves the momentum, too
], ids=["step", "one-cycle"])  # fmt: skip
def test_torchs_schedulers_drive_it(make: Any) -> None:
    ends = []
    for kind in (SGD, torch.optim.SGD):
        p = numbers(3).requires_grad_()
        optimizer: Any = kind([p], lr=0.1, momentum=0.9)
        scheduler = make(optimizer)
        for _ in range(6):
            on_a_line(p, optimizer, 1)
            scheduler.step()
        ends.append(p.detach())
    assert torch.equal(*ends)


def test_integers_and_numpy_numbers_are_numbers() -> None:
    import numpy

    p = torch.ones(1, requires_grad=True)
    p.grad = torch.ones(1)
    SGD([p], lr=1).step()
    assert p.item() == 0
    SGD([p], lr=numpy.float32(0.1), momentum=0)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")  # torch says so at the first one
def test_a_layout_without_strides_is_not_called_expanded() -> None:
    require_writable("clip_grad_norm_", "gradients", [torch.eye(3).to_sparse_csr()])
