"""Walking a graph and writing it as text, for graphs of several shapes."""

import gc
from typing import Any

import torch
from torch import Tensor

from benchmarks.scale.rounds import Effort, Way, side_by_side
from lessons_pkg import graph

SIZES = (10**3, 10**4, 10**5)


def chain(size: int) -> Tensor:
    """One operation after the other."""
    x = torch.ones((), requires_grad=True)
    for _ in range(size - 1):
        x = x.sin()
    return x


def wide(size: int) -> Tensor:
    """All leaves into one operation."""
    return torch.stack([torch.ones((), requires_grad=True) for _ in range(size - 1)])


def diamonds(size: int) -> Tensor:
    """Two ways that part and meet again, one diamond after the other."""
    x = torch.ones((), requires_grad=True)
    for _ in range(size // 3):
        x = x.sin() + x.cos()
    return x


SHAPES = {shape.__name__: shape for shape in (chain, wide, diamonds)}


def life(shape: str, size: int) -> dict[str, Way]:
    """Return what happens to a graph, in order: each walk is the first through a new graph."""
    held: dict[str, Any] = {"root": SHAPES[shape](size)}

    def walk() -> None:
        held["nodes"] = graph.walk(held["root"])

    def build() -> None:
        held["root"] = SHAPES[shape](size)

    ways: dict[str, Way] = {"ours": walk, "tree": lambda: graph.tree(held["nodes"])}
    ways |= {"free": held.clear, "build": build, "collector": gc.enable}
    ways |= {"walk, collector on": walk, "no collector": gc.disable}
    return ways | {"free again": held.clear, "build again": build}


def measure(benchmark: Any, shape: str, size: int, effort: Effort) -> None:
    """Time each part of a graph's life, once per round."""
    once = effort._replace(least=0)
    gc.disable()  # its passes go over every object of the process, torch's and pytest's, too
    try:
        side_by_side(benchmark, life(shape, size), once, table="graphs", name=shape, size=size)
    finally:
        gc.enable()
