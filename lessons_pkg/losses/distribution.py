"""Losses that compare two probability distributions."""

import torch
from torch import Tensor

from lessons_pkg.guards import guarded, one_of, same_shape
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
