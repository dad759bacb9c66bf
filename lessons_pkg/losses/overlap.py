"""Losses that compare two masks by how much they share."""

from torch import Tensor

from lessons_pkg.guards import REDUCTION, guarded, number, same_shape, shaped, values
from lessons_pkg.losses.reduction import reduce

MASKS = (
    same_shape("input", "target"),
    shaped("input", "(N, C, d1, ...)", lambda shape: len(shape) >= 3),
    values(
        "lie in 0..1: apply a sigmoid or a softmax to logits first",
        lambda v: ~((v >= 0) & (v <= 1)),
        "input",
        "target",
    ),
)


@guarded(*MASKS, number("smooth", "be >= 0", lambda smooth: smooth >= 0), REDUCTION)
def dice_loss(
    input: Tensor, target: Tensor, *, smooth: float = 1.0, batch: bool = False, reduction: str = "mean"
) -> Tensor:
    r"""One minus the Dice coefficient of two masks, for each example and class.

    :math:`\ell = 1 - (2 \sum_i p_i t_i + s) / (\sum_i p_i + \sum_i t_i + s)`, sums over the pixels, with
    probabilities :math:`p`, the ``input``, masks :math:`t`, the ``target``, and :math:`s` = ``smooth``.
    Probabilities, not logits: there is no logarithm that could overflow. Sums in the type of ``input``:
    float16 can overflow. With ``smooth=0`` two empty masks give ``nan``. No twin in torch. Chapter 7. Dice
    (1945), Sorensen (1948); as a loss Milletari and others (2016), who square the :math:`p_i` and :math:`t_i`
    of the denominator.

    Args:
        input: probabilities, ``(N, C, d1, ...)``: C = 1 for one kind of object.
        target: masks of that shape, one-hot over C.
        smooth: added above and below, >= 0.
        batch: whether sums run over the examples too.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Returns:
        ``()``; with ``"none"`` ``(N, C)``, or ``(C,)`` with ``batch``.

    Raises:
        TypeError: a tensor is not floating-point.
        ValueError: shapes differ, a value lies outside [0, 1], or an option is not allowed.

    Example:
        >>> import torch
        >>> from lessons_pkg import losses
        >>> mask = torch.tensor([1.0, 1.0, 0.0, 0.0]).reshape(1, 1, 4)
        >>> losses.dice_loss(mask, mask.flip(-1), smooth=0.0)
        tensor(1.)
    """
    p, t = input.flatten(2), target.flatten(2)
    dim = (0, 2) if batch else (2,)
    shared = (p * t).sum(dim)
    together = (p + t).sum(dim)
    top = 2 * shared + smooth
    bottom = together + smooth
    return reduce(1 - top / bottom, reduction)
