"""Losses for a yes or no, one or many at a time."""

from typing import Any

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, Given, floating, guarded, same_shape, typed, values
from lessons_pkg.losses.reduction import reduce

EPSILON = 9.999999960041972e-13  # 1e-12 in 32 bits, as in torch's own code
FACTORS = "weight", "pos_weight"
REAL_FACTORS = typed(  # a complex one would take the loss's type later, and lose its imaginary part
    "be a tensor of real numbers", lambda v: isinstance(v, Tensor) and not v.is_complex(), *FACTORS
)


def broadcast(name: str, given: Given) -> None:
    """Refuse factors that do not broadcast to the input, or lie on another device."""
    wanted, device = tuple(given["input"].shape), given["input"].device
    for role in FACTORS:
        if role in given:
            shape = tuple(given[role].shape)
            if given[role].device != device:
                raise ValueError(f"{name}: {role} is on {given[role].device}, input on {device}")
            tail = wanted[len(wanted) - len(shape) :]
            if len(shape) > len(wanted) or any(a not in (1, b) for a, b in zip(shape, tail, strict=True)):
                raise ValueError(f"{name}: {role} {shape} does not broadcast to input {wanted}")


OPERANDS = same_shape("input", "target"), REAL_FACTORS, broadcast, REDUCTION
PROBABILITIES = values("lie in [0, 1]", lambda v: ~((v >= 0) & (v <= 1)), "input", "target")  # nan does not


def weighted(values: Tensor, factor: Tensor | None) -> Tensor:
    """Multiply by a factor, where one is given, in the type of the values."""
    return values if factor is None else values * factor.to(values)


@guarded(floating("input"))
def logsigmoid(input: Tensor) -> Tensor:
    r"""Logarithm of the sigmoid, without ever forming the sigmoid.

    :math:`\log \sigma(x) = \min(x, 0) - \log(1 + e^{-|x|})`, with the slope :math:`\sigma(-x)`, also at 0.
    Twin of ``torch.nn.functional.logsigmoid``. Chapter 6. For why this form: Maechler (2012).

    Args:
        input: logits, floating-point, any shape.

    Returns:
        That shape, nowhere above 0.

    Raises:
        TypeError: ``input`` is not floating-point.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.logsigmoid(torch.tensor([0.0, -1000.0]))
        tensor([-6.9315e-01, -1.0000e+03])
    """
    below = input < 0
    minus_size = input.where(below, -input)  # -|x|, but with a slope at 0 too
    rest = torch.log1p(minus_size.exp())
    return input.where(below, 0) - rest


class ClampedBCE(torch.autograd.Function):
    """Binary cross-entropy as torch computes it: no logarithm below -100, and a slope of its own.

    Chapter 6. The slope :math:`(p - t) / (p (1 - p))` has a denominator of at least ``EPSILON``.
    ``torch.func`` cannot differentiate it, unlike torch's own: for that it would need a ``setup_context``.
    """

    @staticmethod
    def forward(ctx: Any, p: Tensor, t: Tensor) -> Tensor:
        """Loss of each element, at most 100."""
        ctx.save_for_backward(p, t)
        return -t * p.log().clamp(min=-100) - (1 - t) * torch.log1p(-p).clamp(min=-100)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        """Slope by the probability and, where asked for, by the target."""
        p, t = ctx.saved_tensors
        by_t = gradients[0] * (torch.log1p(-p) - p.log()) if ctx.needs_input_grad[1] else None
        return gradients[0] * (p - t) / (p * (1 - p)).clamp(min=EPSILON), by_t


@guarded(*OPERANDS, PROBABILITIES)
def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    r"""Mean surprise at yes-or-no targets, from probabilities.

    :math:`\ell_i = -t_i \log p_i - (1 - t_i) \log(1 - p_i)`, with logarithms cut off at -100; gradient
    :math:`(p_i - t_i) / \max(p_i (1 - p_i), 10^{-12})`, which is not the derivative of the cut-off. Twin of
    ``torch.nn.functional.binary_cross_entropy``, without its deprecated arguments, and not for
    ``torch.func``, which refuses ``ClampedBCE``. Chapter 6. Good (1952).

    Args:
        input: probabilities, any shape.
        target: of that shape, in [0, 1].
        weight: broadcasts to it and multiplies the losses; ``"mean"`` divides by their number.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. In nats; of mixed types the wider one, which torch
        refuses.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a value lies outside [0, 1], or the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.binary_cross_entropy(torch.tensor([0.5, 0.9]), torch.tensor([1.0, 1.0]))
        tensor(0.3993)
    """
    loss: Tensor = ClampedBCE.apply(input, target)  # type: ignore[no-untyped-call]
    return reduce(weighted(loss, weight), reduction)


@guarded(*OPERANDS)
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    r"""Mean surprise at yes-or-no targets, from logits: right at any logit.

    :math:`\ell_i = -w_i [c\, t_i \log \sigma(x_i) + (1 - t_i) \log \sigma(-x_i)]`; :math:`c` is
    ``pos_weight``; gradient without weights: :math:`\sigma(x_i) - t_i`. Twin of
    ``torch.nn.functional.binary_cross_entropy_with_logits``, without its deprecated arguments; at a logit of
    :math:`-\infty` and a target above 0 the loss is infinite here, and ``nan`` there. Chapter 6. Cox (1958).

    Args:
        input: logits, any shape. Under ``torch.autocast`` give ``logits.float()``: torch's function does so
            itself.
        target: of that shape, usually 0 or 1.
        weight: broadcasts to it; ``"mean"`` divides by the number of elements.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        pos_weight: factor of the positive targets; broadcasts to it.

    Returns:
        ``()``; with ``"none"`` the shape of ``input``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or the reduction is none of the three.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.binary_cross_entropy_with_logits(torch.tensor([0.0, -1000.0]), torch.tensor([1.0, 1.0]))
        tensor(500.3466)
    """
    yes = weighted(target, pos_weight)
    loss = -yes * logsigmoid(input)
    no = 1 - target
    loss = loss - no * logsigmoid(-input)
    loss = weighted(loss, weight)
    return reduce(loss, reduction)
