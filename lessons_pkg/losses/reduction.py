"""What every loss does before and after its formula: check the shapes, then reduce."""

from numbers import Real

from torch import Tensor


def require_same_shape(name: str, **tensors: Tensor) -> None:
    """Refuse operands that torch would broadcast: ``require_same_shape("mse_loss", input=p, target=t)``.

    Chapter 1. Raises TypeError if one is not a floating-point tensor, ValueError if shapes differ.
    ``torch.nn.functional`` only warns when the shapes differ, then averages the wrong pairs.
    """
    for role, tensor in tensors.items():
        if not (isinstance(tensor, Tensor) and tensor.is_floating_point()):
            kind = f"{type(tensor).__name__} {getattr(tensor, 'dtype', '')}".rstrip()
            raise TypeError(f"{name}: {role} must be floating-point, got {kind}")
    shapes = " and ".join(f"{role} {tuple(t.shape)}" for role, t in tensors.items())
    if len({t.shape for t in tensors.values()}) > 1:
        raise ValueError(f"{name}: {shapes} differ; broadcasting would average the wrong pairs")


def require_number(name: str, **options: object) -> None:
    """Refuse options that are not one real number: ``require_number("huber_loss", delta=delta)``.

    A tensor with dimensions would broadcast against the loss. Chapter 5. Raises TypeError.
    """
    for role, value in options.items():
        single = isinstance(value, Tensor) and value.ndim == 0 and not value.is_complex()
        if not (single or isinstance(value, Real)):
            got = f"Tensor {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
            raise TypeError(f"{name}: {role} must be one real number, got {got}")


def reduce(loss: Tensor, reduction: str, weight: Tensor | None = None) -> Tensor:
    r"""Turn ``loss``, one value per element, into what ``reduction`` asks for.

    With weights :math:`c_i` (1 where none are given): ``"none"`` gives :math:`c_i \ell_i`, shape unchanged;
    ``"sum"`` gives :math:`\sum_i c_i \ell_i`, shape ``()``; ``"mean"`` gives
    :math:`\sum_i c_i \ell_i / \sum_i c_i`, shape ``()``.
    Twin of the reductions in ``torch.nn.functional``. Chapter 1.
    Raises TypeError or ValueError if ``weight`` is not like ``loss`` or ``reduction`` has another name.
    """
    if weight is not None:
        require_same_shape("reduce", loss=loss, weight=weight)
    weighted = loss if weight is None else loss * weight
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return weighted.sum()
    if reduction == "mean":
        return weighted.mean() if weight is None else weighted.sum() / weight.sum()
    raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
