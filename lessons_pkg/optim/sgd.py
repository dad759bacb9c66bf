"""Gradient descent with what ``torch.optim.SGD`` adds to it."""

from numbers import Real
from typing import Any

from torch import Tensor

from lessons_pkg.optim.base import DenseOptimizer
from lessons_pkg.optim.options import require_at_least_zero


class SGD(DenseOptimizer):
    r"""Gradient descent with momentum, dampening, Nesterov's look-ahead and weight decay.

    Per parameter :math:`\theta` with gradient :math:`g` (:math:`-g` with ``maximize``), learning rate
    :math:`\eta`, ``weight_decay`` :math:`\lambda`, ``momentum`` :math:`\mu` and ``dampening`` :math:`\tau`:

    .. math::

        d &= g + \lambda \theta \\
        v &\leftarrow \mu v + (1 - \tau) d \quad \text{(first step: } v = d \text{)} \\
        \theta &\leftarrow \theta - \eta u, \quad
        u = \begin{cases} d & \mu = 0 \\ v & \mu > 0 \\ d + \mu v & \text{with Nesterov} \end{cases}

    ``params``: tensors of any shapes, or dicts with ``"params"`` and options of their own. Groups, closure
    and the look at all gradients before any step come from ``DenseOptimizer``. Twin of ``torch.optim.SGD``,
    whose ``foreach``, ``fused`` and ``differentiable`` choose an implementation and are left out, as is a
    tensor for ``lr``. Chapter 3.
    Robbins and Monro (1951), Polyak (1964), Nesterov (1983), Sutskever and others (2013).
    Raises TypeError or ValueError if ``lr``, ``momentum`` or ``weight_decay`` is not a number or negative,
    if ``dampening`` is not a number, if ``nesterov`` is asked for without momentum or with dampening, or,
    before ``step`` has moved anything, if a gradient is sparse or complex.
    """

    def __init__(
        self,
        params: Any,
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

    def require(self, options: dict[str, Any]) -> None:
        """Refuse options that are not allowed; see the class."""
        name, keys = type(self).__name__, ("lr", "momentum", "weight_decay")
        require_at_least_zero(name, **{key: options[key] for key in keys})
        mu, dampening = options["momentum"], options["dampening"]
        if not isinstance(dampening, Real):
            raise TypeError(f"{name}: dampening must be a number, got {type(dampening).__name__}")
        if options["nesterov"] and (mu == 0 or dampening != 0):
            raise ValueError(f"{name}: nesterov needs momentum > 0 and dampening 0, got {mu} and {dampening}")

    def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
        """Move ``p`` by minus the learning rate times its direction."""
        p.sub_(self.direction(p, grad, group), alpha=float(group["lr"]))

    def direction(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> Tensor:
        """Return what the learning rate multiplies, shaped like ``p``; update the memory kept for ``p``."""
        d = -grad if group["maximize"] else grad
        if group["weight_decay"] != 0:
            d = d.add(p, alpha=group["weight_decay"])
        mu = group["momentum"]
        if mu == 0:
            return d
        memory = self.state[p]
        v: Tensor | None = memory.get("momentum_buffer")
        if v is None:  # a copy, because .grad will be cleared
            v = memory["momentum_buffer"] = d.clone()
        else:
            v.mul_(mu).add_(d, alpha=1 - group["dampening"])
        return d.add(v, alpha=mu) if group["nesterov"] else v
