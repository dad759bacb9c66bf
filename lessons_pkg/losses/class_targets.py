"""What a loss over classes accepts: the rules for targets, weights and options, each with its own words."""

from numbers import Real

import torch
from torch import Tensor

from lessons_pkg.losses.reduction import require_same_shape

INDICES = (torch.int64, torch.uint8)


def require_class_targets(
    name: str, input: Tensor, target: Tensor, ignore_index: int = -100, *, ignoring: bool = True
) -> None:
    """Refuse a ``target`` that is neither class indices nor probabilities for the logits ``input``.

    ``ignoring=False`` lets no number pass but the classes.
    Chapter 4. Raises TypeError for a wrong type of number, ValueError for a wrong shape or class.
    """
    require_same_shape(name, input=input)  # which here only asks for floating point
    shape, classes = tuple(input.shape), input.shape[min(1, input.ndim - 1)] if input.ndim else 0
    if classes == 0:
        raise ValueError(f"{name}: input must be (C,) or (N, C, ...) with C >= 1, got {shape}")
    if not (isinstance(target, Tensor) and (target.is_floating_point() or target.dtype in INDICES)):
        rule = "class indices (int64 or uint8) or probabilities (floating-point)"
        raise TypeError(f"{name}: target must hold {rule}, got {_kind(target)}")
    indices = target.dtype in INDICES
    wanted = shape[: input.ndim > 1] + shape[2:] if indices else shape
    if target.shape != wanted:
        what = f"for input {shape}, {'class indices' if indices else 'probabilities'}"
        raise ValueError(f"{name}: {what} must be {wanted}, got {target.dtype} {tuple(target.shape)}")
    if not isinstance(ignore_index, int):
        raise TypeError(f"{name}: ignore_index must be an int, got {_kind(ignore_index)}")
    if indices:
        _require_in_range(name, target.long(), classes, ignore_index if ignoring else None)
    elif ignore_index >= 0:
        raise ValueError(f"{name}: ignore_index names a class index, and target holds probabilities")


def require_class_indices(
    name: str, input: Tensor, target: Tensor, ignore_index: int = -100, *, ignoring: bool = True
) -> None:
    """Refuse a ``target`` that does not hold class indices, as ``require_class_targets`` does.

    Chapter 6. Raises TypeError for a wrong type of number, ValueError for a wrong shape or class.
    """
    if isinstance(target, Tensor) and target.is_floating_point():
        raise TypeError(f"{name}: target must hold class indices (int64 or uint8), got {_kind(target)}")
    require_class_targets(name, input, target, ignore_index, ignoring=ignoring)


def _require_in_range(name: str, target: Tensor, classes: int, ignore_index: int | None) -> None:
    ignored = (
        target == ignore_index if ignore_index is not None else torch.zeros_like(target, dtype=torch.bool)
    )
    try:
        wrong = target[((target < 0) | (target >= classes)) & ~ignored]
    except RuntimeError:  # under torch.func.vmap no value can be looked at
        return
    if wrong.numel() > 0:
        other = "" if ignore_index is None else f" or be ignore_index {ignore_index}"
        raise ValueError(f"{name}: target must lie in 0..{classes - 1}{other}, got {wrong[0].item()}")


def require_class_options(
    name: str, input: Tensor, weight: Tensor | None, label_smoothing: float, role: str = "weight"
) -> None:
    """Refuse a ``weight`` that is not one number per class like ``input``, and smoothing outside [0, 1].

    Chapter 4. Raises TypeError for a weight of another type, ValueError for a wrong shape or number.
    """
    classes = input.shape[min(1, input.ndim - 1)]
    if weight is not None and not (isinstance(weight, Tensor) and weight.dtype == input.dtype):
        raise TypeError(f"{name}: {role} must be a {input.dtype} tensor like input, got {_kind(weight)}")
    if weight is not None and weight.shape != (classes,):
        raise ValueError(f"{name}: {role} must be ({classes},), one per class, got {tuple(weight.shape)}")
    if not isinstance(label_smoothing, Real):
        raise TypeError(f"{name}: label_smoothing must be a number, got {_kind(label_smoothing)}")
    if not 0 <= float(label_smoothing) <= 1:
        raise ValueError(f"{name}: label_smoothing must lie in [0, 1], got {label_smoothing}")


def _kind(value: object) -> str:
    return f"{type(value).__name__} {getattr(value, 'dtype', '')}".rstrip()
