"""Every loss that has a twin in torch: forward and backward, on one thread, in float32."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.differences import INPUTS, Inputs, behind_log_softmax
from benchmarks.scale.compiled import compiled, reasons
from benchmarks.scale.rounds import Effort, Way, side_by_side
from lessons_pkg import losses

SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
Loss = Callable[..., Tensor]


def _many_classes(g: torch.Generator, rows: int) -> Inputs:
    return 5 * torch.randn(rows, 1000, generator=g), torch.randint(1000, (rows,), generator=g)


DRAWN = INPUTS | {"cross_entropy, 1000 classes": _many_classes}


def inputs(name: str, size: int) -> Inputs:
    """Draw a loss's inputs, the first with about ``size`` numbers."""
    generator = torch.Generator().manual_seed(0)
    per_row = DRAWN[name](generator, 8)[0].numel() / 8
    drawn = DRAWN[name](generator, round(size / per_row))
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
    ours, theirs = (getattr(module, name.partition(",")[0]) for module in (losses, F))
    if name == "kl_div":  # torch warns of its default
        return partial(ours, reduction="batchmean"), partial(theirs, reduction="batchmean")
    return (behind_log_softmax(ours), behind_log_softmax(theirs)) if name == "ctc_loss" else (ours, theirs)


def measure(benchmark: Any, name: str, size: int, effort: Effort, asked: bool) -> None:
    """Time a loss and its twin; compiled, too, if asked for."""
    leaf, *rest = inputs(name, size)
    leaf.requires_grad_()
    pair = twins(name)
    why = reasons(asked)
    found = dict(zip(("ours", "torch"), pair, strict=True)) | ({} if why else compiled(*pair))
    ways = {who: step(loss, leaf, tuple(rest)) for who, loss in found.items()}
    side_by_side(benchmark, ways, effort, table="losses", name=name, size=size, reasons=why)
