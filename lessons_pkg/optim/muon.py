"""Muon: steps for matrices in which every direction moves about equally far."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from lessons_pkg.guards import (
    FLOATING_DTYPE,
    Given,
    at_least_zero,
    decay_rate,
    each,
    floating,
    guarded,
    must,
    one_of,
    plain_number,
    shaped,
    typed,
    whole,
)
from lessons_pkg.optim.base import DenseOptimizer, Group, look_first, remembered

QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's: steep at 0, and at 1 not exactly 1


def three_numbers(role: str) -> Any:
    """Refuse what does not hold three plain numbers: the rule for ``coefficients``."""
    three = typed("be three numbers", lambda v: isinstance(v, (tuple, list)) and len(v) == 3, role)

    def rule(name: str, given: Given) -> None:
        three(name, given)
        each(role, plain_number)(name, given)

    return rule


def quintic(x: Tensor, steps: int, coefficients: Sequence[float]) -> Tensor:
    """Repeat a x + b x x' x + c (x x')^2 x; the singular values of ``x`` change, its turns do not."""
    a, b, c = coefficients
    for _ in range(steps):
        s = x @ x.T
        # b s + c s s
        s = s.addmm(s, s, beta=b, alpha=c)
        # a x + s x
        x = x.addmm(s, x, beta=a)
    return x


MATRIX = shaped("g", "a matrix", lambda shape: len(shape) == 2 and 0 not in shape)


@guarded(
    floating("g"),
    MATRIX,
    whole("steps", least=0),
    three_numbers("coefficients"),
    at_least_zero("eps"),
    FLOATING_DTYPE,
)
def orthogonalize(
    g: Tensor,
    steps: int = 5,
    coefficients: Sequence[float] = QUINTIC,
    eps: float = 1e-7,
    dtype: torch.dtype = torch.bfloat16,
) -> Tensor:
    r"""Bring all singular values of a matrix near 1, by ``steps`` rounds of matrix products.

    Divided by its Frobenius norm, :math:`X = U S V^\top` has singular values in [0, 1]. A round makes of it

    .. math::

        a X + b X X^\top X + c (X X^\top)^2 X = U (a S + b S^3 + c S^5) V^\top .

    With the default ``coefficients`` :math:`a, b, c`, five rounds bring what lies in [0.005, 1] to between
    0.68 and 1.16, and turn neither :math:`U` nor :math:`V`. A wide matrix is used as it is, a tall one
    transposed, so that the products are small. Twin of ``torch.optim.Muon``'s inner function, to the last
    bit. Chapter 15. Jordan and others (2024).

    Args:
        g: ``(rows, columns)``, floating-point.
        steps: rounds, >= 0.
        coefficients: :math:`a, b, c`.
        eps: the least norm that is divided by.
        dtype: in which the products run, floating-point; torch's Muon has 16 bits.

    Returns:
        ``(rows, columns)``, of ``dtype``.

    Raises:
        TypeError: ``g`` is not floating-point, ``steps`` no whole number, ``coefficients`` not three
            numbers, or ``dtype`` not floating-point.
        ValueError: ``g`` is no matrix or has no entries, or ``steps`` or ``eps`` is negative.

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> g = torch.tensor([[3.0, 0.0], [0.0, 0.3]])
        >>> [round(value, 1) for value in optim.orthogonalize(g).diag().tolist()]
        [0.7, 0.7]
    """
    x = g.to(dtype)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / x.norm().clamp(min=eps)
    x = quintic(x, steps, coefficients)
    return x.T if tall else x


def muon_update(p: Tensor, grad: Tensor, memory: dict[str, Any], group: Group) -> None:
    """Move the matrix ``p`` by one step of the formula in :class:`Muon`; ``memory`` keeps the mean."""
    lr, mu = group["lr"], group["momentum"]
    name = "momentum_buffer"
    [m] = remembered(memory, p, name)
    m.lerp_(grad, 1 - mu)  # mu m + (1 - mu) g
    u = m
    if group["nesterov"]:
        u = grad.lerp(m, mu)
    n, eps = group["ns_steps"], group["eps"]
    abc = group["ns_coefficients"]
    step = orthogonalize(u, n, abc, eps)
    p.mul_(1 - lr * group["weight_decay"])
    p.sub_(step, alpha=lr * stretch(p, group))


def stretch(p: Tensor, group: Group) -> float:
    """Return the factor of the rate that makes steps of matrices of different shapes comparable."""
    rows, columns = p.shape
    if group["adjust_lr_fn"] == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


class Muon(DenseOptimizer):
    r"""Momentum whose matrix is orthogonalized: every direction of a step is about equally long.

    Per matrix :math:`\theta` with gradient :math:`g`, learning rate :math:`\eta`, ``momentum`` :math:`\mu`
    and ``weight_decay`` :math:`\lambda`:

    .. math::

        m &\leftarrow \mu m + (1 - \mu) g, \quad
        u = \mu m + (1 - \mu) g, \quad \text{or } u = m \text{ without nesterov} \\
        \theta &\leftarrow (1 - \eta \lambda) \theta - \eta \, s \, \mathrm{orthogonalize}(u)

    with :math:`s = \sqrt{\max(1, \text{rows} / \text{columns})}`, or, with ``"match_rms_adamw"``,
    :math:`s = 0.2 \sqrt{\max(\text{rows}, \text{columns})}`, which makes a step about as long as one of
    AdamW. See :func:`orthogonalize`.

    For the matrices of hidden layers; biases, gains, embeddings and the last layer go to another optimizer.
    Remembers ``momentum_buffer`` (:math:`m`). Twin of ``torch.optim.Muon``, where torch has it, to the last
    bit, without a tensor for ``lr``; for a bfloat16 matrix without nesterov torch 2.13 divides :math:`m`
    itself by its norm, and this one does not. Chapter 15. Jordan and others (2024); Liu and others (2025) for
    ``"match_rms_adamw"``.

    Args:
        params: matrices ``(rows, columns)``, or dicts with ``"params"`` and options of their own.
        lr: the learning rate :math:`\eta`.
        weight_decay: :math:`\lambda`, decoupled as in AdamW.
        momentum: :math:`\mu`, in [0, 1); torch takes more.
        nesterov: whether the step looks ahead of the mean.
        ns_coefficients: :math:`a, b, c` of :func:`orthogonalize`.
        eps: the least norm that is divided by.
        ns_steps: rounds of :func:`orthogonalize`, below 100.
        adjust_lr_fn: None or ``"original"`` for the first :math:`s`, ``"match_rms_adamw"`` for the second.

    Raises:
        TypeError: an option is no number, or, before ``step`` has moved anything, a gradient is sparse or
            complex.
        ValueError: a parameter is no matrix, or an option lies outside its range.

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.zeros(2, 2, requires_grad=True)
        >>> optimizer = optim.Muon([w], lr=1.0)
        >>> (w.diag() * torch.tensor([3.0, 0.3])).sum().backward()
        >>> optimizer.step()
        >>> [round(value, 1) for value in w.diag().tolist()]
        [-0.7, -0.7]
    """

    rules = (
        at_least_zero("lr", "weight_decay", "eps"),
        decay_rate("momentum"),
        three_numbers("ns_coefficients"),
        whole("ns_steps", least=0),
        must("be < 100", lambda rounds: rounds < 100, "ns_steps"),
        one_of("adjust_lr_fn", "original", "match_rms_adamw"),
    )

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = QUINTIC,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        options = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov}
        rounds = {"ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps}
        super().__init__(params, options | rounds | {"adjust_lr_fn": adjust_lr_fn})

    @look_first
    @torch.no_grad()
    def step(self: DenseOptimizer) -> None:
        """Move every matrix that has a gradient; return what ``closure``, if given, computes first."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    muon_update(p, p.grad, self.state[p], group)

    def require(self, options: dict[str, Any]) -> None:
        """Raise TypeError or ValueError for options that are not allowed; ``adjust_lr_fn`` may be None."""
        super().require({k: v for k, v in options.items() if k != "adjust_lr_fn" or v is not None})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take over more matrices; see the class for errors."""
        before = len(self.param_groups)
        super().add_param_group(param_group)
        for p in self.param_groups[-1]["params"]:
            if p.ndim != 2:
                del self.param_groups[before:]
                raise ValueError(f"Muon: parameters must be matrices, got {tuple(p.shape)}")
