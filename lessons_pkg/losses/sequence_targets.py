"""What a loss over unaligned sequences accepts: the rules for targets, lengths and the blank."""

import torch
from torch import Tensor

from lessons_pkg.losses.reduction import require_same_shape

INTEGERS = (torch.int32, torch.int64)


def as_counts(name: str, like: Tensor, **lengths: object) -> Tensor:
    """Return one set of lengths as a flat tensor on the device of ``like``. Chapter 7. Raises TypeError."""
    ((role, given),) = lengths.items()
    device = like.device if isinstance(like, Tensor) else None
    try:
        return torch.as_tensor(given, device=device).reshape(-1)
    except (RuntimeError, TypeError, ValueError) as error:  # torch has many words for it, and not ours
        raise TypeError(f"{name}: {role} must be integers, got {type(given).__name__}") from error


def require_sequences(
    name: str, log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: int
) -> None:
    """Refuse targets, lengths or a blank that do not fit ``log_probs``, ``(T, N, C)`` or ``(T, C)``.

    Chapter 7. Raises TypeError for a wrong type of number, ValueError for a wrong shape or value.
    """
    require_same_shape(name, log_probs=log_probs)  # which here only asks for floating point
    if log_probs.ndim not in (2, 3) or log_probs.numel() == 0:
        shape = tuple(log_probs.shape)
        raise ValueError(f"{name}: log_probs must be (T, N, C) or (T, C), not empty, got {shape}")
    frames, classes = log_probs.shape[0], log_probs.shape[-1]
    examples = log_probs.shape[1] if log_probs.ndim == 3 else 1
    if not isinstance(blank, int):
        raise TypeError(f"{name}: blank must be an int, got {type(blank).__name__}")
    if not 0 <= blank < classes:
        raise ValueError(f"{name}: blank must lie in 0..{classes - 1}, got {blank}")
    _require_lengths(name, "input_lengths", input_lengths, examples, frames)
    _require_integers(name, "targets", targets)
    padded = targets.ndim == 2 and targets.shape[0] == examples
    _require_lengths(name, "target_lengths", target_lengths, examples, targets.shape[1] if padded else None)
    total = int(target_lengths.sum())
    if not (padded or targets.shape == (total,)):
        rule = f"targets must be ({examples}, S), or ({total},) as target_lengths add up to {total}"
        raise ValueError(f"{name}: {rule}, got {tuple(targets.shape)}")
    _require_labels(name, targets, target_lengths, classes, blank)


def _require_integers(name: str, role: str, numbers: Tensor) -> None:
    if not (isinstance(numbers, Tensor) and numbers.dtype in INTEGERS):
        kind = f"{type(numbers).__name__} {getattr(numbers, 'dtype', '')}".rstrip()
        raise TypeError(f"{name}: {role} must be integers (int64 or int32), got {kind}")


def _require_lengths(name: str, role: str, lengths: Tensor, examples: int, most: int | None) -> None:
    _require_integers(name, role, lengths)
    if lengths.shape != (examples,):
        raise ValueError(f"{name}: {role} must be ({examples},), one per example, got {tuple(lengths.shape)}")
    wrong = lengths[(lengths < 0) | (lengths > (most if most is not None else lengths))]
    if wrong.numel() > 0:
        limit = "at least 0" if most is None else f"in 0..{most}"
        raise ValueError(f"{name}: {role} must lie {limit}, got {wrong[0].item()}")


def _require_labels(name: str, targets: Tensor, lengths: Tensor, classes: int, blank: int) -> None:
    if targets.ndim == 2:  # what stands behind the end is padding, and may be anything
        targets = targets[torch.arange(targets.shape[1], device=targets.device) < lengths[:, None]]
    wrong = targets[(targets < 0) | (targets >= classes) | (targets == blank)]
    if wrong.numel() > 0:
        rule = f"targets must lie in 0..{classes - 1} and not be the blank {blank}"
        raise ValueError(f"{name}: {rule}, got {wrong[0].item()}")
