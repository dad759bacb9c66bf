"""Invented flats with two things to predict, the network that predicts them, and its training. Chapter 9.

Each tensor has a first dimension for the seeds: that many data sets, and networks trained side by side
that have nothing to do with each other. Numbers are drawn on the CPU, in 64 bits, and moved once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, optim
from torch.nn import functional as F

Network = dict[str, Tensor]  # parameters by name
SHAPES = {"trunk": (5, 8), "rent": (8, 1), "quick": (8, 2)}


class Flats(NamedTuple):
    """``x`` ``(S, N, 5)``, the last column 1; ``rent``, in euros, and ``quick``, 0 or 1, ``(S, N)``."""

    x: Tensor
    rent: Tensor
    quick: Tensor


def draw_flats(seeds: Sequence[int], n: int, device: torch.device | None = None) -> Flats:
    """Draw ``n`` flats for each of ``seeds``: the rent has noise of 30 euros, the other answer has none.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats
        >>> draw_flats([0, 1], 3).x.shape
        torch.Size([2, 3, 5])
    """
    parts = []
    for seed in seeds:
        draws = torch.Generator().manual_seed(seed)
        x = torch.randn(n, 5, generator=draws, dtype=torch.float64)
        x[:, 4] = 1.0
        noise = torch.randn(n, generator=draws, dtype=torch.float64)
        rent = 100 * (x[:, 0] + x[:, 1] * x[:, 2]) / 2**0.5 + 30 * noise
        parts.append((x, rent, (x[:, 0] * x[:, 3] > 0).long()))
    return Flats(*(torch.stack(part).to(device) for part in zip(*parts, strict=True)))


def two_heads(seeds: Sequence[int], device: torch.device | None = None) -> Network:
    """Draw a network for each of ``seeds``: a trunk of eight units, and two heads.

    Example:
        >>> from lessons_pkg.data.flats import two_heads
        >>> two_heads([0])["trunk"].shape
        torch.Size([1, 5, 8])
    """
    draws = [torch.Generator().manual_seed(1000 + seed) for seed in seeds]
    net = {}
    for name, shape in SHAPES.items():
        start = [torch.randn(shape, generator=draw, dtype=torch.float64) for draw in draws]
        net[name] = (torch.stack(start) / shape[0] ** 0.5).to(device).requires_grad_()
    return net


def answers(net: Network, x: Tensor) -> tuple[Tensor, Tensor]:
    """Predict the rent ``(S, N)`` and the logits ``(S, N, 2)`` of "quick?".

    Example:
        >>> from lessons_pkg.data.flats import answers, draw_flats, two_heads
        >>> [part.shape for part in answers(two_heads([0]), draw_flats([0], 3).x)]
        [torch.Size([1, 3]), torch.Size([1, 3, 2])]
    """
    hidden = torch.tanh(x @ net["trunk"])
    rent = 100 * (hidden @ net["rent"])
    return rent.squeeze(-1), hidden @ net["quick"]


def two_losses(net: Network, flats: Flats) -> Tensor:
    """Mean squared error of the rent and cross-entropy of "quick?", ``(2, S)``.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats, two_heads, two_losses
        >>> two_losses(two_heads([0]), draw_flats([0], 3)).shape
        torch.Size([2, 1])
    """
    rent, logits = answers(net, flats.x)
    mse = (rent - flats.rent).square().mean(1)
    ce = F.cross_entropy(logits.mT, flats.quick, reduction="none").mean(1)
    return torch.stack([mse, ce])


def learn_flats(total_of: Callable[[Tensor], Tensor], flats: Flats, net: Network, *extra: Tensor) -> Network:
    """Train ``net``, and the ``extra`` parameters, for 300 updates on what ``total_of`` makes of the losses.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats, two_heads, learn_flats
        >>> net = learn_flats(lambda losses: losses.sum(0), draw_flats([0], 8), two_heads([0]))
        >>> sorted(net)
        ['quick', 'rent', 'trunk']
    """
    params = [*net.values(), *extra]
    optimizer = optim.Adam(params, lr=0.02)
    for _ in range(300):
        losses = two_losses(net, flats)
        total = total_of(losses).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    return net


def trunk_gradients(net: Network, losses: Iterable[Tensor]) -> Tensor:
    """Return each task's gradient with respect to the trunk, ``(S, tasks, parameters)``.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats, two_heads, trunk_gradients, two_losses
        >>> net = two_heads([0])
        >>> trunk_gradients(net, two_losses(net, draw_flats([0], 3))).shape
        torch.Size([1, 2, 40])
    """
    rows = []
    for loss in losses:
        (slope,) = torch.autograd.grad(
            loss.sum(),
            net["trunk"],
            retain_graph=True,
        )
        rows.append(slope.flatten(1))
    return torch.stack(rows, 1)


def score(net: Network, flats: Flats) -> tuple[Tensor, Tensor]:
    """By how many euros the rent is off (root of the mean square), and the share of right answers, per seed.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats, two_heads, score
        >>> [part.shape for part in score(two_heads([0]), draw_flats([0], 3))]
        [torch.Size([1]), torch.Size([1])]
    """
    with torch.no_grad():
        rent, logits = answers(net, flats.x)
    right = (logits.argmax(2) == flats.quick).double().mean(1)
    return (rent - flats.rent).square().mean(1).sqrt(), right


def grade(name: str, net: Network, flats: Flats) -> None:
    """Print a network's score: means over the seeds, and the range of the second.

    Example:
        >>> from lessons_pkg.data.flats import draw_flats, two_heads, grade
        >>> grade("drawn", two_heads([0]), draw_flats([0], 100))
        drawn        off  97 right 45% (45% to 45%)
    """
    off, right = score(net, flats)
    low, high = right.min().item(), right.max().item()
    print(f"{name:<12} off {off.mean():3.0f} right {right.mean():.0%} ({low:.0%} to {high:.0%})")
