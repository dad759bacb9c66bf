"""Losses over the positions of a text."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lessons_pkg.guards import REDUCTION, Given, floating, guarded, is_real, refuse_values, shape_of, typed

WORDS = typed("hold whole numbers (int64)", lambda v: is_real(v) and v.dtype == torch.int64, "labels")


def _one_label_each(name: str, given: Given) -> None:
    """Refuse labels that are not one per position, or neither a word's number nor -100."""
    logits, labels = given["logits"], given["labels"]
    if logits.ndim != 3 or logits.shape[1] < 2 or logits.shape[2] < 1:
        raise ValueError(f"{name}: logits must be (N, T, V) with T >= 2, V >= 1, got {shape_of(logits)}")
    if labels.shape != logits.shape[:2]:
        wanted = tuple(logits.shape[:2])
        raise ValueError(f"{name}: labels must be {wanted}, one per position, got {shape_of(labels)}")
    words = logits.shape[2]
    outside = ((labels < 0) | (labels >= words)) & (labels != -100)
    refuse_values(name, "labels", labels, outside, f"lie in 0..{words - 1} or be -100, not asked")


@guarded(floating("logits"), WORDS, _one_label_each, REDUCTION)
def next_token_loss(logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    r"""Cross-entropy of the next word: the logits of position t are asked for word t + 1.

    :math:`-\log p_{t,\,y_{t+1}}` for each asked position, where :math:`p_t` is the softmax of the logits of
    position t. The shift is made here, once: ``labels`` stand where their words stand. Twin of
    ``torch.nn.functional.cross_entropy`` on those slices. Chapter 14; article 004, whose rows are examples.

    Args:
        logits: ``(N, T, V)``: N texts, T >= 2 positions, V words; floating-point.
        labels: ``(N, T)``, int64: words 0 to V - 1, or -100 where nothing is asked. The first column is never
            asked: no position stands before it.
        reduction: ``mean`` over what is asked (nan if that is nothing), ``sum``, or ``none``.

    Returns:
        A number; ``none``: ``(N * (T - 1),)``, 0 where nothing is asked.

    Raises:
        TypeError: ``logits`` are not floating-point, or ``labels`` not int64.
        ValueError: a shape does not fit, a label is neither a word nor -100, or an unknown ``reduction``.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> labels = torch.tensor([[-100, 2, 1, -100]])
        >>> losses.next_token_loss(torch.zeros(1, 4, 3), labels)  # it knows nothing: ln 3
        tensor(1.0986)
    """
    asked, answer = logits[:, :-1], labels[:, 1:]  # position t predicts t + 1
    return F.cross_entropy(asked.flatten(0, 1), answer.flatten(), reduction=reduction)
