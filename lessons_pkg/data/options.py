"""What every data set looks at before it gives anything out."""

import torch


def require_floating(name: str, dtype: object) -> None:
    """Raise TypeError unless ``dtype`` is a floating-point type; ``name`` is the function that was called."""
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(f"{name}: dtype must be floating-point, got {dtype}")
