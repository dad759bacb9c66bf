"""Losses for continuous targets."""

import math

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, Given, floating, guarded, number, refuse_values, same_shape
from lessons_pkg.losses.reduction import reduce, weigh

OPERANDS = same_shape("input", "target"), REDUCTION
WEIGHTED = same_shape("input", "target", "weight"), REDUCTION


@guarded(*WEIGHTED)
def mse_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Mean of the squared errors.

    :math:`L = \frac1N \sum_i (\hat y_i - y_i)^2`, with :math:`\hat y` the ``input``; gradient :math:`\partial
    L / \partial \hat y_i = 2(\hat y_i - y_i)/N`. Unit: the target's, squared. Twin of
    ``torch.nn.functional.mse_loss``, whose only positional arguments that are not deprecated are the first
    two. Chapter 1. Legendre (1805), Gauss (1809).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        weight: one per element, of that shape; the mean divides by their sum.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. In the target's unit, squared.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.mse_loss(input, target)
        tensor(2.)
    """
    squared_error = (input - target).square()
    return reduce(squared_error, reduction, weight)


@guarded(*WEIGHTED)
def l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Mean of the absolute errors, also called MAE.

    :math:`\ell(r) = |r|` with :math:`r = \hat y - y`; slope :math:`\mathrm{sign}(r)`, 0 at the kink. Unit:
    the target's. Minimised by the median. Twin of ``torch.nn.functional.l1_loss``, without its deprecated
    arguments. Chapter 5. Laplace (1774).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        weight: one per element, of that shape; the mean divides by their sum.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.l1_loss(input, target)
        tensor(1.)
    """
    size = (input - target).abs()
    return reduce(size, reduction, weight)


@guarded(*WEIGHTED, number("delta", "be > 0", lambda delta: delta > 0))
def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    r"""Quadratic near zero, linear beyond ``delta``.

    :math:`\ell(r) = r^2/2` where :math:`|r| \le \delta`, else :math:`\delta(|r| - \delta/2)`: with :math:`c`
    for :math:`r` clipped to :math:`[-\delta, \delta]`, :math:`c(r - c/2)`, and the slope is :math:`c`. Twin
    of ``torch.nn.functional.huber_loss``; where :math:`|r| = \delta` exactly, autograd's second derivative is
    0 there, and here as well since torch 2.14: before, ``clamp`` had the slope 1 at its ends. Chapter 5.
    Huber (1964).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        delta: where the parabola ends, in the target's unit; > 0.
        weight: one per element, of that shape; ``"mean"`` still divides by the number of elements.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. Of mixed types the wider one, where torch returns that
        of ``input``. In the target's unit, squared.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or ``delta`` or the reduction is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.huber_loss(input, target, delta=1.0)
        tensor(0.7500)
    """
    error = input - target
    clipped = error.clamp(-delta, delta)  # the slope
    loss = clipped * (error - clipped / 2)
    loss = weigh(loss, weight)
    return reduce(loss, reduction)  # divides by N, not by the weights


@guarded(*OPERANDS, number("beta", "be >= 0", lambda beta: beta >= 0))
def smooth_l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    r"""Huber's loss with :math:`\delta = \beta`, divided by :math:`\beta`; for :math:`\beta = 0`, L1.

    :math:`\ell(r) = r^2/(2\beta)` where :math:`|r| \le \beta`, else :math:`|r| - \beta/2`. Unit: the
    target's. Twin of ``torch.nn.functional.smooth_l1_loss``, without its deprecated arguments, with the
    exception named in ``huber_loss``. Chapter 5. Girshick (2015).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        beta: where the parabola ends, in the target's unit; >= 0.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or ``beta`` or the reduction is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.smooth_l1_loss(input, target, beta=2.0)
        tensor(0.5000)
    """
    if beta < torch.finfo(input.dtype).tiny:  # too small to divide by
        return l1_loss(input, target, reduction=reduction)
    return huber_loss(input, target, reduction, delta=beta) / beta


def variance(name: str, given: Given) -> None:
    """Refuse a ``var`` that is negative or does not fit: that shape, one size 1, or without the last."""
    x, var = given["input"], given["var"]
    if isinstance(var, float):
        number("var", "be >= 0", lambda v: not v < 0)(name, given)
        return
    floating("var")(name, given)
    refuse_values(name, "var", var, var < 0, "be >= 0")
    if var.ndim + 1 == x.ndim and var.shape == x.shape[:-1]:
        return
    unlike = [v for v, i in zip(var.shape, x.shape, strict=False) if v != i]
    if var.ndim != x.ndim or unlike not in ([], [1]):
        shapes = f"var {tuple(var.shape)} does not fit input {tuple(x.shape)}"
        raise ValueError(f"{name}: {shapes}: same shape, one size 1, or no last one")


@guarded(*OPERANDS, number("eps"), variance)
def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    r"""Minus the logarithm of a Gaussian's density, with mean ``input`` and variance ``var``, at ``target``.

    :math:`\ell = \frac12 (\log v + (\hat y - y)^2 / v)`, with ``full`` plus :math:`\frac12 \log 2\pi`.
    Variances below ``eps`` count as ``eps``, and their slope passes as if nothing had been cut off. Unit:
    nats. Chapter 5. Nix and Weigend (1994). Twin of ``torch.nn.functional.gaussian_nll_loss``, which lets
    ``input`` and ``target`` broadcast without a warning.

    Args:
        input: means, floating-point, any shape.
        target: what they should be, of that shape.
        var: variances >= 0: a float, that shape, that with one size 1, or without the last dimension.
        full: whether the constant is added.
        eps: least variance.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a variance is negative or does not fit, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.gaussian_nll_loss(input, target, var=1.0)
        tensor(1.)
    """
    var = torch.full_like(input, var) if isinstance(var, float) else var
    var = var.unsqueeze(-1) if var.ndim + 1 == input.ndim else var
    floor = var.clone()
    with torch.no_grad():
        floor.clamp_(min=eps)  # unseen by autograd
    loss = (floor.log() + (input - target).square() / floor) / 2
    if full:
        loss = loss + math.log(2 * math.pi) / 2
    return reduce(loss, reduction)


@guarded(*OPERANDS, number("quantile", "lie in (0, 1)", lambda q: 0 < q < 1))
def pinball_loss(input: Tensor, target: Tensor, quantile: float, reduction: str = "mean") -> Tensor:
    r"""Absolute error that costs ``quantile`` where ``input`` is too low, ``1 - quantile`` where too high.

    :math:`\ell = \max(q\,u, (q - 1)\,u)` with :math:`u = y - \hat y`; minimised by the quantile :math:`q`.
    Twice the loss of :math:`q = 1/2` is L1. Slope at the kink: the middle, :math:`1/2 - q`. Unit: the
    target's. No twin in torch. Chapter 5. Koenker and Bassett (1978).

    Args:
        input: predictions, floating-point, any shape.
        target: what they should be, of that shape.
        quantile: in (0, 1).
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or ``quantile`` or the reduction is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> input, target = torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])
        >>> losses.pinball_loss(input, target, quantile=0.9)
        tensor(0.1000)
    """
    shortfall = target - input
    low = quantile * shortfall
    high = (quantile - 1) * shortfall
    loss = torch.maximum(low, high)
    return reduce(loss, reduction)
