"""Gradient descent with what ``torch.optim.SGD`` adds to it."""

from typing import Any

from torch import Tensor
from torch.optim.optimizer import ParamsT

from lessons_pkg.guards import Given, at_least_zero, plain_number
from lessons_pkg.optim.base import DenseOptimizer, Group


def sgd_update(p: Tensor, grad: Tensor, memory: dict[str, Any], group: Group) -> None:
    """Move ``p`` by one step of the formula in :class:`SGD`; ``memory`` keeps its velocity."""
    mu, u = group["momentum"], grad
    if mu > 0:
        v = memory.get("momentum_buffer")
        if v is None:
            # a copy: .grad will be cleared
            v = grad.clone()
        else:
            share = 1 - group["dampening"]
            v.mul_(mu).add_(grad, alpha=share)
        memory["momentum_buffer"] = v
        u = v
        if group["nesterov"]:
            u = grad.add(v, alpha=mu)
    p.sub_(u, alpha=float(group["lr"]))


def nesterov_has_momentum(name: str, options: Given) -> None:
    """Refuse Nesterov's look-ahead where there is no velocity to look along."""
    mu, dampening = options["momentum"], options["dampening"]
    if options["nesterov"] and (mu == 0 or dampening != 0):
        raise ValueError(f"{name}: nesterov needs momentum > 0 and dampening 0, got {mu} and {dampening}")


class SGD(DenseOptimizer):
    r"""Gradient descent with momentum, dampening, Nesterov's look-ahead and weight decay.

    Per parameter :math:`\theta` with gradient :math:`g` (:math:`-g` with ``maximize``), learning rate
    :math:`\eta`, ``weight_decay`` :math:`\lambda`, ``momentum`` :math:`\mu` and ``dampening`` :math:`\tau`:

    .. math::

        d &= g + \lambda \theta \\
        v &\leftarrow \mu v + (1 - \tau) d \quad \text{(first step: } v = d \text{)} \\
        \theta &\leftarrow \theta - \eta u, \quad
        u = \begin{cases} d & \mu = 0 \\ v & \mu > 0 \\ d + \mu v & \text{with Nesterov} \end{cases}

    Groups, closure and the look at all gradients before any step come from ``DenseOptimizer``.
    Twin of ``torch.optim.SGD``, whose ``foreach``, ``fused`` and ``differentiable`` choose an implementation
    and are left out, as is a tensor for ``lr``. Chapter 3. Robbins and Monro (1951), Polyak (1964), Nesterov
    (1983), Sutskever and others (2013).

    Args:
        params: tensors of any shapes, or dicts with ``"params"`` and options of their own.
        lr: the learning rate :math:`\eta`.
        momentum: :math:`\mu`.
        dampening: :math:`\tau`.
        weight_decay: :math:`\lambda`.
        nesterov: whether to look ahead; needs momentum, and no dampening.
        maximize: whether to climb.

    Raises:
        TypeError: an option is no number, or, before ``step`` has moved anything, a gradient is sparse or
            complex.
        ValueError: ``lr``, ``momentum`` or ``weight_decay`` is negative, or ``nesterov`` lacks what it needs.

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = optim.SGD([w], lr=0.25)
        >>> w.square().sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.5
    """

    rules = at_least_zero("lr", "momentum", "weight_decay"), plain_number("dampening"), nesterov_has_momentum
    update = staticmethod(sgd_update)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening}
        defaults |= {"weight_decay": weight_decay, "nesterov": nesterov}
        super().__init__(params, defaults | {"maximize": maximize})
