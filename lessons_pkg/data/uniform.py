"""Random numbers that are the same on every machine: drawn on the CPU, in 64 bits."""

import torch
from torch import Tensor

from lessons_pkg.guards import guarded, typed


@guarded(typed("torch.Generator", lambda value: isinstance(value, torch.Generator), "generator"))
def uniform(generator: torch.Generator, *shape: int) -> Tensor:
    """Draw numbers from -1 to 1, in 64 bits, of any shape ``shape``.

    Chapter 3. Raises TypeError if ``generator`` is no ``torch.Generator``.
    """
    return torch.rand(shape, generator=generator, dtype=torch.float64) * 2 - 1
