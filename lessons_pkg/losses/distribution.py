"""Losses that compare two probability distributions."""

import torch
from torch import Tensor

from lessons_pkg.guards import guarded, one_of, same_shape
from lessons_pkg.losses.reduction import reduce


@guarded(same_shape("input", "target"), one_of("reduction", "batchmean", "mean", "sum", "none"))
def kl_div(input: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False) -> Tensor:
    r"""Kullback-Leibler divergence of the model from the truth, element by element.

    :math:`\ell_i = q_i (\log q_i - \log p_i)` with :math:`\log p` the ``input`` and :math:`q` the ``target``
    (its logarithm, with ``log_target``); :math:`0 \log 0 = 0`. Gradient :math:`-q_i` by :math:`\log p_i`.
    ``input`` and ``target``: same shape, any; returns ``()`` or, with ``"none"``, that shape. Unit: nats.
    ``"mean"`` divides by the number of *elements*; ``"batchmean"`` by the length of the first dimension,
    which gives the divergence. A log target of :math:`-\infty` gives ``nan``, as in torch.
    Twin of ``torch.nn.functional.kl_div``, which broadcasts, and warns at its default reduction. Chapter 7.
    Kullback and Leibler (1951).
    Raises TypeError for tensors that are not floating-point, ValueError if shapes differ or ``reduction`` is
    not ``"batchmean"``, ``"mean"``, ``"sum"`` or ``"none"``.
    """
    q = target.exp() if log_target else target
    loss = q * (target - input) if log_target else torch.xlogy(q, q) - q * input  # 0 log 0 = 0
    if reduction == "batchmean":
        return loss.sum() / input.shape[0] if input.ndim > 0 else loss
    return reduce(loss, reduction)
