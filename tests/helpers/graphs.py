"""Graphs to walk over and to draw."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.models import LeNet


def lenet_loss(net: LeNet, *, input_grad: bool = False) -> Tensor:
    images = torch.zeros(1, 1, 32, 32, requires_grad=input_grad)
    return functional.mse_loss(net(images), torch.zeros(1, 10))


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.variable = "an attribute of the same name as AccumulateGrad's"
        return 2 * x

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        return 2 * slopes[0]


class AccumulateGradClip(Doubled):
    pass


def random_graph(choices: list[tuple[int, int]]) -> tuple[Tensor, Tensor]:
    x = torch.tensor(0.5, requires_grad=True)
    values = [x]
    for one, two in choices:
        values.append(values[one % len(values)] + torch.tanh(values[two % len(values)]))
    return values[-1] + x, x
