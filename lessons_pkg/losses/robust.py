"""Losses on which a few large errors have a bounded influence."""

import math

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, guarded, same_shape
from lessons_pkg.losses.reduction import reduce


@guarded(same_shape("input", "target"), REDUCTION)
def log_cosh_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Mean of the logarithm of the hyperbolic cosine of the errors.

    :math:`\ell_i = \log \cosh r_i` with :math:`r = \hat y - y` and :math:`\hat y` the ``input``: near
    :math:`r^2/2` for small errors, near :math:`|r| - \log 2` for large ones; both derivatives exist
    everywhere, :math:`\tanh r` and :math:`1 - \tanh^2 r`. The error has no unit: scale the target first.
    ``input`` and ``target``: same shape, any; returns ``()`` or, with ``"none"``, that shape.
    Twin of ``torch.nn.functional.huber_loss`` in its reductions; torch has no log-cosh. Accurate to rounding
    for errors of any size, and so are its derivatives. Chapter 8. Green (1990).
    Raises TypeError for tensors that are not floating-point, ValueError if shapes differ or
    ``reduction`` is not ``"mean"``, ``"sum"`` or ``"none"``.
    """
    r = input - target
    size = r.abs()
    near = r.clamp(-1, 1)  # so that the branch not taken stays finite
    small = -0.5 * torch.log1p(-near.tanh().square())
    large = size + torch.log1p(torch.exp(-2 * size)) - math.log(2)
    return reduce(torch.where(size < 1, small, large), reduction)
