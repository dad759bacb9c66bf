"""What every data set looks at before it gives anything out."""

import torch
from torch import Tensor


def require_floating(name: str, dtype: object) -> None:
    """Raise TypeError unless ``dtype`` is a floating-point type; ``name`` is the function that was called."""
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(f"{name}: dtype must be floating-point, got {dtype}")


def require_tensor(name: str, **tensors: object) -> None:
    """Raise TypeError unless each is a tensor: ``require_tensor("StandardScaler", x=x)``."""
    for role, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}: {role} must be a tensor, got {type(tensor).__name__}")


def require_seed(name: str, seed: object) -> None:
    """Raise unless ``seed`` is a whole number of at least 0: TypeError for another type, else ValueError."""
    if not isinstance(seed, int):
        raise TypeError(f"{name}: seed must be a whole number, got {type(seed).__name__}")
    if seed < 0:
        raise ValueError(f"{name}: seed must be >= 0, got {seed}")
