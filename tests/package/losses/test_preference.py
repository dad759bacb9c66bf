"""Teachers and preferences: against torch's divergence and binary cross-entropy, and plain Python."""

import math

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional

from lessons_pkg.losses import distillation_loss, dpo_loss, preference_loss, sequence_logps

F64 = torch.float64


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 5, 4)])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_distillation_is_torchs_divergence_of_rows_with_the_slope_of_the_docstring(
    temperature: float, shape: tuple[int, ...]
) -> None:
    student, teacher = normal(*shape).requires_grad_(), normal(*shape, seed=1).requires_grad_()
    value = distillation_loss(student, teacher, temperature)
    p, q = ((one.detach() / temperature).softmax(-1).reshape(-1, 4) for one in (student, teacher))
    wanted = temperature**2 * functional.kl_div(p.log(), q, reduction="batchmean")
    torch.testing.assert_close(value, wanted, rtol=1e-12, atol=0)
    value.backward()
    slope = (temperature * (p - q) / len(p)).reshape(shape)
    torch.testing.assert_close(student.grad, slope, rtol=1e-11, atol=1e-14)
    assert teacher.grad is None


def test_distillation_is_cross_entropy_less_the_teachers_entropy() -> None:
    student, teacher = normal(6, 5), normal(6, 5, seed=1)
    q = teacher.softmax(1)
    entropy = -(q * q.log()).sum(1).mean()
    wanted = functional.cross_entropy(student, q) - entropy
    torch.testing.assert_close(distillation_loss(student, teacher, 1.0), wanted, rtol=1e-12, atol=1e-14)
    assert distillation_loss(student, student).item() == pytest.approx(0, abs=1e-15)


def test_derivatives_agree_with_finite_differences() -> None:
    student, teacher = normal(2, 3).requires_grad_(), normal(2, 3, seed=1)
    assert gradcheck(distillation_loss, (student, teacher))
    assert gradgradcheck(distillation_loss, (student, teacher))
    pair = [normal(4, seed=k).requires_grad_() for k in (0, 1)]
    assert gradcheck(preference_loss, pair)
    assert gradgradcheck(preference_loss, pair)
    four = [(-normal(3, seed=k).exp()).requires_grad_() for k in range(4)]
    assert gradcheck(dpo_loss, four)
    assert gradgradcheck(dpo_loss, four)
    labels = torch.tensor([[0, 1, 2], [-100, -100, 1]])
    logits = normal(2, 3, 3).requires_grad_()
    assert gradcheck(sequence_logps, (logits, labels))
    assert gradgradcheck(sequence_logps, (logits, labels))


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_preference_is_binary_cross_entropy_of_the_margin(shape: tuple[int, ...]) -> None:
    chosen, rejected = normal(*shape).requires_grad_(), normal(*shape, seed=1).requires_grad_()
    value = preference_loss(chosen, rejected)
    margin = (chosen - rejected).detach()
    wanted = functional.binary_cross_entropy_with_logits(margin, torch.ones_like(margin))
    torch.testing.assert_close(value, wanted, rtol=1e-12, atol=0)
    two = torch.stack([chosen.detach().reshape(-1), rejected.detach().reshape(-1)], dim=1)
    as_classes = functional.cross_entropy(two, torch.zeros(len(two), dtype=torch.int64))
    torch.testing.assert_close(value.detach(), as_classes, rtol=1e-12, atol=0)
    value.backward()
    slope = -torch.sigmoid(-margin) / margin.numel()
    torch.testing.assert_close(chosen.grad, slope, rtol=1e-12, atol=0)
    torch.testing.assert_close(rejected.grad, -slope, rtol=1e-12, atol=0)


@pytest.mark.parametrize("margin", [-1e4, -800.0, 800.0])
def test_preference_is_finite_at_any_margin(margin: float) -> None:
    chosen = torch.tensor([margin], dtype=F64, requires_grad=True)
    value = preference_loss(chosen, torch.zeros(1, dtype=F64))
    (slope,) = torch.autograd.grad(value, chosen)
    assert (value.item(), slope.item()) == (max(-margin, 0.0), -float(margin < 0))


@pytest.mark.parametrize("beta", [0.1, 0.5, 2.0])
def test_dpo_by_hand(beta: float) -> None:
    rows = [(-12.0, -14.0, -13.0, -13.5), (-3.0, -1.0, -2.0, -2.5), (-9.0, -9.0, -9.0, -9.0)]
    leaves = [torch.tensor(column, dtype=F64, requires_grad=True) for column in zip(*rows, strict=True)]
    pc, pr, rc, rr = leaves
    value = dpo_loss(pc, pr, rc, rr, beta=beta)
    margins = [beta * ((a - c) - (b - d)) for a, b, c, d in rows]
    assert value.item() == pytest.approx(sum(math.log1p(math.exp(-m)) for m in margins) / 3, rel=1e-12)
    slopes = torch.autograd.grad(value, leaves)
    wanted = [-beta / (1 + math.exp(m)) / 3 for m in margins]
    for slope, sign in zip(slopes, (1, -1, -1, 1), strict=True):
        assert slope.tolist() == pytest.approx([sign * one for one in wanted], rel=1e-12)
    assert value.item() != pytest.approx(preference_loss(leaves[0], leaves[1]).item())


def test_dpo_starts_at_log_two_and_a_shared_shift_does_not_count() -> None:
    chosen, rejected = -normal(5).exp(), -normal(5, seed=1).exp()
    assert dpo_loss(chosen, rejected, chosen, rejected).item() == pytest.approx(math.log(2))
    moved = dpo_loss(chosen - 7, rejected - 7, chosen, rejected)
    assert moved.item() == pytest.approx(math.log(2))


def test_log_probability_of_an_answer_by_hand() -> None:
    logits, labels = normal(2, 5, 3), torch.tensor([[-100, -100, 0, 2, 1], [1, -100, 2, 2, -100]])
    found = sequence_logps(logits, labels)
    for text, answer, value in zip(logits.tolist(), labels.tolist(), found.tolist(), strict=True):
        total = 0.0
        for scores, word in zip(text, answer[1:], strict=False):
            if word != -100:
                total += scores[word] - math.log(sum(math.exp(score) for score in scores))
        assert value == pytest.approx(total, rel=1e-12)


def test_slope_of_an_answers_log_probability_is_one_hot_minus_softmax() -> None:
    logits, labels = normal(1, 4, 3).requires_grad_(), torch.tensor([[0, 2, -100, 1]])
    (slope,) = torch.autograd.grad(sequence_logps(logits, labels).sum(), logits)
    p = logits.detach().softmax(-1)[0]
    wanted = torch.zeros(4, 3, dtype=F64)
    for position, word in ((0, 2), (2, 1)):
        wanted[position] = functional.one_hot(torch.tensor(word), 3) - p[position]
    torch.testing.assert_close(slope[0], wanted, rtol=1e-12, atol=1e-15)


def test_an_answer_of_no_words_is_certain_and_a_probable_one_never_above_zero() -> None:
    logits = 100 * normal(3, 4, 5).float()
    assert sequence_logps(logits, torch.full((3, 4), -100)).tolist() == [0, 0, 0]
    assert (sequence_logps(logits, logits.argmax(-1).roll(1, 1)) <= 0).all()
