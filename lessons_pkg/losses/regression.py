"""Losses for continuous targets."""

import math

import torch
from torch import Tensor

from lessons_pkg.losses.reduction import reduce, require_number, require_same_shape


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


def l1_loss(
    input: Tensor, target: Tensor, *, reduction: str = "mean", weight: Tensor | None = None
) -> Tensor:
    r"""Mean of the absolute errors, also called MAE.

    :math:`\ell(r) = |r|` with :math:`r = \hat y - y`; slope :math:`\mathrm{sign}(r)`, 0 at the kink.
    Unit: the target's. Minimised by the median. Takes and returns what ``mse_loss`` does.
    Twin of ``torch.nn.functional.l1_loss``, without its deprecated arguments. Chapter 5. Laplace (1774).
    Raises what ``mse_loss`` raises.
    """
    require_same_shape("l1_loss", input=input, target=target)
    return reduce((input - target).abs(), reduction, weight)


def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    r"""Quadratic near zero, linear beyond ``delta``.

    :math:`\ell(r) = r^2/2` where :math:`|r| \le \delta`, else :math:`\delta(|r| - \delta/2)`: with :math:`c`
    for :math:`r` clipped to :math:`[-\delta, \delta]`, :math:`c(r - c/2)`, and the slope is :math:`c`.
    ``delta`` has the target's unit, the loss its square. Takes and returns what ``mse_loss`` does, but with a
    ``weight``, ``"mean"`` divides by the number of elements, not by the sum of the weights.
    Twin of ``torch.nn.functional.huber_loss``; where :math:`|r| = \delta` exactly, autograd's second
    derivative is 1 here and 0 there. Chapter 5. Huber (1964). Raises ValueError also if ``delta <= 0``.
    """
    require_same_shape("huber_loss", input=input, target=target)
    require_number("huber_loss", delta=delta)
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be > 0, got {delta}")
    error = input - target
    clipped = error.clamp(-delta, delta)
    loss = clipped * (error - clipped / 2)
    if weight is not None:
        require_same_shape("huber_loss", input=input, weight=weight)
        loss = loss * weight  # and the mean divides by N, not by the weights
    return reduce(loss, reduction)


def smooth_l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    r"""Huber's loss with :math:`\delta = \beta`, divided by :math:`\beta`; for :math:`\beta = 0`, L1.

    :math:`\ell(r) = r^2/(2\beta)` where :math:`|r| \le \beta`, else :math:`|r| - \beta/2`.
    Unit: the target's. Takes and returns what ``mse_loss`` does, weights apart.
    Twin of ``torch.nn.functional.smooth_l1_loss``, without its deprecated arguments, with the exception
    named in ``huber_loss``. Chapter 5. Girshick (2015). Raises ValueError also if ``beta < 0``.
    """
    require_same_shape("smooth_l1_loss", input=input, target=target)
    require_number("smooth_l1_loss", beta=beta)
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss: beta must be >= 0, got {beta}")
    if beta < torch.finfo(input.dtype).tiny:  # too small to divide by
        return l1_loss(input, target, reduction=reduction)
    return huber_loss(input, target, reduction, delta=beta) / beta


def require_variance(name: str, input: Tensor, var: Tensor | float) -> Tensor:
    """Return ``var`` in a shape that broadcasts to that of ``input``: one variance each, or one per row.

    Chapter 5. Raises TypeError if it is neither a float nor a floating-point tensor, ValueError if an entry
    is negative or the shape is neither that of ``input``, nor that with one size 1, nor without the last.
    """
    var = torch.full_like(input, var) if isinstance(var, float) else var
    require_same_shape(name, var=var)  # which here only asks for floating point
    if (var < 0).any():
        raise ValueError(f"{name}: var must be >= 0, got {var[var < 0][0].item()}")
    if var.ndim + 1 == input.ndim and var.shape == input.shape[:-1]:
        return var.unsqueeze(-1)
    unlike = [v for v, i in zip(var.shape, input.shape, strict=False) if v != i]
    if var.ndim != input.ndim or unlike not in ([], [1]):
        shapes = f"var {tuple(var.shape)} does not fit input {tuple(input.shape)}"
        raise ValueError(f"{name}: {shapes}: same shape, one size 1, or no last one")
    return var


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
    ``input`` and ``target``: same shape; ``var``: a float, that shape, that with one size 1, or without the
    last; returns ``()`` or, with ``"none"``, the first. Variances below ``eps`` count as ``eps``, and their
    slope passes as if nothing had been cut off. Unit: nats. Chapter 5. Nix and Weigend (1994).
    Twin of ``torch.nn.functional.gaussian_nll_loss``, which lets ``input`` and ``target`` broadcast without
    a warning. Raises what ``mse_loss`` and ``require_variance`` raise.
    """
    require_same_shape("gaussian_nll_loss", input=input, target=target)
    require_number("gaussian_nll_loss", eps=eps)
    var = require_variance("gaussian_nll_loss", input, var).clone()
    with torch.no_grad():
        var.clamp_(min=eps)  # unseen by autograd
    loss = (var.log() + (input - target).square() / var) / 2
    if full:
        loss = loss + math.log(2 * math.pi) / 2
    return reduce(loss, reduction)


def pinball_loss(input: Tensor, target: Tensor, quantile: float, reduction: str = "mean") -> Tensor:
    r"""Absolute error that costs ``quantile`` where ``input`` is too low, ``1 - quantile`` where too high.

    :math:`\ell = \max(q\,u, (q - 1)\,u)` with :math:`u = y - \hat y`; minimised by the quantile :math:`q`.
    Twice the loss of :math:`q = 1/2` is L1. Slope at the kink: the middle, :math:`1/2 - q`.
    Unit: the target's. Takes and returns what ``mse_loss`` does, weights apart.
    No twin in torch. Chapter 5. Koenker and Bassett (1978). Raises ValueError unless ``0 < quantile < 1``.
    """
    require_same_shape("pinball_loss", input=input, target=target)
    require_number("pinball_loss", quantile=quantile)
    if not 0 < quantile < 1:
        raise ValueError(f"pinball_loss: quantile must lie in (0, 1), got {quantile}")
    shortfall = target - input
    loss = torch.maximum(quantile * shortfall, (quantile - 1) * shortfall)
    return reduce(loss, reduction)
