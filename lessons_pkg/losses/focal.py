"""Losses that attend less to what the model already knows."""

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, class_targets, guarded, number, per_class, same_shape
from lessons_pkg.losses.binary import binary_cross_entropy_with_logits as bce
from lessons_pkg.losses.classification import cross_entropy
from lessons_pkg.losses.reduction import reduce

GAMMA = number("gamma", "be >= 0", lambda gamma: gamma >= 0)
ALPHA = number("alpha", "lie in [0, 1] or be negative", lambda alpha: alpha <= 1)


def focus(loss: Tensor, miss: Tensor, gamma: float) -> Tensor:
    """Multiply ``loss`` by ``miss ** gamma``, where ``miss`` is the probability of everything but the truth.

    Chapter 6.
    """
    smallest = torch.finfo(miss.dtype).tiny  # at 0, the slope of a root would be infinite
    factor = miss.clamp(min=smallest) ** gamma
    return factor * loss


@guarded(same_shape("inputs", "targets"), ALPHA, GAMMA, REDUCTION)
def sigmoid_focal_loss(
    inputs: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2, reduction: str = "none"
) -> Tensor:
    r"""Binary cross-entropy on logits, with a factor that fades where the model is right.

    :math:`\ell_i = -\alpha_t (1 - p_t)^\gamma \log p_t`, where :math:`p_t, \alpha_t` are :math:`\sigma(x),
    \alpha` for a target of 1, :math:`1 - \sigma(x), 1 - \alpha` for 0, and linear between. Twin of
    ``torchvision.ops.sigmoid_focal_loss``, but with a finite slope also where ``gamma`` < 1. Chapter 6. Lin
    and others (2017).

    Args:
        inputs: logits, any shape.
        targets: of that shape, usually 0 or 1.
        alpha: weight of the positives, in [0, 1], or negative to leave it out.
        gamma: exponent of the factor, >= 0.
        reduction: ``"none"``, ``"sum"``, or ``"mean"`` over the elements.

    Returns:
        The shape of ``inputs``, or ``()``. In nats.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.sigmoid_focal_loss(torch.tensor([0.0, 4.0]), torch.tensor([1.0, 1.0]))
        tensor([4.3322e-02, 1.4679e-06])
    """
    yes, no = targets, 1 - targets
    loss = bce(inputs, yes, reduction="none")
    miss = no * torch.sigmoid(inputs)
    miss = miss + yes * torch.sigmoid(-inputs)
    side = alpha * yes + (1 - alpha) * no
    loss = loss * side if alpha >= 0 else loss
    loss = focus(loss, miss, gamma)
    return reduce(loss, reduction)


@guarded(class_targets("inputs", "targets", soft=False), per_class("alpha", "inputs"), GAMMA, REDUCTION)
def softmax_focal_loss(
    inputs: Tensor,
    targets: Tensor,
    alpha: Tensor | None = None,
    gamma: float = 2,
    reduction: str = "none",
) -> Tensor:
    r"""Cross-entropy on logits of several classes, with a factor that fades where the model is right.

    :math:`\ell_i = -\alpha_{y_i} (1 - p_{y_i})^\gamma \log p_{y_i}`, with :math:`p = \mathrm{softmax}(z)`.
    ``"mean"`` divides by the number of targets and not by weights, as ``sigmoid_focal_loss`` does. No twin in
    torch or torchvision; order and defaults as in ``sigmoid_focal_loss``. Chapter 6. Lin and others (2017).

    Args:
        inputs: logits, ``(C,)`` or ``(N, C, d1, ...)``.
        targets: class indices, that shape without C.
        alpha: ``(C,)``, one weight per class.
        gamma: exponent of the factor, >= 0.
        reduction: ``"none"``, ``"sum"``, or ``"mean"`` over the targets.

    Returns:
        The shape of ``targets``, or ``()``. In nats.

    Raises:
        TypeError: a tensor is of another type.
        ValueError: a shape, a class index, a weight or an option does not fit.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.softmax_focal_loss(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([0]), gamma=0)
        tensor([0.4076])
    """
    surprise = cross_entropy(inputs, targets, reduction="none")
    loss = surprise if alpha is None else alpha[targets.long()] * surprise
    return reduce(focus(loss, -torch.expm1(-surprise), gamma), reduction)
