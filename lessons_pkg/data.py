"""The articles' points, and small synthetic sets made from a generator that the caller passes in."""

import torch
from torch import Tensor


def line_points(
    *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> tuple[Tensor, Tensor]:
    """Three points on the line y = 2x: columns ``x`` and ``y``, each ``(3, 1)``.

    Chapter 1; article 000. Raises TypeError if ``dtype`` is not floating-point.
    """
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise TypeError(f"line_points: dtype must be floating-point, got {dtype}")
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=dtype, device=device)
    return x, 2 * x
