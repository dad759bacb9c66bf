"""Lessons 2.1 to 2.3: answers computed with torch, and the wrong ones we can explain."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake


def lenet() -> nn.Sequential:
    """Build the chapter's network; the linear layers are at 7, 9 and 11."""
    one, two = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
    convolutions = [one, nn.ReLU(), nn.MaxPool2d(2), two, nn.ReLU(), nn.MaxPool2d(2)]
    linear = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    return nn.Sequential(*convolutions, nn.Flatten(), *linear)


def ways(net: nn.Sequential, image: Tensor) -> dict[Any, tuple[int, ...]]:
    """Each node behind the network's loss, with the entries of ``next_functions`` that lead there."""
    found: dict[Any, tuple[int, ...]] = {}
    waiting: list[tuple[Any, tuple[int, ...]]] = [(F.mse_loss(net(image), torch.zeros(1, 10)).grad_fn, ())]
    while waiting:
        node, way = waiting.pop()
        if node is not None and node not in found:
            found[node] = way
            waiting += [(after, (*way, entry)) for entry, (after, _) in enumerate(node.next_functions)]
    return found


def way_to_weight(place: int) -> tuple[int, ...]:
    """Entries that lead to the weight of the layer at ``place``."""
    net = lenet()
    found = ways(net, torch.zeros(1, 1, 32, 32))
    return next(way for node, way in found.items() if getattr(node, "variable", None) is net[place].weight)


def count(*frozen: int, image_grad: bool = False) -> int:
    """Nodes behind the network's loss with the layers at ``frozen`` frozen."""
    net = lenet()
    for place in frozen:
        net[place].requires_grad_(False)
    return len(ways(net, torch.zeros(1, 1, 32, 32, requires_grad=image_grad)))


def slopes_of_layer(slope: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients by bias, input and weight of a linear layer, by autograd."""
    bias = torch.zeros(len(weight), dtype=x.dtype, requires_grad=True)
    inputs = bias, x.detach().requires_grad_(), weight.detach().requires_grad_()
    by_bias, by_x, by_weight = torch.autograd.grad(F.linear(inputs[1], inputs[2], bias), inputs, slope)
    return by_bias, by_x, by_weight


def _layers() -> list[Case]:
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    return [(draw(n, 2), draw(n, 3), draw(2, 3)) for n in (1, 3, 5)]


def _mean_bias(slope: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    _, by_x, by_weight = slopes_of_layer(slope, x, weight)
    return slope.mean(0), by_x, by_weight


def penalty(x: float = 2.0, *, power: int = 2, first: int = 1, then: int = 0) -> tuple[float, float]:
    """Slope of tanh(w x) to a power, and its derivative; ``first``, ``then``: by w = 0.5 (0) or by x (1)."""
    inputs = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (0.5, x)]
    (slope,) = torch.autograd.grad(torch.tanh(inputs[0] * inputs[1]), inputs[first], create_graph=True)
    (second,) = torch.autograd.grad(slope**power, inputs[then])
    return slope.item() ** power, second.item()


def twice_detached(*, cut: bool = True, clear: bool = False) -> tuple[int, int]:
    """Gradient of w = 2 after one and after two passes through ``(3 w + detached 3 w) w``."""
    w = torch.tensor(2.0, requires_grad=True)
    found = []
    for _ in range(2):
        w.grad = None if clear else w.grad
        u = w * 3
        v = u.detach() if cut else u
        ((u + v) * w).backward()
        assert w.grad is not None
        found.append(int(w.grad.item()))
    return found[0], found[1]


EXERCISES = {
    "2.1": Exercise(
        lambda: way_to_weight(9),
        "Two layers back, and into the weight.",
        (
            Mistake(lambda: (0, 0, 0, 2, 0), "At fc3 you took entry 0, which is its bias: a dead end."),
            Mistake(lambda: (0, 1, 0, 1, 0), "At fc2 you went on along the data: that is the layer fc1."),
            Mistake(lambda: (1, 1, 0, 2, 0), "Entry 1 of the MSE is the target, which needs no gradient."),
            Mistake(lambda: (1, 0, 2, 0), "Entry 1 of the MSE is the target: None, and no way on."),
            Mistake(lambda: (0, 2, 0, 2, 0), "At fc3 you went to its own weight; the data are entry 1."),
            Mistake(lambda: (0, 2, 0), "You land on fc3.weight; first go back along the data, entry 1."),
            Mistake(lambda: (0, 1, 0, 0), "You land on fc2.bias; the weight is entry 2."),
            Mistake(lambda: (0, 1, 2, 0), "The ReLU has one entry, 0; it is a step of its own."),
            Mistake(lambda: (0, 1, 0, 2), "That is the transposition; its leaf is one step further."),
            Mistake(lambda: (0, 0, 1, 0, 0, 0, 2, 0, 0, 0), "Leave out the second [0]: one number per step."),
        ),
        labels=("entries, in order",),
    ),
    "2.1b": Exercise(
        lambda: (count(0), count(0, 3), count(image_grad=True)),
        "A node exists where something behind it needs a gradient.",
        (
            Mistake(
                lambda: (count(), count(), count(image_grad=True)),
                "Freezing takes nodes away: what needs no gradient leaves none.",
            ),
            Mistake(
                lambda: (count() - count(0), count() - count(0, 3), count(image_grad=True) - count()),
                "So many go or come; how many are there?",
            ),
            Mistake(lambda: (24, 22, 27), "You took away the leaves only; their operations go as well."),
            Mistake(
                lambda: (count(0), count(0, 3) + 1, count(image_grad=True)),
                "With both convolutions frozen, the view goes too.",
            ),
            Mistake(
                lambda: (count(0), count(0, 3), count()),
                "An image that requires a gradient is a leaf, with an AccumulateGrad.",
            ),
            Mistake(
                lambda: (count(0) + 2, count(0, 3), count(image_grad=True)),
                "With conv1 frozen, its ReLU and its pooling go too.",
            ),
            Mistake(lambda: (23, 20, 27), "What has only inputs without gradient behind it goes as well."),
        ),
        labels=("conv1 frozen", "both frozen", "image"),
    ),
    "2.2": Exercise(
        slopes_of_layer,
        "These are autograd's three gradients.",
        (
            Mistake(
                lambda G, X, W: (G, G @ W, G.T @ X), "For b: add up the rows, so that the shape is b's, (2,)."
            ),
            Mistake(
                lambda G, X, W: (G.sum(1), G @ W, G.T @ X), "For b: add over the rows, which is dimension 0."
            ),
            Mistake(
                lambda G, X, W: (G.sum(), G @ W, G.T @ X),
                "For b: one slope for each of the two biases, so add up the rows only, dimension 0.",
            ),
            Mistake(_mean_bias, "The bias is added to every row, so its slopes are summed, not averaged."),
            Mistake(
                lambda G, X, W: (G.sum(0), G @ W, X.T @ G), "The slope for W must have W's shape, (2, 3)."
            ),
            Mistake(lambda G, X, W: (G.sum(0), G.T @ X, G @ W), "Those for X and for W have changed places."),
            Mistake(lambda G, X, W: (G @ W, G.T @ X, G.sum(0)), "The order is that of addmm: b, X, W."),
            Mistake(
                lambda G, X, W: (G.sum(0), G @ W, G.T @ X / len(X)),
                "Do not divide by the number of rows: G has every factor of the loss.",
            ),
        ),
        cases=_layers,
    ),
    "2.3": Exercise(
        twice_detached,
        "v is a constant, w stands in both factors, and the second pass adds.",
        (
            Mistake(lambda: twice_detached(cut=False), "v is a constant: no gradient comes through it."),
            Mistake(lambda: (12, 24), "u was not detached: through it, too, a way leads to w."),
            Mistake(lambda: (6, 12), "w stands in both factors: in u, and as the last factor."),
            Mistake(lambda: twice_detached(clear=True), "backward() adds: nothing clears .grad in between."),
        ),
        labels=("after one pass", "after two"),
    ),
    "2.3b": Exercise(
        penalty,
        "The second derivative went through the first.",
        (
            Mistake(lambda: (penalty()[0], -penalty()[1]), "The second has the wrong sign."),
            Mistake(lambda: penalty(then=1), "Your second number is the derivative with respect to x."),
            Mistake(
                lambda: (penalty()[0], round(penalty(then=1)[1], 4)),
                "Your second number is the derivative with respect to x.",
            ),
            Mistake(lambda: penalty(power=1), "That is the slope and its derivative; P is its square."),
            Mistake(
                lambda: penalty(first=0),
                "The slope of the model is the derivative with respect to x, not to w.",
            ),
            Mistake(
                lambda: (penalty()[0], 4 * penalty()[0]),
                "The tanh in the slope depends on w too; let autograd differentiate it.",
            ),
            Mistake(
                lambda: (penalty()[0], penalty(power=1)[1]),
                "Your second number belongs to s, not to s squared.",
            ),
            Mistake(lambda: penalty(1.0), "That is the penalty at x = 1; here x is 2."),
        ),
        labels=("P", "dP/dw"),
    ),
}
