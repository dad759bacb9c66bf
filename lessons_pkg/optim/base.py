"""What the course's optimizers share: look at everything first, then move."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from lessons_pkg.optim.options import require_writable


def remembered(kept: dict[str, Any], like: Tensor, *names: str) -> dict[str, Tensor]:
    """Return the memory ``kept`` for one parameter, made at 0 where new: ``names``, and a count, ``"step"``.

    ``names`` are shaped ``like`` the parameter; ``"step"`` is a tensor with one number, on the CPU, as
    torch has it, and in 32 bits (torch: in 64, where that is the default): ``bfloat16`` would stop at 256.
    Chapter 10.
    """
    if "step" not in kept:
        kept["step"] = torch.zeros((), dtype=torch.float32, device="cpu")
    for name in names:
        if name not in kept:
            kept[name] = torch.zeros_like(like)
    return kept


class DenseOptimizer(Optimizer):
    r"""An optimizer with one rule per parameter, which a subclass writes down in ``update``.

    Given here: :math:`g`, the ``.grad`` of each parameter that has one, from where ``step`` reads it; the
    parameter groups with their options; the closure. ``require`` looks at options, ``update`` moves one
    parameter. Attributes, ``zero_grad``, ``state_dict``, hooks and what schedulers need come from
    ``torch.optim.Optimizer``. Chapter 3.
    Raises TypeError if a group is not a dict or, before ``step`` has moved anything, if a gradient is sparse,
    complex or an integer; ValueError, as early, if a parameter cannot be changed in place.
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.require(defaults)
        super().__init__(params, defaults)

    def require(self, options: dict[str, Any]) -> None:
        """Raise TypeError or ValueError for options that are not allowed."""
        raise NotImplementedError

    def update(self, p: Tensor, grad: Tensor, group: dict[str, Any]) -> None:
        """Move ``p``, which has the gradient ``grad`` and the options ``group``."""
        raise NotImplementedError

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

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient; return what ``closure``, if given, computes first."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        moving = [(p, group) for group in self.param_groups for p in group["params"] if p.grad is not None]
        for p, _ in moving:  # before anything has moved
            dense = p.grad.layout == torch.strided
            if not (dense and p.is_floating_point() and p.grad.is_floating_point()):
                kind = "sparse" if not dense else "complex" if p.grad.is_complex() else "integer"
                rule = f"gradients must be dense and real, got {kind} {tuple(p.shape)}"
                raise TypeError(f"{type(self).__name__}: {rule}")
        require_writable(type(self).__name__, parameters=[p for p, _ in moving])
        for p, group in moving:
            self.update(p, p.grad, group)
        return loss
