"""A small program that names the kinds of grains, and eleven mistakes that somebody has really made in it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from lessons_pkg.data.splits import Part
from lessons_pkg.guards import guarded, whole

Device = torch.device | str


@guarded(whole("n", least=1), whole("seed", least=0))
def grains(n: int, *, seed: int = 0, device: Device = "cpu") -> Part:
    """Invent ``n`` grains of three kinds: ten measurements ``x`` ``(n, 10)``, float64; kinds ``y`` ``(n,)``.

    The measurements are normal, of mean 0 and variance 1. Three of them decide the kind, by a rule with a
    corner in it; the other seven say nothing. Chapter 11.

    Args:
        n: how many, >= 1.
        seed: of the draws, >= 0, by a generator of the CPU.
        device: where they lie.

    Returns:
        The measurements and the kinds, 0 to 2.

    Raises:
        TypeError: ``n`` or ``seed`` is no whole number.
        ValueError: ``n`` < 1, or a negative ``seed``.

    Example:
        >>> from lessons_pkg import data
        >>> x, y = data.grains(200)
        >>> tuple(x.shape), y.bincount().tolist()
        ((200, 10), [82, 58, 60])
    """
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 10, generator=draw, dtype=torch.float64)
    corner = 1.5 * x[:, 0].abs() - 0.6
    scores = torch.stack([corner, x[:, 1] + x[:, 2] / 2, x[:, 2] / 2 - x[:, 1]], 1)
    return Part(x.to(device), scores.argmax(1).to(device))


def make_layer(inputs: int, outputs: int, draw: torch.Generator, device: Device = "cpu") -> nn.Linear:
    """Make a layer of weights with variance 1 / ``inputs``, drawn on the CPU, and biases 0."""
    made = nn.Linear(inputs, outputs, dtype=torch.float64)
    with torch.no_grad():
        made.weight.copy_(torch.randn(outputs, inputs, generator=draw, dtype=torch.float64) / inputs**0.5)
        made.bias.zero_()
    return made.to(device)


class DrawnDropout(nn.Module):
    """``nn.Dropout`` with draws of its own, the same on every device."""

    def __init__(self, p: float, draw: torch.Generator) -> None:
        super().__init__()
        self.p, self.draw = p, draw

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x``, or while training what is left of it, made larger to make up for the rest."""
        if not self.training:
            return x
        kept = torch.rand(x.shape, generator=self.draw) >= self.p
        return x * kept.to(x.device) / (1 - self.p)


class GrainNet(nn.Module):
    """Ten measurements, 32 hidden units, three logits; a tenth of the hidden values drops out."""

    def __init__(self, draw: torch.Generator, device: Device = "cpu") -> None:
        super().__init__()
        self.layer1 = make_layer(10, 32, draw, device)
        self.drop = DrawnDropout(0.1, draw)
        self.layer2 = make_layer(32, 3, draw, device)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of ``x``, ``(N, 3)``."""
        hidden: Tensor = F.relu(self.layer1(x))
        logits: Tensor = self.layer2(self.drop(hidden))
        return logits


@dataclass
class Program:
    """What training consists of: data, network, loss, optimizer, and two habits."""

    x: Tensor
    y: Tensor
    new_x: Tensor
    new_y: Tensor
    net: GrainNet
    loss: Callable[[Tensor, Tensor], Tensor]
    optimizer: optim.Optimizer
    draw: torch.Generator
    clear: bool = True  # the gradients, before each backward pass
    calm: bool = True  # measure in evaluation mode


Plant = Callable[[Program], None]


def program(plant: Plant | None = None, *, seed: int = 0, device: Device = "cpu") -> Program:
    """Make the healthy program, or one with a mistake planted in it."""
    draw = torch.Generator().manual_seed(100 + seed)
    x, y = grains(200, seed=seed, device=device)
    new_x, new_y = grains(500, seed=500 + seed, device=device)
    net = GrainNet(draw, device)
    p = Program(x, y, new_x, new_y, net, F.cross_entropy, optim.Adam(net.parameters(), lr=0.01), draw)
    if plant is not None:
        plant(p)
    return p


def one_column_large(p: Program) -> None:
    """Plant grams among kilograms."""
    p.x = p.x.clone()
    p.new_x = p.new_x.clone()
    for table in (p.x, p.new_x):
        table[:, 4] *= 1000


def sum_for_mean(p: Program) -> None:
    """Plant a loss that is summed over the batch."""
    p.loss = lambda z, y: F.cross_entropy(z, y, reduction="sum")


def softmax_first(p: Program) -> None:
    """Plant a softmax before the loss that applies its own."""
    p.loss = lambda z, y: F.cross_entropy(z.softmax(1), y)


def labels_dealt_out(p: Program) -> None:
    """Plant an order of the labels that is not the inputs'."""
    p.y = p.y[torch.randperm(len(p.y), generator=p.draw).to(p.y.device)]


def never_cleared(p: Program) -> None:
    """Plant a loop without ``zero_grad()``."""
    p.clear = False


def frozen(p: Program) -> None:
    """Plant a first layer that asks for no gradient."""
    p.net.layer1.requires_grad_(False)


def cut(p: Program) -> None:
    """Plant a ``.detach()`` behind the first layer."""
    p.net.layer1.register_forward_hook(lambda m, i, out: out.detach())


def new_head(p: Program) -> None:
    """Plant a last layer that is replaced when the optimizer is there already."""
    p.net.layer2 = make_layer(32, 3, p.draw, p.x.device)


def rate_times_100(p: Program) -> None:
    """Plant a learning rate with two zeros too few."""
    p.optimizer.param_groups[0]["lr"] *= 100


def reshaped(p: Program) -> None:
    """Plant ``.T.reshape`` where nothing needed turning."""
    p.net.layer2.register_forward_hook(lambda m, i, out: out.T.reshape(out.shape))


def no_eval(p: Program) -> None:
    """Plant a measurement without ``eval()``."""
    p.calm = False


PLANTS: tuple[Plant, ...] = (
    one_column_large, sum_for_mean, softmax_first, labels_dealt_out, never_cleared, frozen, cut, new_head,
    rate_times_100, reshaped, no_eval,
)  # fmt: skip


def name_of(plant: Plant | None) -> str:
    """Name a program by what is planted in it."""
    return "healthy" if plant is None else plant.__name__
