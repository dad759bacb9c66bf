"""Rates of a run against PyTorch's schedulers and against the formulas, step by step."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import optim
from torch.optim import lr_scheduler

from lessons_pkg.optim import warmup_cosine, warmup_stable_decay


def used(optimizer: optim.Optimizer, scheduler: lr_scheduler.LRScheduler, steps: int) -> list[float]:
    rates = []
    for _ in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


def sgd(lr: float = 0.3) -> optim.Optimizer:
    return optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


@pytest.mark.parametrize(("warmup", "total"), [(4, 12), (2, 3), (10, 50), (7, 101)])
def test_warmup_and_cosine_are_torchs_two_in_a_row(warmup: int, total: int) -> None:
    ours, theirs = sgd(), sgd()
    mine = lr_scheduler.LambdaLR(ours, lambda step: warmup_cosine(step, warmup, total))
    warm = lr_scheduler.LinearLR(theirs, 1 / warmup, total_iters=warmup - 1)
    wave = lr_scheduler.CosineAnnealingLR(theirs, total - warmup)
    both = lr_scheduler.SequentialLR(theirs, [warm, wave], [warmup])
    assert used(ours, mine, total) == pytest.approx(used(theirs, both, total), rel=1e-9)


def test_three_parts_by_hand() -> None:
    shares = [warmup_stable_decay(step, warmup=4, total=20, decay=0.25) for step in range(22)]
    assert shares == pytest.approx([0.25, 0.5, 0.75, *[1] * 13, 0.8, 0.6, 0.4, 0.2, 0, 0], abs=1e-12)
    assert [warmup_cosine(step, 1, 3) for step in range(5)] == pytest.approx([1, 1, 0.5, 0, 0], abs=1e-12)


@given(
    step=st.integers(0, 3000), warmup=st.integers(1, 500), more=st.integers(1, 2000), decay=st.floats(0.01, 1)
)
def test_a_share_rises_stays_and_falls(step: int, warmup: int, more: int, decay: float) -> None:
    total = warmup + more
    for share, after in (
        (warmup_cosine(step, warmup, total), warmup_cosine(step + 1, warmup, total)),
        (
            warmup_stable_decay(step, warmup, total, decay),
            warmup_stable_decay(step + 1, warmup, total, decay),
        ),
    ):
        assert 0 <= share <= 1
        assert step < total or share == 0
        if step >= warmup:
            assert after <= share
    if warmup <= step <= total:
        half = math.sin(math.pi / 2 * (total - step) / more) ** 2
        assert warmup_cosine(step, warmup, total) == pytest.approx(half, abs=1e-12)
