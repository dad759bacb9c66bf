"""Losses on which a few large errors have a bounded influence."""

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, guarded, same_shape
from lessons_pkg.losses.reduction import reduce


@guarded(same_shape("input", "target"), REDUCTION)
def log_cosh_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    r"""Mean of the logarithm of the hyperbolic cosine of the errors.

    :math:`\ell_i = \log \cosh r_i` with :math:`r = \hat y - y` and :math:`\hat y` the ``input``: near
    :math:`r^2/2` for small errors, near :math:`|r| - \log 2` for large ones; both derivatives exist
    everywhere, :math:`\tanh r` and :math:`1 - \tanh^2 r`. Computed as :math:`|r| - \log (1 + \tanh |r|)`,
    which no error overflows; off by about a rounding of the error, its derivatives by one of 1. The error has
    no unit: scale the target first. Twin of ``torch.nn.functional.huber_loss`` in its reductions; torch has
    no log-cosh. Chapter 8. Green (1990).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.log_cosh_loss(input, target)
        tensor(0.6625)
    """
    r = input - target
    size = r.where(r > 0, -r)  # |r|, with a slope at 0
    loss = size - torch.log1p(size.tanh())
    return reduce(loss, reduction)
