"""What the course's optimizers share: groups and options, one look at everything, then the moves."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from lessons_pkg.guards import Rule

Group = dict[str, Any]  # a parameter group: its tensors under "params", and its options


def require_writable(caller: str, role: str, tensors: Iterable[Tensor]) -> None:
    """Refuse tensors that torch would not let us change in place, before another one has been changed.

    Raises ValueError for an expanded tensor, whose elements share memory, and for one made in inference
    mode, outside of it.
    """
    for t in tensors:
        steps = t.stride() if t.layout == torch.strided else ()
        if any(size > 1 and step == 0 for size, step in zip(t.shape, steps, strict=False)):
            rule = "must not be expanded, or several elements are one number; clone them"
            raise ValueError(f"{caller}: {role} {rule}, got {tuple(t.shape)}")
        if t.is_inference() and not torch.is_inference_mode_enabled():
            raise ValueError(f"{caller}: {role} made in inference mode change only there, {tuple(t.shape)}")


def look_first(move: Callable[["DenseOptimizer"], None]) -> Callable[..., Any]:
    """Call the closure, look at every gradient, and only then ``move``; return what the closure returned."""

    @wraps(move)
    def step(self: "DenseOptimizer", closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        moving = [p for group in self.param_groups for p in group["params"] if p.grad is not None]
        for p in moving:
            dense = p.grad.layout == torch.strided
            if not (dense and p.is_floating_point() and p.grad.is_floating_point()):
                kind = "sparse" if not dense else "complex" if p.grad.is_complex() else "integer"
                rule = f"gradients must be dense and real, got {kind} {tuple(p.shape)}"
                raise TypeError(f"{type(self).__name__}: {rule}")
        require_writable(type(self).__name__, "parameters", moving)
        move(self)
        return loss

    return step


def remembered(memory: dict[str, Any], like: Tensor, *names: str) -> list[Tensor]:
    """Return what is kept under ``names``, shaped ``like`` the parameter; 0 where it is new."""
    for name in names:
        if name not in memory:
            memory[name] = torch.zeros_like(like)
    return [memory[name] for name in names]


def count(memory: dict[str, Any]) -> float:
    """Count one more step in ``memory``; on the CPU and in 32 bits, as ``bfloat16`` would stop at 256."""
    step = memory.setdefault("step", torch.zeros((), dtype=torch.float32, device="cpu"))
    return float(step.add_(1))


def effective_gradient(p: Tensor, group: Group) -> Tensor:
    """Return the gradient as the options ask for it; a decoupled decay shrinks ``p`` now instead."""
    assert p.grad is not None
    grad = p.grad
    if group["maximize"]:
        grad = -grad
    decay = group["weight_decay"]
    if group.get("decoupled_weight_decay"):
        # AdamW: the weight itself
        lr = float(group["lr"])
        p.mul_(1 - lr * decay)
    elif decay != 0:
        # Adam, SGD: a gradient like any other
        grad = grad.add(p, alpha=decay)
    return grad


class DenseOptimizer(Optimizer):
    r"""An optimizer with one rule per parameter, which a subclass names ``update``.

    Given here: :math:`g`, the ``.grad`` of each parameter that has one, as the options ask for it; the
    groups with their options; the closure. ``rules`` look at options, ``update`` moves one parameter.
    Attributes, ``zero_grad``, ``state_dict``, hooks and what schedulers need come from
    ``torch.optim.Optimizer``. Chapter 3.
    Raises TypeError if a group is not a dict or, before ``step`` has moved anything, if a gradient is sparse,
    complex or an integer; ValueError, as early, if a parameter cannot be changed in place.
    """

    rules: ClassVar[tuple[Rule, ...]] = ()
    update: Callable[[Tensor, Tensor, dict[str, Any], Group], None]

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        self.require(defaults)
        super().__init__(params, defaults)

    @look_first
    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient; return what ``closure``, if given, computes first."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    grad, memory = effective_gradient(p, group), self.state[p]
                    self.update(p, grad, memory, group)
                    if not memory:
                        del self.state[p]  # as in torch

    def require(self, options: dict[str, Any]) -> None:
        """Raise TypeError or ValueError for options that are not allowed."""
        for rule in self.rules:
            rule(type(self).__name__, options)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take over more parameters, with options of their own where given; see the class for errors."""
        if not isinstance(param_group, dict):
            kind = type(param_group).__name__
            raise TypeError(f"{type(self).__name__}: a parameter group must be a dict, got {kind}")
        self.require({**self.defaults, **param_group})
        super().add_param_group(param_group)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was loaded, unpickled or copied; a flag that it lacks is off, as in torch."""
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self.defaults.items():
                if isinstance(value, bool):  # a flag younger than the state
                    group.setdefault(name, False)
