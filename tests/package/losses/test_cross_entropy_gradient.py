"""The gradient of cross-entropy: rows add up to 0 whatever the options; entries end at 1 without weights."""

import pytest
import torch
from torch import Tensor

from lessons_pkg.losses import cross_entropy

LOGITS = torch.tensor(
    [[2.0, 0.0, -1.0, 0.5], [0.3, 1.2, 0.0, -0.7], [-1.0, 0.4, 0.2, 0.9]], dtype=torch.float64
)
TARGET = torch.tensor([0, 1, 1])
WEIGHT = torch.tensor([1.0, 5.0, 1.0, 1.0], dtype=torch.float64)


def gradient(target: Tensor, weight: Tensor | None, smoothing: float) -> Tensor:
    z = LOGITS.clone().requires_grad_()
    loss = cross_entropy(z, target, weight, reduction="sum", label_smoothing=smoothing)
    (slope,) = torch.autograd.grad(loss, z)
    return slope


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("target", [TARGET, LOGITS.flip(0).softmax(1)])
def test_rows_add_up_to_zero(target: Tensor, weight: Tensor | None, smoothing: float) -> None:
    assert gradient(target, weight, smoothing).sum(1).abs().max() < 2e-15


def test_entries_end_at_one_only_without_weights() -> None:
    p = LOGITS.exp() / LOGITS.exp().sum(1, keepdim=True)
    assert gradient(TARGET, None, 0.0).abs().max() < 1
    largest = gradient(TARGET, WEIGHT, 0.0).abs().max().item()
    assert largest == pytest.approx(5 * (1 - p[2, 1].item()), rel=1e-12)
    assert largest == pytest.approx(3.65, abs=0.005)
