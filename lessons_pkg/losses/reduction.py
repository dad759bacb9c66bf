"""What every loss does after its formula."""

from torch import Tensor


def weigh(loss: Tensor, weight: Tensor | None) -> Tensor:
    """Multiply each element's loss by its weight, where there are weights."""
    return loss if weight is None else loss * weight


def reduce(loss: Tensor, reduction: str, weight: Tensor | None = None) -> Tensor:
    r"""Turn ``loss``, one value per element, into what ``reduction`` asks for.

    With weights :math:`c_i` (1 where none are given): ``"none"`` gives :math:`c_i \ell_i`, shape unchanged;
    ``"sum"`` gives :math:`\sum_i c_i \ell_i`, shape ``()``; ``"mean"`` gives
    :math:`\sum_i c_i \ell_i / \sum_i c_i`, shape ``()``. Twin of the reductions in ``torch.nn.functional``.
    """
    weighted = weigh(loss, weight)
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return weighted.sum()
    return weighted.mean() if weight is None else weighted.sum() / weight.sum()
