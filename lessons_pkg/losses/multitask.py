"""Several losses, one number to descend; several gradients, one step."""

import math

import torch
from torch import Tensor

from lessons_pkg.guards import floating, guarded, same_shape, shaped, values

__all__ = ["project_conflicting", "uncertainty_weighted"]

NOT_NEGATIVE = values("be >= 0: below zero, a smaller variance is always better", lambda v: v < 0, "losses")
ROW_EACH = shaped("gradients", "(tasks, parameters), a row each", lambda s: len(s) == 2 and 0 not in s)


@guarded(same_shape("losses", "log_variances"), NOT_NEGATIVE)
def uncertainty_weighted(losses: Tensor, log_variances: Tensor) -> Tensor:
    r"""Weigh each task's loss by the inverse of a learned variance, and charge for the variance.

    :math:`\sum_t \frac12 e^{-s_t} L_t + \frac12 s_t`, with :math:`s` the ``log_variances``: parameters for
    the optimizer. Over :math:`s` alone the least value is :math:`\sum_t \frac12 + \frac12 \ln L_t`, at
    :math:`s_t = \ln L_t`; it is negative where the losses are small, which is no error. Twin of
    ``torch.nn.functional.gaussian_nll_loss`` with ``reduction="sum"`` where each :math:`L_t` is a squared
    error and its ``var`` is :math:`e^{s_t}` (torch adds a floor ``eps`` under ``var``). This is the form for
    regression; that for classification, :math:`e^{-s} L + \frac12 s`, is the same function of :math:`s - \ln
    2`, plus a constant. Chapter 9. Kendall, Gal and Cipolla (2018).

    Args:
        losses: one per task, >= 0, any shape.
        log_variances: parameters for the optimizer, of that shape.

    Returns:
        ``()``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or a loss is negative.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.uncertainty_weighted(torch.tensor([4.0, 1.0]), torch.tensor([0.0, 0.0]))
        tensor(2.5000)
    """
    s = log_variances
    largest = torch.finfo(losses.dtype).max
    least = -math.log(largest / 2)
    floor = s.clamp(min=least)
    # no loss: 0 * e^-s must not be 0 * inf
    bounded = s.where(losses > 0, floor)
    precision = torch.exp(-bounded)
    each = precision * losses + s
    return 0.5 * each.sum()


def project(g: Tensor, other: Tensor) -> Tensor:
    r"""Take from ``g`` what works against ``other``, if anything does.

    :math:`g - \frac{g \cdot o}{|o|^2} o` where :math:`g \cdot o < 0`, with :math:`o` the ``other``.

    Example:
        >>> import torch
        >>> from lessons_pkg.losses.multitask import project
        >>> project(torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 1.0]))
        tensor([0.5000, 0.5000])
    """
    # of any size: squares could overflow
    unit = other / other.abs().amax()
    overlap = g @ unit
    if overlap < 0:  # zeros give nan: not so
        g = g - overlap / (unit @ unit) * unit
    return g


@guarded(floating("gradients"), ROW_EACH)
def project_conflicting(gradients: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    r"""Take from each task's gradient what works against another task's: PCGrad.

    For each row :math:`g_i`, and the other rows :math:`g_j` in random order (one more draw per row): if
    :math:`g_i \cdot g_j < 0`, then :math:`g_i \leftarrow g_i - \frac{g_i \cdot g_j}{|g_j|^2} g_j`, with
    :math:`g_j` as it was given. Sum the rows of the result for a step. No twin in torch. Chapter 9. Yu and
    others (2020).

    Args:
        gradients: ``(tasks, parameters)``, a row per task.
        generator: draws the orders, which matter from three tasks on.

    Returns:
        The rows, of that shape.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: another shape.

    Example:
        >>> import torch
        >>> from lessons_pkg.losses.multitask import project_conflicting
        >>> project_conflicting(torch.tensor([[1.0, 0.0], [-1.0, 1.0]]))
        tensor([[0.5000, 0.5000],
                [0.0000, 1.0000]])
    """
    tasks, rows = len(gradients), []
    for i, row in enumerate(gradients):
        for j in torch.randperm(tasks, generator=generator).tolist():
            if i != j:
                row = project(row, gradients[j])
        rows.append(row)
    return torch.stack(rows)
