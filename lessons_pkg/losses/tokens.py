"""Losses over the positions of a text."""

from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from lessons_pkg.guards import (
    REDUCTION,
    Given,
    floating,
    guarded,
    int64,
    refuse_values,
    shape_of,
    shaped,
    whole,
)


def one_label_each(name: str, given: Given) -> None:
    """Refuse labels that are not one per position, or neither a word's number nor -100."""
    logits, labels = given["logits"], given["labels"]
    if logits.ndim != 3 or logits.shape[1] < 2 or logits.shape[2] < 1:
        raise ValueError(f"{name}: logits must be (N, T, V) with T >= 2, V >= 1, got {shape_of(logits)}")
    if labels.shape != logits.shape[:2]:
        wanted = tuple(logits.shape[:2])
        raise ValueError(f"{name}: labels must be {wanted}, one per position, got {shape_of(labels)}")
    _words(name, labels, logits.shape[2])


def _words(name: str, labels: Tensor, words: int) -> None:
    """Refuse a label that is neither a word's number nor -100."""
    outside = ((labels < 0) | (labels >= words)) & (labels != -100)
    refuse_values(name, "labels", labels, outside, f"lie in 0..{words - 1} or be -100, not asked")


def _last_layer(name: str, given: Given) -> None:
    """Refuse hidden states, a weight and labels that do not belong together."""
    h, weight, labels = given["h"], given["weight"], given["labels"]
    shaped("h", "(N, d)", lambda shape: len(shape) == 2)(name, given)
    wanted = f"(V, {h.shape[1]}), V >= 1, for h {shape_of(h)}"
    fits = weight.ndim == 2 and weight.shape[0] >= 1 and weight.shape[1] == h.shape[1]
    if not fits:
        raise ValueError(f"{name}: weight must be {wanted}, got {shape_of(weight)}")
    if labels.shape != h.shape[:1]:
        raise ValueError(f"{name}: labels must be ({len(h)},), one per row of h, got {shape_of(labels)}")
    _words(name, labels, len(weight))


@guarded(floating("logits"), int64("labels"), one_label_each, REDUCTION)
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


def linear_loss(h: Tensor, weight: Tensor, labels: Tensor) -> Tensor:
    """Sum of the cross-entropies behind a last layer: ``(N, d)``, ``(V, d)``, ``(N,)``. Chapter 14."""
    logits = h @ weight.T
    return F.cross_entropy(logits, labels, reduction="sum")


def recomputed_loss(h: Tensor, weight: Tensor, labels: Tensor) -> Tensor:
    """Give the same, and keep nothing but what it was given: the rest is computed again on the way back."""
    return checkpoint(linear_loss, h, weight, labels, use_reentrant=False)  # type: ignore[no-any-return]


@guarded(floating("h", "weight"), int64("labels"), _last_layer, whole("chunk_size", least=1))
def chunked_cross_entropy(h: Tensor, weight: Tensor, labels: Tensor, chunk_size: int = 128) -> Tensor:
    r"""Sum of the cross-entropies behind a last layer, without ever holding all its logits.

    :math:`\sum_i -\log \mathrm{softmax}(W h_i)_{y_i}` over the asked positions, one chunk of them at a time.
    A chunk's logits are dropped, and computed again on the way back; no others are held. To rounding it is
    ``cross_entropy(h @ weight.T, labels, reduction="sum")``; divide by the count of asked positions yourself.
    No twin in torch before 2.13, where ``linear_cross_entropy`` can do the same. Chapter 14. Chen and others
    (2016).

    Args:
        h: ``(N, d)``: the hidden state of each position, floating-point.
        weight: ``(V, d)``: that of the last layer.
        labels: ``(N,)``, int64: words 0 to V - 1, or -100 where nothing is asked.
        chunk_size: positions at a time, >= 1.

    Returns:
        ``()``, in nats.

    Raises:
        TypeError: a tensor is of another type, or ``chunk_size`` is no whole number.
        ValueError: a shape does not fit, a label is neither a word nor -100, or ``chunk_size`` < 1.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> labels = torch.tensor([2, 0, -100])
        >>> losses.chunked_cross_entropy(torch.zeros(3, 4), torch.ones(5, 4), labels, 2)  # 2 ln 5
        tensor(3.2189)
    """
    total = h.new_zeros(())
    hs = h.split(chunk_size)
    ys = labels.split(chunk_size)
    for x, y in zip(hs, ys, strict=True):
        loss = recomputed_loss(x, weight, y)
        total = total + loss
    return total


@guarded(floating("logits"), shaped("logits", "(..., V) with V >= 1", lambda s: len(s) > 0 and s[-1] > 0))
def z_loss(logits: Tensor) -> Tensor:
    r"""Mean square of the logarithm of the softmax's denominator, which cross-entropy leaves free.

    :math:`\frac1N \sum_i (\log \sum_k e^{z_{ik}})^2`. Gradient by :math:`z_{ik}`: :math:`\frac2N \log Z_i
    \, p_{ik}`. Added to a cross-entropy with a small factor, such as 1e-4, it keeps logits from drifting away
    together. No twin in torch. Chapter 14. Chowdhery and others (2022).

    Args:
        logits: ``(..., V)``, floating-point; give it the asked positions alone.

    Returns:
        ``()``.

    Raises:
        TypeError: ``logits`` are not floating-point.
        ValueError: there is no V.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.z_loss(torch.zeros(2, 3))  # the square of ln 3
        tensor(1.2069)
    """
    log_total = logits.logsumexp(-1)
    return log_total.square().mean()
