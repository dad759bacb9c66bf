"""Who decays: every parameter once, by its number of dimensions; and what an optimizer makes of it."""

import pytest
import torch
from torch import nn, optim

from lessons_pkg.models import TinyTransformer
from lessons_pkg.optim import decay_groups


def test_a_transformers_parameters_each_in_one_group() -> None:
    net = TinyTransformer()
    matrices, vectors = decay_groups(net, 0.1)
    named = {id(p): name for name, p in net.named_parameters()}
    decayed = {named.pop(id(p)) for p in matrices["params"]}
    rest = {named.pop(id(p)) for p in vectors["params"]}
    assert not named
    assert all(name.endswith("bias") or "norm" in name for name in rest)
    assert not any(name.endswith("bias") or "norm" in name for name in decayed)
    assert (matrices["weight_decay"], vectors["weight_decay"]) == (0.1, 0.0)


def test_what_two_layers_share_stands_once() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [len(group["params"]) for group in decay_groups(net, 0.5)] == [1, 2]


@pytest.mark.parametrize("make", [optim.AdamW, optim.SGD])
def test_only_matrices_shrink(make: type[optim.Optimizer]) -> None:
    net = nn.Sequential(nn.Conv1d(2, 3, 2), nn.LayerNorm(3)).double()
    before = [p.detach().clone() for p in net.parameters()]
    optimizer = make(decay_groups(net, 0.5), lr=0.1)  # type: ignore[call-arg]
    for p in net.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for p, old in zip(net.parameters(), before, strict=True):
        torch.testing.assert_close(p.detach(), old * (1 - 0.1 * 0.5) if p.ndim > 1 else old)
