"""Losses over tokens, against torch on slices cut by hand."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lessons_pkg.losses import chunked_cross_entropy, next_token_loss, z_loss

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


ROWS = torch.tensor([4, -100, 0, 2, 2, 1, -100])


@pytest.mark.parametrize("chunk_size", [1, 3, 7, 100])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_chunks_give_the_loss_and_slopes_of_the_whole(chunk_size: int, dtype: torch.dtype) -> None:
    draw = torch.Generator().manual_seed(chunk_size)
    h = torch.randn(7, 3, generator=draw, dtype=dtype, requires_grad=True)
    weight = torch.randn(5, 3, generator=draw, dtype=dtype, requires_grad=True)
    ours = chunked_cross_entropy(h, weight, ROWS, chunk_size)
    p = F.linear(h, weight).softmax(1)
    asked = ROWS >= 0
    tolerance = {torch.float64: 1e-13, torch.float32: 1e-5}[dtype]
    wanted = -p[asked, ROWS[asked]].log().sum()
    torch.testing.assert_close(ours, wanted, rtol=tolerance, atol=0)
    off = (p.detach() - F.one_hot(ROWS.clamp(min=0), 5)) * asked[:, None]  # softmax minus one-hot
    for slope, by_hand in zip(torch.autograd.grad(ours, [h, weight]), (off @ weight, off.T @ h), strict=True):
        torch.testing.assert_close(slope, by_hand, rtol=tolerance, atol=tolerance)


def test_chunks_keep_no_logits() -> None:
    kept: dict[int, int] = {}

    def note(t: Tensor) -> Tensor:
        kept[t.untyped_storage().data_ptr()] = t.numel()
        return t

    h, weight = torch.zeros(64, 3, requires_grad=True), torch.zeros(1000, 3, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t):
        loss = chunked_cross_entropy(h, weight, torch.zeros(64, dtype=torch.int64), 16)
    assert loss.grad_fn is not None
    assert max(kept.values()) < 16 * 1000  # the logits of one chunk; the weight itself may stay


def test_nothing_asked_is_a_sum_of_nothing() -> None:
    h, weight = torch.zeros(2, 3, requires_grad=True), torch.zeros(5, 3)
    loss = chunked_cross_entropy(h, weight, torch.full((2,), -100))
    (slope,) = torch.autograd.grad(loss, h)
    assert loss.item() == 0
    assert slope.count_nonzero() == 0
    assert chunked_cross_entropy(h[:0], weight, ROWS[:0]).item() == 0


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4)], ids=str)
def test_z_loss_and_its_slope_are_the_formula_s(shape: tuple[int, ...]) -> None:
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(shape, generator=draw, dtype=torch.float64).requires_grad_()
    loss = z_loss(logits)
    log_total = logits.exp().sum(-1).log()
    assert loss.item() == pytest.approx((log_total**2).mean().item(), rel=1e-14)
    (slope,) = torch.autograd.grad(loss, logits)
    formula = 2 * log_total[..., None] * logits.softmax(-1) / log_total.numel()
    assert torch.allclose(slope, formula, rtol=1e-13, atol=1e-16)
    assert torch.autograd.gradgradcheck(z_loss, logits)


def test_z_loss_of_huge_logits_does_not_overflow() -> None:
    assert z_loss(torch.tensor([1e4, 0.0])).item() == 1e8


@pytest.mark.parametrize(
    ("h", "weight", "labels", "words"),
    [
        ((2, 3), (5, 4), (2,), r"weight must be \(V, 3\), V >= 1, for h \(2, 3\), got \(5, 4\)"),
        ((2, 3), (5, 3), (3,), r"labels must be \(2,\), one per row of h, got \(3,\)"),
        ((1, 2, 3), (5, 3), (2,), r"h must be \(N, d\), got \(1, 2, 3\)"),
    ],
)
def test_a_last_layer_that_does_not_fit_is_named(
    h: tuple[int, ...], weight: tuple[int, ...], labels: tuple[int, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^chunked_cross_entropy: {words}$"):
        chunked_cross_entropy(torch.zeros(h), torch.zeros(weight), torch.zeros(labels, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"labels must lie in 0..4 or be -100, not asked, got 5"):
        chunked_cross_entropy(torch.zeros(1, 3), torch.zeros(5, 3), torch.tensor([5]))
