"""Parameters that are drawn, walked over a loss, or moved along a line."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def numbers(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def walked(make: Callable[..., Any], steps: int, dtype: torch.dtype, **options: Any) -> list[Tensor]:
    """Parameters after steps on a loss that is not quadratic; the last parameter's gradient comes and goes."""
    parameters = [
        numbers(*shape, seed=n, dtype=dtype).requires_grad_() for n, shape in enumerate([(3, 2), (), (4,)])
    ]
    optimizer = make(parameters, **options)
    for step in range(steps):
        optimizer.zero_grad()
        used = parameters if step % 3 else parameters[:2]
        sum((p.cos() + p**2 / 2).sum() * (step + 1) ** 0.5 for p in used).backward()
        optimizer.step()
    return [p.detach() for p in parameters]


def on_a_line(p: Tensor, optimizer: Any, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        (p.cos() + p**2).sum().backward()
        optimizer.step()
