"""Losses for one class out of several."""

import torch
from torch import Tensor

from lessons_pkg.guards import REDUCTION, class_targets, floating, guarded, number, per_class, whole
from lessons_pkg.losses.reduction import reduce

SMOOTHING = number("label_smoothing", "lie in [0, 1]", lambda share: 0 <= share <= 1)


@guarded(floating("input"), whole("dim"))  # amax would take several, or all
def log_softmax(input: Tensor, dim: int) -> Tensor:
    r"""Logarithms of the softmax along ``dim``, without ever forming the softmax.

    :math:`\log p_c = z_c - m - \log \sum_k e^{z_k - m}` with :math:`m = \max_k z_k`, so that no exponential
    exceeds 1. Twin of ``torch.nn.functional.log_softmax``. Chapter 4. Blanchard, Higham and Higham (2021).

    Args:
        input: logits, floating-point, any shape, not empty along ``dim``.
        dim: the dimension that holds the classes.

    Returns:
        Logarithms of probabilities, of that shape.

    Raises:
        TypeError: ``input`` is not floating-point, or ``dim`` no whole number.
        IndexError: ``input`` has no ``dim``, or nothing along it.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.log_softmax(torch.tensor([0.0, 1000.0]), dim=0)
        tensor([-1000.,     0.])
    """
    largest = input.amax(dim, keepdim=True)
    shifted = input - largest.detach()  # it cancels: no gradient; <= 0: exp() cannot overflow
    terms = shifted.exp()
    total = terms.sum(dim, keepdim=True)
    return shifted - total.log()


def index_losses(
    log_p: Tensor, target: Tensor, weight: Tensor, ignore_index: int, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Loss of each position whose target is a class, and what the position counts in the mean.

    ``log_p``: ``(C,)`` or ``(N, C, ...)``; ``target``: that shape without C; ``weight``: broadcasts along C.
    """
    dim = 0 if log_p.ndim == 1 else 1
    kept = target != ignore_index
    index = target.long().where(kept, 0).unsqueeze(dim)  # ignored: masked below
    count = weight.expand_as(log_p).gather(dim, index).squeeze(dim)
    loss = -count * log_p.gather(dim, index).squeeze(dim)
    if smoothing > 0:  # a share of the loss goes to all classes alike
        loss = (1 - smoothing) * loss - smoothing * (weight * log_p).mean(dim)
    return loss.where(kept, 0), count.where(kept, 0)


def probability_losses(
    log_p: Tensor, target: Tensor, weight: Tensor, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Loss of each position whose target is a distribution over the classes; each counts 1 in the mean."""
    dim = 0 if log_p.ndim == 1 else 1
    smoothed = (1 - smoothing) * target + smoothing / log_p.shape[dim]
    loss = -(weight * smoothed * log_p).sum(dim)
    return loss, torch.ones_like(loss)


def reduce_counted(loss: Tensor, counts: Tensor, reduction: str) -> Tensor:
    """Reduce losses of which each counts so much in the mean."""
    if reduction == "mean":
        total = counts.sum()
        return loss.sum() / total.where(total != 0, torch.nan)  # as in torch, also where a loss is left
    return reduce(loss, reduction)


def class_weights(input: Tensor, weight: Tensor | None) -> Tensor:
    """Return ``weight``, or ones, in a shape that broadcasts along the classes of ``input``. Chapter 4."""
    dim = 0 if input.ndim == 1 else 1
    weight = input.new_ones(input.shape[dim]) if weight is None else weight
    return weight.reshape([-1] + [1] * (input.ndim - dim - 1))


@guarded(class_targets(soft=False), per_class(), REDUCTION)
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    r"""Mean of minus the number that stands at the right class; the name says what the number should be.

    :math:`\ell_i = -w_{y_i} v_{i y_i}`, with :math:`v` logarithms of probabilities: nothing checks that.
    ``"mean"`` divides by the sum of :math:`w_{y_i}` over the targets that are not ``ignore_index``. Twin of
    ``torch.nn.functional.nll_loss``, without its deprecated arguments. Chapter 6. Fisher (1922).

    Args:
        input: ``(C,)`` or ``(N, C, d1, ...)``. Under ``torch.autocast`` give ``input.float()``: torch's
            function does so itself.
        target: class indices, that shape without C.
        weight: ``(C,)``, one per class, of the logits' type.
        ignore_index: a class index that does not count.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` a loss per position. In nats.

    Raises:
        TypeError: a tensor is of another type.
        ValueError: a shape, a class index, a weight or an option does not fit.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> log_p = losses.log_softmax(torch.tensor([[2.0, 1.0, 0.0]]), dim=1)
        >>> losses.nll_loss(log_p, torch.tensor([0]))
        tensor(0.4076)
    """
    loss, counts = index_losses(input, target, class_weights(input, weight), ignore_index, 0.0)
    return reduce_counted(loss, counts, reduction)


@guarded(class_targets(), per_class(), SMOOTHING, REDUCTION)
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Mean of minus the logarithm of the probability that the logits give to the right class.

    :math:`\ell_i = -w_{y_i} \log p_{i y_i}`, with :math:`p = \mathrm{softmax}(z)` and logits :math:`z`; for a
    target distribution :math:`q`, :math:`\ell_i = -\sum_c w_c q_{ic} \log p_{ic}`. With ``label_smoothing``
    :math:`\varepsilon` the target is :math:`(1 - \varepsilon) q + \varepsilon / C`. Gradient without weights:
    :math:`\partial \ell_i / \partial z_i = p_i - q_i`, one-hot for a class. ``"mean"`` divides by the sum of
    :math:`w_{y_i}` over the targets that are not ``ignore_index``, or, with probabilities, by their number.
    Sums in the type of ``input``: float16 can overflow. Twin of ``torch.nn.functional.cross_entropy``,
    without its deprecated arguments; under ``torch.autocast``, which gives that one 32 bits, give this one
    ``logits.float()``. Chapter 4. Good (1952).

    Args:
        input: logits, ``(C,)`` or ``(N, C, d1, ...)``.
        target: class indices, that shape without C, or probabilities, that shape. To look at indices waits
            for the GPU at each call: ``guards.check_values(False)`` leaves it out, and so does
            ``torch.compile``.
        weight: ``(C,)``, one per class, of the logits' type.
        ignore_index: a class index that does not count.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        label_smoothing: the share :math:`\varepsilon`, in [0, 1].

    Returns:
        ``()``; with ``"none"`` a loss per position. In nats.

    Raises:
        TypeError: a tensor is of another type.
        ValueError: a shape, a class index, a weight or an option does not fit.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> losses.cross_entropy(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([0]))
        tensor(0.4076)
    """
    log_p = log_softmax(input, dim=min(1, input.ndim - 1))
    weights = class_weights(input, weight)
    if target.is_floating_point():
        parts = probability_losses(log_p, target, weights, label_smoothing)
    else:
        parts = index_losses(log_p, target, weights, ignore_index, label_smoothing)
    return reduce_counted(*parts, reduction)
