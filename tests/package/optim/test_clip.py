"""Clipping by norm against PyTorch: value, gradients left behind, and what is refused."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from lessons_pkg.optim import clip_grad_norm_

SHAPES: list[tuple[int, ...]] = [(2, 3), (4,), ()]


def parameters(scale: float = 1.0, dtype: torch.dtype = torch.float64) -> list[Tensor]:
    draw = torch.Generator().manual_seed(0)
    made = [torch.zeros(shape, dtype=dtype) for shape in SHAPES]
    for p in made:
        p.grad = (scale * torch.randn(p.shape, generator=draw, dtype=torch.float64)).to(dtype)
    return [*made, torch.zeros(2, dtype=dtype)]  # the last one without a gradient


def left(clip: Callable[..., Tensor], given_to: list[Tensor], *options: float) -> list[Tensor]:
    length = clip(given_to, *options)
    assert length.shape == ()
    return [length, *(p.grad for p in given_to if p.grad is not None)]


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(1e-8, 1e8), limit=st.floats(0, 1e6))
def test_as_torch_does(scale: float, limit: float) -> None:
    ours = left(clip_grad_norm_, parameters(scale), limit)
    torchs = left(nn.utils.clip_grad_norm_, parameters(scale), limit)
    for got, want in zip(ours, torchs, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-12, atol=0)


@pytest.mark.parametrize("limit", [0.1, 1.0, 100.0])
def test_by_formula(limit: float) -> None:
    entries = torch.cat([p.grad.flatten() for p in parameters() if p.grad is not None]).tolist()
    length = math.sqrt(sum(entry**2 for entry in entries))
    got, *gradients = left(clip_grad_norm_, parameters(), limit)
    assert got.item() == pytest.approx(length, rel=1e-12)
    expected = [entry * min(1.0, limit / (length + 1e-6)) for entry in entries]
    assert torch.cat([g.flatten() for g in gradients]).tolist() == pytest.approx(expected, rel=1e-12)


def test_short_gradients_keep_every_bit() -> None:
    before = [p.grad.clone() for p in parameters() if p.grad is not None]
    _, *after = left(clip_grad_norm_, parameters(), 1e3)
    assert all(torch.equal(a, b) for a, b in zip(after, before, strict=True))


def test_single_precision_and_an_iterator() -> None:
    made = parameters(dtype=torch.float32)
    assert clip_grad_norm_(iter(made), 1.0).dtype == torch.float32
    assert made[0].grad is not None
    assert made[0].grad.dtype == torch.float32


def test_without_gradients_there_is_nothing_to_do() -> None:
    assert clip_grad_norm_([], 1.0).item() == 0.0
    assert clip_grad_norm_([torch.zeros(2)], 1.0).item() == 0.0


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite(bad: float) -> None:
    p = torch.zeros(2, dtype=torch.float64)
    p.grad = torch.tensor([3.0, bad], dtype=torch.float64)
    with pytest.raises(RuntimeError, match=r"clip_grad_norm_: the gradient's length is (inf|nan)"):
        clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    assert p.grad[0] == 3.0, "changed before it was refused"
    clip_grad_norm_([p], 1.0)
    assert p.grad[1].isnan()


@pytest.mark.filterwarnings("ignore:Using backward\\(\\) with create_graph=True")
def test_gradients_with_a_graph_are_clipped_and_the_length_has_none() -> None:
    lengths, left = [], []
    for clip in (clip_grad_norm_, nn.utils.clip_grad_norm_):
        p, q, r = (torch.full((2,), 3.0, dtype=torch.float64, requires_grad=True) for _ in range(3))
        (p**2 * q**3).sum().backward(create_graph=True)
        r.grad = torch.ones(
            2, dtype=torch.float64, requires_grad=True
        )  # a leaf: in a graph, it cannot change
        lengths.append(clip([p, q, r], 1.0))
        left.append([t.grad.detach() for t in (p, q, r) if t.grad is not None])
        p.grad = q.grad = None  # or the graph keeps itself alive
    assert [length.requires_grad for length in lengths] == [False, False]
    torch.testing.assert_close(*lengths, rtol=1e-12, atol=0)
    torch.testing.assert_close(*left, rtol=1e-12, atol=0)


def test_the_third_position_is_not_taken_for_torchs() -> None:
    with pytest.raises(TypeError, match="positional"):  # there, torch has the kind of norm
        clip_grad_norm_([torch.zeros(2)], 1.0, True)  # type: ignore[call-arg]
