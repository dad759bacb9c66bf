"""Steps divided by the size that a parameter's gradients have had lately."""

from typing import Any

from torch import Tensor
from torch.optim.optimizer import ParamsT

from lessons_pkg.guards import at_least_zero, decay_rate
from lessons_pkg.optim.base import DenseOptimizer, Group, count, remembered


def rmsprop_update(p: Tensor, grad: Tensor, memory: dict[str, Any], group: Group) -> None:
    """Move ``p`` by one step of the formula in :class:`RMSprop`."""
    alpha, mu = group["alpha"], group["momentum"]
    count(memory)
    [s] = remembered(memory, p, "square_avg")
    s.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    if group["centered"]:  # by the deviation, not the root mean square
        [a] = remembered(memory, p, "grad_avg")
        a.lerp_(grad.to(a), 1 - alpha)  # a + (1 - alpha) (g - a)
        s = s.addcmul(a, a, value=-1)
    u = grad / (s.sqrt() + group["eps"])
    if mu > 0:
        [b] = remembered(memory, p, "momentum_buffer")
        u = b.mul_(mu).add_(u)
    p.sub_(u, alpha=float(group["lr"]))


class RMSprop(DenseOptimizer):
    r"""Gradient descent in which each parameter divides its steps by the size of its own gradients.

    Per parameter :math:`\theta` with gradient :math:`g` (:math:`-g` with ``maximize``), learning rate
    :math:`\eta`, ``alpha`` :math:`\alpha`, ``weight_decay`` :math:`\lambda` and ``momentum`` :math:`\mu`:

    .. math::

        g &\leftarrow g + \lambda \theta \\
        s &\leftarrow \alpha s + (1 - \alpha) g^2, \quad
        a \leftarrow \alpha a + (1 - \alpha) g \quad \text{(centered only)} \\
        u &= g / (\sqrt{s} + \epsilon), \quad
        u = g / (\sqrt{s - a^2} + \epsilon) \quad \text{if centered} \\
        b &\leftarrow \mu b + u, \quad \theta \leftarrow \theta - \eta b

    Remembers ``square_avg`` (:math:`s`), ``grad_avg`` (:math:`a`) if centered, ``momentum_buffer``
    (:math:`b`) if :math:`\mu > 0`, and ``step``, which it counts and does not use. If centered, a constant
    gradient can bring the variance :math:`s - a^2` below zero by rounding, and :math:`\theta` to nan, in
    torch as well. Twin of ``torch.optim.RMSprop``, whose ``foreach``, ``capturable`` and ``differentiable``
    choose an implementation and are left out, as is a tensor for ``lr``. Chapter 10. Hinton (2012, lecture
    6), Graves (2013) for ``centered``.

    Args:
        params: tensors of any shapes, or dicts with ``"params"`` and options of their own.
        lr: the learning rate :math:`\eta`.
        alpha: the rate :math:`\alpha`, in [0, 1); torch takes more, and divides by 0 or nan.
        eps: :math:`\epsilon`.
        weight_decay: :math:`\lambda`.
        momentum: :math:`\mu`.
        centered: whether steps are divided by the deviation.
        maximize: whether to climb.

    Raises:
        TypeError: an option is no number, or, before ``step`` has moved anything, a gradient is sparse or
            complex.
        ValueError: ``lr``, ``eps``, ``weight_decay`` or ``momentum`` is negative, or ``alpha`` not in [0, 1).

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = optim.RMSprop([w], lr=0.25, alpha=0.75, eps=0.0)
        >>> w.square().sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.5
    """

    rules = at_least_zero("lr", "eps", "weight_decay", "momentum"), decay_rate("alpha")
    update = staticmethod(rmsprop_update)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        options = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum}
        super().__init__(params, options | {"centered": centered, "maximize": maximize})
