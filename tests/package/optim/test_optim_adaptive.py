"""RMSprop, Adam and AdamW against torch.optim over every combination of their mathematical options.

To 1e-12 in float64 and not to the bit: torch puts the correction of Adam's first mean into the learning rate, takes
that mean by ``lerp`` and divides as it moves, which round elsewhere than the formula as it is written down.
"""

import copy
import math
import pickle
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lessons_pkg.optim import SGD, Adam, AdamW, RMSprop
from lessons_pkg.optim.base import count, remembered
from tests.helpers.optim import numbers, on_a_line, walked

OURS = [RMSprop, Adam, AdamW]
SHARED: dict[str, tuple[Any, ...]] = {
    "lr": (0.0, 0.1),
    "eps": (0.0, 1e-8, 0.1),
    "weight_decay": (0, 0.3),
    "maximize": (False, True),
}
OWN: dict[str, tuple[Any, ...]] = {"alpha": (0.0, 0.9), "momentum": (0, 0.7), "centered": (False, True)}
ADAMS: dict[str, tuple[Any, ...]] = {
    "betas": ((0.9, 0.999), (0.0, 0.0), (0.5, 0.3)),
    "amsgrad": (False, True),
}


def torchs(ours: Any) -> Any:
    return getattr(torch.optim, ours.__name__)


def combinations(ours: Any) -> list[dict[str, Any]]:
    options = SHARED | (OWN if ours is RMSprop else ADAMS)
    if ours is Adam:
        options = options | {"decoupled_weight_decay": (False, True)}
    every = [dict(zip(options, values, strict=True)) for values in product(*options.values())]
    return [o for o in every if not (o.get("centered") and o["alpha"] == 0)]  # a variance of 0


@pytest.mark.parametrize("ours", OURS)
def test_equals_torch_in_every_combination(ours: Any) -> None:
    for options in combinations(ours):
        a = walked(ours, 5, torch.float64, **options)
        b = walked(torchs(ours), 5, torch.float64, **options)
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12, msg=f"{ours.__name__} {options}")


@pytest.mark.parametrize("ours", OURS)
def test_equals_torchs_other_implementations_and_float32(ours: Any) -> None:
    a = walked(ours, 30, torch.float64, lr=0.03, weight_decay=0.1)
    b = walked(torchs(ours), 30, torch.float64, lr=0.03, weight_decay=0.1, foreach=True)
    torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
    a, b = (walked(make, 10, torch.float32, lr=0.03) for make in (ours, torchs(ours)))
    torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


decay_rates, rates = st.floats(0, 0.9999), st.floats(0, 0.5)


@settings(max_examples=40)
@given(
    ours=st.sampled_from(OURS),
    lr=rates,
    pair=st.tuples(decay_rates, decay_rates),
    eps=st.floats(1e-8, 1),
    decay=rates,
    seed=st.integers(0, 99),
)
def test_equals_torch_for_any_values(
    ours: Any, lr: float, pair: tuple[float, float], eps: float, decay: float, seed: int
) -> None:
    options: dict[str, Any] = {"lr": lr, "eps": eps, "weight_decay": decay}
    options |= {"alpha": pair[0], "momentum": pair[1]} if ours is RMSprop else {"betas": pair}
    mine, theirs = (numbers(5, seed=seed).requires_grad_() for _ in range(2))
    for p, make in ((mine, ours), (theirs, torchs(ours))):
        optimizer: Any = make([p], **options)
        for step in range(4):
            p.grad = numbers(5, seed=seed + step + 1)
            optimizer.step()
    torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-11)


def stepped(make: Any, gradients: list[float], theta: float = 3.0, **options: Any) -> list[float]:
    p = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    optimizer, places = make([p], **options), []
    for g in gradients:
        p.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        places.append(p.item())
    return places


def test_rmsprop_is_the_formula_of_the_docstring() -> None:
    theta, s, a, b = 3.0, 0.0, 0.0, 0.0
    ours = stepped(
        RMSprop, [2.0, -1.0, 0.5], alpha=0.8, eps=0.1, weight_decay=0.01, momentum=0.5, centered=True
    )
    for g, place in zip((2.0, -1.0, 0.5), ours, strict=True):
        g += 0.01 * theta
        s, a = 0.8 * s + 0.2 * g * g, 0.8 * a + 0.2 * g
        b = 0.5 * b + g / (math.sqrt(s - a * a) + 0.1)
        theta -= 0.01 * b
        assert place == pytest.approx(theta, rel=1e-13)


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("ours", [Adam, AdamW])
def test_adam_is_the_formula_of_the_docstring(ours: Any, amsgrad: bool) -> None:
    theta, m, v, largest = 3.0, 0.0, 0.0, 0.0
    options: dict[str, Any] = {"lr": 0.1, "betas": (0.6, 0.2), "eps": 0.1, "weight_decay": 0.5}
    places = stepped(ours, [2.0, -0.1, 0.5], amsgrad=amsgrad, **options)
    for t, (g, place) in enumerate(zip((2.0, -0.1, 0.5), places, strict=True), start=1):
        if ours is AdamW:
            theta *= 1 - 0.1 * 0.5
        else:
            g += 0.5 * theta
        m, v = 0.6 * m + 0.4 * g, 0.2 * v + 0.8 * g * g
        largest = max(largest, v) if amsgrad else v
        theta -= 0.1 * m / (1 - 0.6**t) / (math.sqrt(largest / (1 - 0.2**t)) + 0.1)
        assert place == pytest.approx(theta, rel=1e-13)


def test_without_decay_adamw_is_adam_and_decoupled_adam_is_adamw_to_the_bit() -> None:
    slopes = [math.sin(3.0 * k) for k in range(40)]
    assert stepped(AdamW, slopes, weight_decay=0.0) == stepped(Adam, slopes)
    decoupled = stepped(Adam, slopes, weight_decay=0.2, decoupled_weight_decay=True)
    assert stepped(AdamW, slopes, weight_decay=0.2) == decoupled
    assert stepped(Adam, slopes, weight_decay=0.2) != decoupled


@pytest.mark.parametrize("ours", OURS)
def test_defaults_are_torchs(ours: Any) -> None:
    mine, theirs = (make([torch.zeros(1)]).defaults for make in (ours, torchs(ours)))
    assert mine == {name: theirs[name] for name in mine}
    assert set(theirs) - set(mine) <= {"foreach", "differentiable", "fused", "capturable"}
    with pytest.raises(TypeError, match="positional"):  # behind the star, as in torch or to its right
        ours([torch.zeros(1)], *list(mine.values())[:1], *[None] * 6)


@pytest.mark.parametrize("ours", OURS)
def test_groups_have_options_of_their_own_and_late_ones_a_count_of_their_own(ours: Any) -> None:
    def moved(make: Any) -> list[Tensor]:
        a, b, c = (torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(3))
        optimizer = make([{"params": [a], "lr": 0.5}, {"params": b, "eps": 0.1}], lr=0.01)
        for step in range(5):
            if step == 2:
                optimizer.add_param_group({"params": [c], "maximize": True, "weight_decay": 0.2})
            for n, p in enumerate((a, b, c)):
                p.grad = torch.full((2,), n + step + 1.0, dtype=torch.float64)
            optimizer.step()
        assert [optimizer.state[p]["step"].item() for p in (a, b, c)] == [5, 5, 3]
        return [a.detach(), b.detach(), c.detach()]

    mine = moved(ours)
    torch.testing.assert_close(mine, moved(torchs(ours)), rtol=1e-12, atol=1e-12)
    assert mine[2][0] > 1


KINDS = ["rmsprop", "rmsprop-centered", "adam", "adamw-amsgrad"]
STATES: list[tuple[Any, dict[str, Any], set[str]]] = [
    (RMSprop, {}, {"square_avg"}),
    (RMSprop, {"centered": True, "momentum": 0.5}, {"square_avg", "grad_avg", "momentum_buffer"}),
    (Adam, {}, {"exp_avg", "exp_avg_sq"}),
    (AdamW, {"amsgrad": True}, {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}),
]


@pytest.mark.parametrize(("ours", "options", "names"), STATES, ids=KINDS)
def test_the_state_is_torchs(ours: Any, options: dict[str, Any], names: set[str]) -> None:
    states = []
    for make in (ours, torchs(ours)):
        p = numbers(2, 3).requires_grad_()
        optimizer = make([p], **options)
        on_a_line(p, optimizer, 4)
        states.append(optimizer.state_dict()["state"][0])
    mine, theirs = states
    assert set(mine) == set(theirs) == names | {"step"}
    for name in mine:
        torch.testing.assert_close(mine[name], theirs[name], rtol=1e-12, atol=1e-12)  # dtype and shape, too
    assert mine["step"].item() == 4


@pytest.mark.parametrize(("ours", "options", "names"), STATES, ids=KINDS)
@pytest.mark.parametrize("way", ["ours to ours", "ours to torch", "torch to ours"])
def test_state_survives_saving(ours: Any, options: dict[str, Any], names: set[str], way: str) -> None:
    saved_by, loaded_by = (ours if part == "ours" else torchs(ours) for part in way.split(" to "))
    p = numbers(4).requires_grad_()
    first = saved_by([p], lr=0.05, weight_decay=0.1, **options)
    on_a_line(p, first, 3)
    saved, q = copy.deepcopy(first.state_dict()), p.detach().clone().requires_grad_()
    second = loaded_by([q], lr=9.0)
    second.load_state_dict(saved)
    for parameter, optimizer in ((p, first), (q, second)):
        on_a_line(parameter, optimizer, 3)
    torch.testing.assert_close(p, q, rtol=1e-12, atol=1e-12)
    assert names < set(second.state[q])
    if way == "ours to ours":
        assert torch.equal(p, q)


def loaded(make: Any, key: str, value: Any, way: str) -> Any:
    """Return what one step does, and the option ``key``, where the saved state had none; or the error."""
    p = torch.ones(2, dtype=torch.float64)
    p.grad = torch.tensor([1.0, 2.0], dtype=torch.float64)
    optimizer = make([p], lr=0.1, **({"momentum": 0.9} if key == "nesterov" else {}), **{key: value})
    saved = copy.deepcopy(optimizer.state_dict())
    for groups in (saved["param_groups"], optimizer.param_groups):
        if groups is saved["param_groups"] or way != "load_state_dict":
            del groups[0][key]
    if way == "load_state_dict":
        optimizer.load_state_dict(saved)
    else:
        optimizer = copy.deepcopy(optimizer) if way == "deepcopy" else pickle.loads(pickle.dumps(optimizer))
    (p,) = optimizer.param_groups[0]["params"]
    p.grad = torch.tensor([1.0, 2.0], dtype=torch.float64)
    optimizer.step()
    return p, optimizer.param_groups[0][key]


FLAGS = [(SGD, "nesterov"), (RMSprop, "centered"), (Adam, "amsgrad"), (AdamW, "amsgrad"), (Adam, "decoupled_weight_decay"),
         *((ours, "maximize") for ours in (SGD, *OURS))]  # fmt: skip


@pytest.mark.parametrize("way", ["load_state_dict", "pickle", "deepcopy"])
@pytest.mark.parametrize("value", [False, True])
@pytest.mark.parametrize(("ours", "flag"), FLAGS)
def test_a_flag_that_a_saved_state_lacks_is_off_as_in_torch(
    ours: Any, flag: str, value: bool, way: str
) -> None:
    (mine, on), (theirs, torchs_on) = (loaded(make, flag, value, way) for make in (ours, torchs(ours)))
    assert on is torchs_on is False
    torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("ours", [SGD, *OURS])
def test_a_rate_that_a_saved_state_lacks_is_missed_as_in_torch(ours: Any) -> None:
    for make in (ours, torchs(ours)):
        optimizer = make([torch.ones(1)], lr=0.1)
        saved = optimizer.state_dict()
        del saved["param_groups"][0]["lr"]
        optimizer.load_state_dict(saved)
        assert "lr" not in optimizer.param_groups[0]


@pytest.mark.parametrize("adam", [Adam, torch.optim.Adam], ids=["ours", "torchs"])
@pytest.mark.parametrize("lacking", [False, True])
def test_adamw_stays_decoupled_when_the_state_of_an_adam_is_loaded(adam: Any, lacking: bool) -> None:
    saved = adam([torch.ones(1)], lr=0.1, weight_decay=0.3).state_dict()
    if lacking:  # older than the flag
        del saved["param_groups"][0]["decoupled_weight_decay"]
    ends = []
    for make in (AdamW, torch.optim.AdamW):
        p = numbers(3).requires_grad_()
        optimizer: Any = make([p])
        optimizer.load_state_dict(copy.deepcopy(saved))
        for copied in (optimizer, copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
            assert copied.param_groups[0]["decoupled_weight_decay"] is True
        on_a_line(p, optimizer, 3)
        ends.append(p.detach())
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("alpha", [0.99, 0.9, 0.3])
def test_centered_the_variance_of_a_constant_gradient_rounds_as_in_torch(alpha: float) -> None:
    """Below zero it does, and then all is nan: with the same operations, the same weights in both."""
    ends = []
    for make in (RMSprop, torch.optim.RMSprop):
        p = torch.zeros(2000)
        optimizer: Any = make([p], alpha=alpha, centered=True)
        for _ in range(600):
            p.grad = torch.logspace(-3, 3, 2000)
            optimizer.step()
        ends.append((p, optimizer.state[p]))
    (mine, kept), (theirs, torchs_kept) = ends
    assert torch.equal(kept["grad_avg"], torchs_kept["grad_avg"])
    assert torch.equal(kept["square_avg"], torchs_kept["square_avg"])
    assert torch.equal(mine.isnan(), theirs.isnan())
    assert alpha == 0.99 or mine.isnan().any()


def test_centered_a_gradient_of_another_type_moves_it() -> None:
    """Since torch 2.10 a parameter may have one: p.grad_dtype = None."""
    p = torch.ones(2)
    optimizer = RMSprop([p], lr=0.1, centered=True)
    optimizer.update(p, torch.ones(2, dtype=torch.float64), {}, optimizer.param_groups[0])
    assert p.tolist() == pytest.approx([1 - 0.1 / (0.01 - 0.0001) ** 0.5] * 2, abs=1e-6)


@pytest.mark.parametrize("ours", OURS)
def test_parameters_without_gradient_stay_and_leave_no_memory(ours: Any) -> None:
    p, q = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    q.grad = torch.ones(2)
    optimizer = ours([p, q], lr=0.1, weight_decay=0.5)
    optimizer.step()
    assert p.tolist() == [1, 1]
    assert set(optimizer.state) == {q}
    assert q.grad.tolist() == [1, 1]
    assert q.is_leaf
    assert not any(kept.requires_grad for kept in optimizer.state[q].values())


def test_torchs_schedulers_drive_it() -> None:
    ends = []
    for make in (Adam, torch.optim.Adam):
        p = numbers(3).requires_grad_()
        optimizer: Any = make([p], lr=0.1)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=0.1, total_steps=9
        )  # moves betas, too
        for _ in range(6):
            on_a_line(p, optimizer, 1)
            scheduler.step()
        ends.append(p.detach())
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-12)


def test_memory_begins_at_zero_and_stays() -> None:
    kept: dict[str, Any] = {}
    like = torch.ones(2, 3, dtype=torch.float64)
    [a] = remembered(kept, like, "a")
    a += 1
    assert remembered(kept, like, "a", "b")[0] is a
    assert count(kept) == 1
    assert kept["a"].tolist() == like.tolist()
    assert kept["b"].tolist() == (0 * like).tolist()
    assert kept["b"].dtype == torch.float64
    assert kept["step"].dtype == torch.float32


@pytest.mark.parametrize("ours", OURS)
def test_it_counts_beyond_256_where_bfloat16_is_the_default(ours: Any) -> None:
    torch.set_default_dtype(torch.bfloat16)
    try:
        p = torch.ones(1, requires_grad=True)
        p.grad = torch.ones(1)
        optimizer = ours([p])
        for _ in range(258):
            optimizer.step()
    finally:
        torch.set_default_dtype(torch.float32)
    assert optimizer.state[p]["step"].item() == 258


def test_the_count_lies_on_the_cpu_whatever_the_default_device() -> None:
    with torch.device("meta"):
        assert count({}) == 1


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("ours", [Adam, AdamW])
@pytest.mark.parametrize(
    ("dtype", "size", "ulp"),
    [(torch.float16, 300.0, 5e-4), (torch.float16, 8000.0, 5e-4), (torch.float32, 1e20, 6e-8)],
)
def test_adam_moves_where_only_the_corrected_square_would_overflow(
    ours: Any, amsgrad: bool, dtype: torch.dtype, size: float, ulp: float
) -> None:
    places = []
    for make in (ours, torchs(ours)):
        p = torch.tensor([1.0, -1.0], dtype=dtype)
        p.grad = torch.tensor([size, -size], dtype=dtype)
        make([p], lr=0.1, eps=1e-3, weight_decay=0.0, amsgrad=amsgrad).step()
        places.append(p)
    torch.testing.assert_close(*places, rtol=0, atol=ulp)  # the last bit: where torch rounds otherwise
    assert places[0].tolist() == pytest.approx([0.9, -0.9], abs=ulp)
