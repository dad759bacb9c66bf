"""Losses over tokens, against torch on slices cut by hand."""

import math

import pytest
import torch
from torch.nn import functional as F

from lessons_pkg.losses import next_token_loss

LABELS = torch.tensor([[-100, 3, 1, 0], [2, 2, -100, -100]])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_next_token_loss_is_the_cross_entropy_of_the_asked_words(reduction: str) -> None:
    logits = torch.randn(2, 4, 5, dtype=torch.float64, requires_grad=True)
    twin = logits.detach().clone().requires_grad_()
    asked = [(0, 0, 3), (0, 1, 1), (0, 2, 0), (1, 0, 2)]  # text, position, the word after it
    terms = torch.stack([-twin[n, t].log_softmax(0)[word] for n, t, word in asked])
    ours = next_token_loss(logits, LABELS, reduction)
    if reduction == "none":
        assert (ours == 0).tolist() == [False] * 4 + [True] * 2
        ours, theirs = ours[:4].square().sum(), terms.square().sum()
    else:
        theirs = getattr(terms, reduction)()
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-14)
    (slope,), (wanted,) = torch.autograd.grad(ours, [logits]), torch.autograd.grad(theirs, [twin])
    assert torch.allclose(slope, wanted, rtol=1e-13, atol=1e-16)


def test_next_token_loss_is_torch_s_on_slices_to_the_last_bit() -> None:
    logits = torch.randn(2, 4, 5)
    sliced = F.cross_entropy(logits[:, :-1].reshape(6, 5), LABELS[:, 1:].reshape(6))
    assert torch.equal(next_token_loss(logits, LABELS), sliced)


def test_nothing_asked_is_nan_with_slope_zero() -> None:
    logits = torch.randn(2, 4, 5, requires_grad=True)
    loss = next_token_loss(logits, torch.full((2, 4), -100))
    (slope,) = torch.autograd.grad(loss, [logits])
    assert math.isnan(loss.item())
    assert slope.count_nonzero() == 0


def test_wrong_labels_are_named() -> None:
    logits = torch.zeros(2, 4, 5)
    with pytest.raises(
        ValueError, match=r"next_token_loss: labels must lie in 0..4 or be -100, not asked, got 5"
    ):
        next_token_loss(logits, LABELS + 2 * (LABELS == 3))
    with pytest.raises(
        ValueError, match=r"next_token_loss: labels must be \(2, 4\), one per position, got \(2, 3\)"
    ):
        next_token_loss(logits, LABELS[:, 1:])
    with pytest.raises(ValueError, match=r"logits must be \(N, T, V\) with T >= 2, V >= 1, got \(2, 1, 5\)"):
        next_token_loss(logits[:, :1], LABELS[:, :1])
