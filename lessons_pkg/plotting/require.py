"""What every drawing looks at before it draws. Each error names the function and its argument."""

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor


def require_axes(name: str, ax: object, **texts: object) -> None:
    """Refuse Axes that are none, and labels that are no text; None passes: ``require_axes("valley", ax)``.

    Raises TypeError.
    """
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"{name}: ax must be matplotlib Axes, got {type(ax).__name__}")
    for role, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name}: {role} must be text, got {type(text).__name__}")


def require_tensor(name: str, **tensors: object) -> None:
    """Refuse what is no tensor of real numbers with all its elements at hand. Raises TypeError."""
    for role, tensor in tensors.items():
        dense = isinstance(tensor, Tensor) and tensor.layout == torch.strided and not tensor.is_meta
        if not (dense and isinstance(tensor, Tensor) and not tensor.is_complex()):
            kind = f"{type(tensor).__name__} {getattr(tensor, 'dtype', '')}".rstrip()
            raise TypeError(f"{name}: {role} must be a tensor of real numbers, got {kind}")


def finite(name: str, **numbers: Any) -> list[float]:
    """Turn numbers into floats, and refuse what is none.

    ``[reach] = finite("valley", reach=reach)``. Raises TypeError for what is not one real number, ValueError
    for an infinite one or nan.
    """
    for role, number in numbers.items():
        if isinstance(number, Tensor) and number.numel() == 1:
            require_tensor(name, **{role: number})
        elif not isinstance(number, Real):
            raise TypeError(f"{name}: {role} must be one real number, got {type(number).__name__}")
        if not math.isfinite(number):
            raise ValueError(f"{name}: {role} must be finite, got {number}")
    return [float(number) for number in numbers.values()]


def several(name: str, role: str, things: Any) -> list[Any]:
    """Return a sequence as a list. Raises TypeError for anything else."""
    single = isinstance(things, Tensor) and things.ndim == 0
    if single or not isinstance(things, Iterable):
        raise TypeError(f"{name}: {role} must be a sequence, got {type(things).__name__}")
    return list(things)


def require_whole(name: str, **numbers: object) -> None:
    """Refuse what is no int. Raises TypeError."""
    for role, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"{name}: {role} must be a whole number, got {type(number).__name__}")


def float_tensor(name: str, role: str, values: Any) -> Tensor:
    """Return ``values``, a tensor or nested sequences, as a detached float64 tensor. Raises TypeError."""
    if isinstance(values, Tensor):
        require_tensor(name, **{role: values})
    try:
        return torch.as_tensor(values, dtype=torch.float64).detach().cpu()
    except (RuntimeError, TypeError, ValueError) as error:  # torch has many words for it, and not ours
        raise TypeError(f"{name}: {role} must hold real numbers, got {type(values).__name__}") from error


def require_bowl(hessian: Tensor, minimum: Tensor, reach: float) -> float:
    """Return the reach of ``valley`` as a float. Raises TypeError or ValueError for what makes no bowl."""
    require_tensor("valley", hessian=hessian, minimum=minimum)
    [reach] = finite("valley", reach=reach)
    if hessian.shape != (2, 2) or minimum.shape != (2,):
        shapes = f"{tuple(hessian.shape)} and {tuple(minimum.shape)}"
        raise ValueError(f"valley: hessian must be (2, 2) and minimum (2,), got {shapes}")
    for role, tensor in {"hessian": hessian, "minimum": minimum}.items():
        if not tensor.isfinite().all():
            raise ValueError(f"valley: {role} must be finite, got {tensor.tolist()}")
    if reach <= 0 or not torch.allclose(hessian, hessian.T):
        raise ValueError(
            f"valley: reach must be > 0 and hessian symmetric, got {reach} and {hessian.tolist()}"
        )
    return reach
