"""What every loss does before and after its formula: check the shapes, then reduce."""

from torch import Tensor


def require_same_shape(name: str, input: Tensor, target: Tensor) -> None:
    """Refuse operands that torch would broadcast.

    Chapter 1. Raises TypeError if either is not a floating-point tensor, ValueError if shapes differ.
    ``torch.nn.functional`` only warns when the shapes differ, then averages the wrong pairs.
    """
    for role, tensor in (("input", input), ("target", target)):
        if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
            kind = tensor.dtype if isinstance(tensor, Tensor) else type(tensor).__name__
            raise TypeError(f"{name}: {role} must be a floating-point tensor, got {kind}")
    if input.shape != target.shape:
        shapes = f"input {tuple(input.shape)} and target {tuple(target.shape)}"
        raise ValueError(f"{name}: {shapes} differ; broadcasting would average the wrong pairs")


def reduce(elementwise: Tensor, reduction: str = "mean", weight: Tensor | None = None) -> Tensor:
    r"""Turn one loss per element into what ``reduction`` asks for.

    With weights :math:`c_i` (1 where none are given): ``"none"`` gives :math:`c_i \ell_i`, shape unchanged;
    ``"sum"`` gives :math:`\sum_i c_i \ell_i`, shape ``()``; ``"mean"`` gives
    :math:`\sum_i c_i \ell_i / \sum_i c_i`, shape ``()``.
    Twin of the reductions in ``torch.nn.functional``. Chapter 1.
    Raises ValueError if ``weight`` has another shape or ``reduction`` another name.
    """
    if weight is not None and weight.shape != elementwise.shape:
        shapes = f"weight {tuple(weight.shape)} and input {tuple(elementwise.shape)}"
        raise ValueError(f"reduce: {shapes} differ; give one weight per element")
    weighted = elementwise if weight is None else elementwise * weight
    if reduction == "none":
        return weighted
    if reduction == "sum":
        return weighted.sum()
    if reduction == "mean":
        return weighted.mean() if weight is None else weighted.sum() / weight.sum()
    raise ValueError(f"reduce: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
