"""What `make scale` lets pytest-benchmark time, one case after the other."""

from typing import Any

import pytest
import torch

from benchmarks.differences import INPUTS
from benchmarks.scale import drawings, graphs, losses, optimizers, sliders
from benchmarks.scale.rounds import Effort

torch.set_num_threads(1)


@pytest.mark.parametrize("size", graphs.SIZES)
@pytest.mark.parametrize("shape", graphs.SHAPES)
def test_graph(benchmark: Any, shape: str, size: int) -> None:
    """Walk, write, free."""
    graphs.measure(benchmark, shape, size, Effort())


@pytest.mark.parametrize("size", drawings.SIZES)
def test_drawing(benchmark: Any, size: int) -> None:
    """Draw a net's graph."""
    drawings.measure(benchmark, size, Effort())


@pytest.mark.parametrize("frames", sliders.SIZES)
def test_slider(benchmark: Any, frames: int) -> None:
    """Write a slider."""
    sliders.measure(benchmark, frames, Effort())


@pytest.mark.parametrize(("tensors", "numbers"), optimizers.SHAPES)
@pytest.mark.parametrize("name", optimizers.NAMES)
def test_optimizer(benchmark: Any, name: str, tensors: int, numbers: int) -> None:
    """Take a step."""
    optimizers.measure(benchmark, name, tensors, numbers, Effort())


@pytest.mark.parametrize("size", losses.SIZES)
@pytest.mark.parametrize("name", INPUTS)
def test_loss(benchmark: Any, name: str, size: int) -> None:
    """Forward and backward; the largest also compiled."""
    largest = size == losses.SIZES[-1]
    losses.measure(benchmark, name, size, Effort(budget=3 if largest else 0.5), compiled=largest)
