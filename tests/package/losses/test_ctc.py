"""ctc_loss, against torch, against the list of all paths, and against its own definition."""

import itertools
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional

from lessons_pkg.losses import ctc_loss
from lessons_pkg.losses.sequence import as_counts

F64 = torch.float64


def logits(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


def enumerated(log_p: Tensor, text: list[int], blank: int) -> float:
    """Sum over every path, one by one."""
    total = 0.0
    for path in itertools.product(range(log_p.shape[1]), repeat=len(log_p)):
        merged = [symbol for symbol, _ in itertools.groupby(path)]
        if [symbol for symbol in merged if symbol != blank] == text:
            total += math.exp(sum(log_p[t, symbol].item() for t, symbol in enumerate(path)))
    return -math.log(total) if total > 0 else math.inf


@st.composite
def cases(draw: Any) -> tuple[Tensor, list[int], int]:
    frames, classes = draw(st.integers(1, 5)), draw(st.integers(2, 3))
    blank = draw(st.integers(0, classes - 1))
    labels = [c for c in range(classes) if c != blank]
    text = draw(st.lists(st.sampled_from(labels), max_size=4))
    return logits(frames, classes, seed=draw(st.integers(0, 99))), text, blank


@settings(max_examples=50, deadline=None)
@given(cases())
def test_equals_the_sum_over_all_paths(case: tuple[Tensor, list[int], int]) -> None:
    z, text, blank = case
    log_p = z.log_softmax(1)
    given_ = (torch.tensor(text, dtype=torch.int64), (len(log_p),), (len(text),), blank, "none")
    ours = ctc_loss(log_p, *given_)
    assert ours.shape == ()
    assert ours.item() == pytest.approx(enumerated(log_p, text, blank), rel=1e-12, abs=1e-12)


def both(z: Tensor, *given: Any, **options: Any) -> list[tuple[Tensor, Tensor]]:
    found = []
    for function in (ctc_loss, functional.ctc_loss):
        leaf = z.clone().requires_grad_()
        value = function(leaf.log_softmax(-1), *given, **options)
        found.append((value.detach(), torch.autograd.grad(value.sum(), leaf)[0]))
    return found


TARGETS = torch.tensor([[1, 1, 2], [3, 4, -7], [2, 2, 2], [4, 9, 0]])  # padding may be anything
IN, OUT = torch.tensor([9, 7, 6, 5]), torch.tensor([3, 2, 3, 0])
FORMS: dict[str, tuple[Any, Any, Any]] = {
    "padded": (TARGETS, IN, OUT),
    "joined": (torch.tensor([1, 1, 2, 3, 4, 2, 2, 2]), IN, OUT),
    "tuples": (TARGETS, tuple(IN.tolist()), tuple(OUT.tolist())),
    "int32": (TARGETS.int(), IN.int(), OUT.int()),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_value_and_gradient_equal_torch(form: str, zero_infinity: bool, reduction: str) -> None:
    options = {"reduction": reduction, "zero_infinity": zero_infinity}
    for size in (1.0, 30.0):
        ours, torchs = both(size * logits(9, 4, 5), *FORMS[form], **options)
        torch.testing.assert_close(ours, torchs, rtol=1e-10 if size > 1 else 1e-12, atol=1e-12)


def test_another_blank_and_no_batch() -> None:
    z = logits(6, 3, 4)
    for ours, torchs in [both(z, torch.tensor([[0, 1], [2, 2], [1, 0]]), (6, 5, 4), (2, 2, 1), blank=3),
                         both(z[:, 0], torch.tensor([1, 2]), torch.tensor(6), torch.tensor(2), reduction="none"),
                         both(z[:, 0], torch.tensor([1, 2]), (6,), (2,))]:  # fmt: skip
        torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_what_cannot_be_aligned(reduction: str) -> None:
    given_ = (torch.tensor([[1, 1], [1, 2]]), (2, 4), (2, 2))
    ours, torchs = both(logits(4, 2, 3), *given_, reduction=reduction, zero_infinity=True)
    torch.testing.assert_close(ours, torchs, rtol=1e-12, atol=1e-12)
    assert ours[1][:, 0].abs().max() == 0
    ours, torchs = both(logits(4, 2, 3), *given_, reduction=reduction)
    torch.testing.assert_close(ours[0], torchs[0], rtol=1e-12, atol=1e-12)
    assert ours[0].max() == math.inf
    assert torchs[1][:, 0].isnan().any()
    assert ours[1][:, 0].abs().max() == 0  # where torch says nan
    torch.testing.assert_close(ours[1][:, 1], torchs[1][:, 1], rtol=1e-12, atol=1e-12)


def test_frames_that_forbid_a_symbol() -> None:
    z = logits(4, 1, 3)
    z[1, 0, 0] = z[2, 0, 1] = -math.inf
    value, slope = both(z, torch.tensor([[1, 2]]), (4,), (2,))[0]
    assert value.item() == pytest.approx(enumerated(z[:, 0].log_softmax(1), [1, 2], 0) / 2, rel=1e-12)
    assert slope[z.isfinite()].isfinite().all()


def test_long_recordings_do_not_underflow() -> None:
    z = 5 * logits(300, 2, 6)
    target = torch.randint(1, 6, (2, 60), generator=torch.Generator().manual_seed(1))
    ours, torchs = both(z, target, (300, 280), (60, 50), reduction="none")
    assert ours[0].min() > 750  # exp(-750) is 0 in float64
    torch.testing.assert_close(ours, torchs, rtol=1e-10, atol=1e-10)
    single = ctc_loss(z.float().log_softmax(2), target, (300, 280), (60, 50), reduction="none")
    assert single.dtype == torch.float32
    torch.testing.assert_close(single.double(), ours[0], rtol=1e-5, atol=0)


def test_ours_is_the_derivative_by_the_log_probabilities_and_torchs_is_not() -> None:
    log_p = logits(5, 2, 3).log_softmax(2).requires_grad_()
    texts, frames, lengths = torch.tensor([[1, 1], [1, 2]]), torch.tensor([5, 4]), torch.tensor([2, 2])
    assert gradcheck(lambda p: ctc_loss(p, texts, frames, lengths, reduction="none"), (log_p,))
    assert gradgradcheck(lambda p: ctc_loss(p, texts, frames, lengths), (log_p,))
    ours, torchs = (
        torch.autograd.grad(function(log_p, texts, frames, lengths, reduction="sum"), log_p)[0]
        for function in (ctc_loss, functional.ctc_loss)
    )
    shares = -ours.sum(2)  # one per frame that counts
    torch.testing.assert_close(shares, torch.tensor([[1.0, 1], [1, 1], [1, 1], [1, 1], [1, 0]], dtype=F64))
    torch.testing.assert_close(torchs[:4], (ours + log_p.exp())[:4].detach())


@pytest.mark.parametrize("lengths", [(4, 3), IN], ids=["tuple", "tensor"])
def test_lengths_go_where_the_log_probabilities_are(lengths: Any) -> None:
    assert as_counts(lengths, torch.empty(4, 2, 3, device="meta")).is_meta
