"""What every optimizer looks at before it moves anything: its options, and whether it can write."""

from collections.abc import Iterable
from numbers import Real

import torch
from torch import Tensor


def require_at_least_zero(optimizer: str, **options: object) -> None:
    """Refuse options below zero: ``require_at_least_zero("SGD", lr=lr)``.

    Chapter 3. Raises TypeError if one is not a number, ValueError if one is negative or not-a-number.
    """
    for name, value in options.items():
        if not isinstance(value, Real):
            kind = type(value).__name__
            raise TypeError(f"{optimizer}: {name} must be a number, got {kind}")
        if not float(value) >= 0:  # not-a-number fails, too
            raise ValueError(f"{optimizer}: {name} must be >= 0, got {value}")


def require_decay_rates(optimizer: str, **rates: object) -> None:
    """Refuse rates outside [0, 1), at which a running mean would not be one.

    Chapter 10. Raises TypeError if one is not a number, ValueError if one is not in [0, 1).
    """
    require_at_least_zero(optimizer, **rates)
    for name, rate in rates.items():
        if isinstance(rate, Real) and float(rate) >= 1:
            raise ValueError(f"{optimizer}: {name} must be < 1, got {rate}")


def require_pair(optimizer: str, **pairs: object) -> None:
    """Refuse what does not hold two things: ``require_pair("Adam", betas=betas)``. Chapter 10. TypeError."""
    for name, pair in pairs.items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{optimizer}: {name} must be a pair of numbers, got {pair!r}")


def require_writable(caller: str, **places: Iterable[Tensor]) -> None:
    """Refuse tensors that torch would not let us change in place, before another one has been changed.

    ``require_writable("SGD", parameters=[p, q])``. Chapter 3. Raises ValueError for an expanded tensor, whose
    elements share memory, and for one made in inference mode, outside of it.
    """
    for role, tensors in places.items():
        for t in tensors:
            steps = t.stride() if t.layout == torch.strided else ()
            if any(size > 1 and step == 0 for size, step in zip(t.shape, steps, strict=False)):
                rule = "must not be expanded, or several elements are one number; clone them"
                raise ValueError(f"{caller}: {role} {rule}, got {tuple(t.shape)}")
            if t.is_inference() and not torch.is_inference_mode_enabled():
                raise ValueError(
                    f"{caller}: {role} made in inference mode change only there, {tuple(t.shape)}"
                )
