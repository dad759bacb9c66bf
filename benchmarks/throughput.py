"""The same training step on the CPU and, where there is one, on a GPU, over sizes: `make bench`."""

import statistics
import sys
import time
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.results import Table, store
from lessons_pkg.models import MLP

BATCH, INPUTS, CLASSES = 256, 64, 10
WIDTHS = (16, 64, 256, 1024, 4096, 16384)
LEAST = 1.0  # seconds for each number


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)  # a GPU answers before it has calculated


def _step(model: nn.Module, x: torch.Tensor, y: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


def steps_per_second(width: int, device: torch.device, least: float = LEAST) -> float:
    """Time chapter 12's step, with a hidden layer of this width, in float32; the median of five turns."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(BATCH, INPUTS, generator=generator).to(device)
    y = torch.randint(CLASSES, (BATCH,), generator=generator).to(device)
    model = MLP(INPUTS, width, CLASSES).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    speeds: list[float] = []
    count = 3
    while len(speeds) < 5:
        _wait(device)
        start = time.perf_counter()
        for _ in range(count):
            _step(model, x, y, optimizer)
        _wait(device)
        taken = time.perf_counter() - start
        if taken < least / 5:
            count = max(count + 1, int(count * 1.2 * least / 5 / max(taken, 1e-4)))  # warms up, too
        else:
            speeds.append(count / taken)
    return statistics.median(speeds)


def wins(speeds: list[list[float]]) -> list[list[str]]:
    """Say from which width on the GPU is faster, and by how much in the end; nothing without a GPU."""
    if len(speeds[0]) == 1:
        return []
    slower = [number for number, (cpu, gpu) in enumerate(speeds) if gpu <= cpu]
    first = max(slower, default=-1) + 1
    ratio = speeds[-1][1] / speeds[-1][0]
    return [[str(WIDTHS[first]) if first < len(WIDTHS) else "none of these", f"{ratio:.1f}"]]


def measure(devices: Sequence[torch.device], least: float = LEAST) -> dict[str, Table]:
    """Time all widths on all devices; the CPU comes first."""
    speeds, rows = [], []
    for width in WIDTHS:
        speeds.append([steps_per_second(width, device, least) for device in devices])
        parameters = (INPUTS + 1) * width + (width + 1) * CLASSES
        rows.append([width, f"{parameters:,}", *(f"{speed:.0f}" for speed in speeds[-1])])
        print(*rows[-1], flush=True)
    threads = f"steps per second, CPU with {torch.get_num_threads()} threads"
    head = ["width of the hidden layer", "parameters", threads, "steps per second, GPU"][: 2 + len(devices)]
    better = ["the GPU is faster from this width on", "at the greatest width: times as fast"]
    return {"steps": {"head": head, "rows": rows}, "wins": {"head": better, "rows": wins(speeds)}}


def main() -> int:
    """Measure what is here and store it."""
    devices = [torch.device("cpu"), *[torch.device("cuda")][: torch.cuda.device_count()]]
    torch.backends.cuda.matmul.allow_tf32 = False  # as the course calculates
    print(f"stored in {store('throughput', measure(devices))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
