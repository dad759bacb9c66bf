"""Losses for continuous targets."""

from torch import Tensor

from lessons_pkg.losses.reduction import reduce, require_same_shape


def mse_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Mean of the squared errors.

    :math:`L = \frac1N \sum_i (\hat y_i - y_i)^2`, with :math:`\hat y` the ``input``;
    gradient :math:`\partial L / \partial \hat y_i = 2(\hat y_i - y_i)/N`. Unit: the target's, squared.
    ``input``, ``target`` and ``weight``: same shape, any; returns ``()`` or, with ``"none"``, that shape.
    Twin of ``torch.nn.functional.mse_loss``, whose only positional arguments that are not deprecated
    are the first two. Chapter 1. Legendre (1805), Gauss (1809).
    Raises TypeError for tensors that are not floating-point, ValueError if shapes differ or
    ``reduction`` is not ``"mean"``, ``"sum"`` or ``"none"``.
    """
    require_same_shape("mse_loss", input=input, target=target)
    squared_error = (input - target).square()
    return reduce(squared_error, reduction, weight)
