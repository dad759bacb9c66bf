"""Adam, its variant AMSGrad, and AdamW, which keeps the weight decay out of the moments."""

from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from lessons_pkg.guards import at_least_zero, decay_rates
from lessons_pkg.optim.base import DenseOptimizer, Group, count, remembered


def largest_so_far(memory: dict[str, Any], v: Tensor, group: Group) -> Tensor:
    """Return ``v``; with ``amsgrad``, for each number the largest that it has been."""
    if not group["amsgrad"]:
        return v
    name = "max_exp_avg_sq"
    [largest] = remembered(memory, v, name)
    torch.maximum(largest, v, out=largest)
    return largest


def adam_update(p: Tensor, grad: Tensor, memory: dict[str, Any], group: Group) -> None:
    """Move ``p`` by one step of the formula in :class:`Adam`; ``memory`` keeps both running means."""
    beta1, beta2 = group["betas"]
    t = count(memory)
    names = "exp_avg", "exp_avg_sq"
    m, v = remembered(memory, p, *names)
    m.mul_(beta1).add_(grad, alpha=1 - beta1)
    g, share = grad, 1 - beta2
    v.mul_(beta2).addcmul_(g, g, value=share)
    v = largest_so_far(memory, v, group)
    m_hat = m / (1 - beta1**t)
    # the root of v_hat, which itself may overflow
    root = v.sqrt() / (1 - beta2**t) ** 0.5
    step = m_hat / (root + group["eps"])
    p.sub_(step, alpha=float(group["lr"]))


class Adam(DenseOptimizer):
    r"""Adaptive moments: a running mean of the gradients, divided by the root of that of their squares.

    Per parameter :math:`\theta` with gradient :math:`g` (:math:`-g` with ``maximize``), learning rate
    :math:`\eta`, ``betas`` :math:`\beta_1, \beta_2`, ``weight_decay`` :math:`\lambda`, in step :math:`t`:

    .. math::

        g &\leftarrow g + \lambda \theta, \quad
        \text{or, if decoupled, } \theta \leftarrow (1 - \eta \lambda) \theta \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \hat m &= m / (1 - \beta_1^t), \quad \hat v = v / (1 - \beta_2^t) \\
        \theta &\leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)

    With ``amsgrad``, the largest :math:`v` so far (before the correction) takes the place of :math:`v` in
    :math:`\hat v`.

    Remembers ``exp_avg`` (:math:`m`), ``exp_avg_sq`` (:math:`v`), ``max_exp_avg_sq`` with ``amsgrad``, and
    ``step`` (:math:`t`), per parameter. Twin of ``torch.optim.Adam``, whose ``foreach``, ``fused``,
    ``capturable`` and ``differentiable`` choose an implementation and are left out, as are tensors for ``lr``
    and ``betas``. Chapter 10. Kingma and Ba (2015), Reddi and others (2018) for ``amsgrad``.

    Args:
        params: tensors of any shapes, or dicts with ``"params"`` and options of their own.
        lr: the learning rate :math:`\eta`.
        betas: the two rates, in [0, 1).
        eps: :math:`\epsilon`.
        weight_decay: :math:`\lambda`.
        amsgrad: whether the largest :math:`v` counts.
        maximize: whether to climb.
        decoupled_weight_decay: whether the decay passes the moments by.

    Raises:
        TypeError: an option is no number, or, before ``step`` has moved anything, a gradient is sparse or
            complex.
        ValueError: ``lr``, ``eps`` or ``weight_decay`` is negative, or ``betas`` no pair in [0, 1).

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = optim.Adam([w], lr=0.25)
        >>> w.square().sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.75
    """

    rules = at_least_zero("lr", "eps", "weight_decay"), decay_rates("betas")
    update = staticmethod(adam_update)

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        flags = {"maximize": maximize, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, options | flags)


class AdamW(Adam):
    r"""Adam with decoupled weight decay: :math:`\theta \leftarrow (1 - \eta\lambda)\theta` before each step.

    :class:`Adam` with ``decoupled_weight_decay=True`` and a ``weight_decay`` :math:`\lambda` of 0.01 unless
    you say otherwise; everything else as there. Twin of ``torch.optim.AdamW``. Chapter 10. Loshchilov and
    Hutter (2019).

    Args:
        params, lr, betas, eps, weight_decay, amsgrad, maximize: as in :class:`Adam`.

    Raises:
        TypeError, ValueError: as in :class:`Adam`.

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.tensor([1.0], requires_grad=True)
        >>> optimizer = optim.AdamW([w], lr=0.25, weight_decay=1.0)
        >>> w.square().sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.5
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        same = (params, lr, betas, eps, weight_decay, amsgrad)
        super().__init__(*same, maximize=maximize, decoupled_weight_decay=True)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was loaded, unpickled or copied, and stay decoupled, as torch does."""
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True  # an Adam's state says False
