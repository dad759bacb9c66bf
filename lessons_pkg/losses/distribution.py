"""Losses that compare two probability distributions."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lessons_pkg.guards import guarded, number, one_of, same_shape, shaped
from lessons_pkg.losses.reduction import reduce


@guarded(same_shape("input", "target"), one_of("reduction", "batchmean", "mean", "sum", "none"))
def kl_div(input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False) -> Tensor:
    r"""Kullback-Leibler divergence of the model from the truth, element by element.

    :math:`\ell_i = q_i (\log q_i - \log p_i)` with :math:`\log p` the ``input`` and :math:`q` the ``target``
    (its logarithm, with ``log_target``). Gradient :math:`-q_i` with respect to :math:`\log p_i`.
    A log target of :math:`-\infty` gives ``nan``, as in torch. Twin of
    ``torch.nn.functional.kl_div``, which broadcasts, and warns at its default reduction. Chapter 7. Kullback
    and Leibler (1951).

    A target of 0 costs nothing, as :math:`0 \log 0 = 0`, where the model's logarithm is finite; where that is
    :math:`-\infty` too, :math:`0 \cdot (-\infty)` is ``nan``, as in torch.

    Args:
        input: logarithms of the model's probabilities, floating-point, any shape.
        target: true probabilities, or their logarithms, of that shape.
        reduction: ``"mean"`` divides by the number of *elements*; ``"batchmean"`` by the length of the first
            dimension only: the mean divergence for ``(N, C)``, T times that for ``(N, T, C)``, and a C-th of
            it for one row ``(C,)``; or ``"sum"`` or ``"none"``.
        log_target: whether ``target`` holds logarithms.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or the reduction is none of the four.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 0.0]])
        >>> losses.kl_div(p.log(), q, reduction="batchmean")
        tensor(0.6931)
    """
    if log_target:
        loss = target.exp() * (target - input)
    else:
        q_log_q = torch.xlogy(target, target)  # 0 log 0 = 0
        loss = q_log_q - target * input
    if reduction != "batchmean":
        return reduce(loss, reduction)
    return loss.sum() / len(loss[..., None])


@guarded(
    same_shape("student", "teacher"),
    shaped("student", "(..., C), C >= 1", lambda s: len(s) > 0 and s[-1] > 0),
    number("temperature", "be > 0", lambda t: t > 0),
)
def distillation_loss(student: Tensor, teacher: Tensor, temperature: float = 2.0) -> Tensor:
    r"""Divergence of a student's softened answers from a teacher's, from the logits of both.

    :math:`T^2 \, \mathrm{KL}(q \Vert p)`, the mean over all rows, with the teacher's :math:`q =
    \mathrm{softmax}(t / T)` and the student's :math:`p = \mathrm{softmax}(s / T)`; gradient with respect to
    the student's logits :math:`T (p - q) / N` for N rows, and none for the teacher. It is 0 where the two
    agree. With :math:`T = 1` it is cross-entropy with the teacher's probabilities as targets, less their
    entropy. Leave out rows that are not asked before the call. No twin in torch, but
    ``torch.nn.functional.kl_div`` on rows, with ``reduction="batchmean"``. Chapter 14. Hinton and others
    (2015).

    Args:
        student: logits, ``(..., C)``: ``(N, T, V)`` for texts, positions, words.
        teacher: logits of that shape; no gradient flows into them.
        temperature: > 0; divides both.

    Returns:
        ``()``: a mean over rows, not over classes. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, have no classes, or the temperature is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> student, teacher = torch.zeros(1, 2), torch.tensor([[1.0, 3.0]])
        >>> losses.distillation_loss(student, teacher, temperature=1.0)
        tensor(0.3278)
    """
    T = temperature
    log_p = F.log_softmax(student / T, dim=-1)
    t = teacher.detach()
    log_q = F.log_softmax(t / T, dim=-1)
    terms = log_q.exp() * (log_q - log_p)
    return T**2 * terms.sum(-1).mean()
