"""Every loss that has a twin in torch: forward and backward, on one thread, in float32."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.differences import INPUTS, Inputs, behind_log_softmax
from benchmarks.scale.rounds import Effort, Way, side_by_side
from lessons_pkg import losses

SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
NO_COMPILER = "no C++ compiler"
Loss = Callable[..., Tensor]


def inputs(name: str, size: int) -> Inputs:
    """Draw a loss's inputs, the first with about ``size`` numbers."""
    generator = torch.Generator().manual_seed(0)
    per_row = INPUTS[name](generator, 8)[0].numel() / 8
    drawn = INPUTS[name](generator, round(size / per_row))
    floating = [isinstance(part, Tensor) and part.is_floating_point() for part in drawn]
    return tuple(part.float() if floats else part for part, floats in zip(drawn, floating, strict=True))


def step(loss: Loss, leaf: Tensor, rest: Inputs) -> Way:
    """Return what is timed: the loss, and its gradient by the first input."""

    def forward_and_backward() -> None:
        leaf.grad = None
        loss(leaf, *rest).sum().backward()

    return forward_and_backward


def twins(name: str) -> tuple[Loss, Loss]:
    """Return our loss and torch's."""
    ours, theirs = getattr(losses, name), getattr(F, name)
    if name == "kl_div":  # torch warns of its default
        return partial(ours, reduction="batchmean"), partial(theirs, reduction="batchmean")
    return (behind_log_softmax(ours), behind_log_softmax(theirs)) if name == "ctc_loss" else (ours, theirs)


def has_compiler() -> bool:
    """Whether torch.compile finds what it calls."""
    return shutil.which(os.environ.get("CXX", "g++")) is not None


def measure(benchmark: Any, name: str, size: int, effort: Effort, compiled: bool) -> None:
    """Time a loss and its twin; compiled, too, if asked for and there is a compiler."""
    leaf, *rest = inputs(name, size)
    leaf.requires_grad_()
    pair = dict(zip(("ours", "torch"), twins(name), strict=True))
    ways = {who: step(loss, leaf, tuple(rest)) for who, loss in pair.items()}
    reasons = {f"{who}, compiled": NO_COMPILER for who in pair if not has_compiler()}
    if compiled and not reasons:
        torch.compiler.reset()  # else the losses before this one count as its recompilations
        for who, loss in pair.items():
            ways[f"{who}, compiled"] = step(torch.compile(loss, dynamic=False), leaf, tuple(rest))
    side_by_side(benchmark, ways, effort, table="losses", name=name, size=size, reasons=reasons)
