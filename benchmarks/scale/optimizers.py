"""A step of every optimizer that has a twin in torch, against the ways in which torch can do it."""

import inspect
from typing import Any

import torch

from benchmarks.scale.rounds import Effort, Way, side_by_side
from lessons_pkg import optim

SHAPES = ((1, 10**7), (1000, 100))  # how many tensors, numbers in each
OPTIONS: dict[str, dict[str, Any]] = {"SGD": {"momentum": 0.9}}  # with a memory, as the others have
NAMES = [name for name in optim.__all__ if hasattr(torch.optim, name)]
WAYS: dict[str, dict[str, bool]] = {
    "foreach=False": {"foreach": False},
    "foreach=True": {"foreach": True},
    "fused=True": {"fused": True},
}


def stepper(kind: Any, gradients: list[torch.Tensor], **options: Any) -> Way:
    """Return an optimizer's step over parameters of its own; the gradients are shared."""
    parameters = [torch.zeros_like(gradient).requires_grad_() for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    step: Way = kind(parameters, lr=1e-3, **options).step
    return step


def measure(benchmark: Any, name: str, tensors: int, numbers: int, effort: Effort) -> None:
    """Time our step and torch's, in each way that it knows."""
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(numbers, generator=generator) for _ in range(tensors)]
    theirs, options = getattr(torch.optim, name), OPTIONS.get(name, {})
    ways = {"ours": stepper(getattr(optim, name), gradients, **options)}
    known = inspect.signature(theirs).parameters
    for way, how in WAYS.items():
        if how.keys() <= known.keys():
            ways[way] = stepper(theirs, gradients, **options, **how)
    named = ", ".join([name, *(f"{key} {value}" for key, value in options.items())])
    side_by_side(benchmark, ways, effort, table="optimizers", name=named, size=[tensors, numbers])
