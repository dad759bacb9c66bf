"""Gradients made shorter before the step."""

from collections.abc import Iterable

import torch
from torch import Tensor

from lessons_pkg.guards import Given, at_least_zero, guarded, sequence
from lessons_pkg.optim.base import require_writable


def writable_gradients(name: str, given: Given) -> None:
    """Refuse what is no list of parameters, and gradients that cannot be changed in place."""
    parameters = given["parameters"]
    if isinstance(parameters, Tensor):
        raise TypeError(f"{name}: parameters must be an iterable of tensors, got one tensor")
    for p in parameters:
        if not isinstance(p, Tensor):
            raise TypeError(f"{name}: parameters must be tensors, got {type(p).__name__}")
    require_writable(name, "gradients", [p.grad for p in parameters if p.grad is not None])


def shorten_(gradients: list[Tensor], max_norm: float) -> Tensor:
    """Multiply all gradients by one factor, so that together they are at most ``max_norm`` long."""
    lengths = [g.norm() for g in gradients]
    length: Tensor = torch.stack(lengths).norm()
    factor = max_norm / (length + 1e-6)
    factor = factor.clamp(max=1.0)  # nan stays nan
    for g in gradients:
        g.mul_(factor)
    return length


@guarded(at_least_zero("max_norm"), sequence("parameters"), writable_gradients)
@torch.no_grad()
def clip_grad_norm_(
    parameters: Iterable[Tensor], max_norm: float, *, error_if_nonfinite: bool = False
) -> Tensor:
    r"""Shorten all gradients together to at most ``max_norm``; return their length before.

    :math:`g \leftarrow \min\left(1, \frac{c}{\lVert g \rVert + 10^{-6}}\right) g` with :math:`c` for
    ``max_norm`` and :math:`g` for the entries of all gradients as one vector: its direction stays. A
    parameter whose ``.grad`` is None is left out; a nan anywhere makes every gradient nan. Twin of
    ``torch.nn.utils.clip_grad_norm_``, whose ``foreach`` and other norms (its third position) are left out.
    Chapter 11. Pascanu, Mikolov and Bengio (2013).

    Args:
        parameters: tensors of any shapes, as ``module.parameters()`` gives them; an iterator that is used up
            gives a warning.
        max_norm: the length :math:`c`.
        error_if_nonfinite: whether a length that is infinite or nan is refused.

    Returns:
        The length before, ``()``.

    Raises:
        TypeError: a single tensor, what is no tensor (``module.named_parameters()`` gives pairs), or
            ``max_norm`` is no number.
        ValueError: ``max_norm`` is negative or, before anything has changed, a gradient cannot be changed in
            place.
        RuntimeError: as early, for a length that is not finite, if ``error_if_nonfinite``.

    Example:
        >>> import torch
        >>> from lessons_pkg import optim
        >>> w = torch.zeros(2, requires_grad=True)
        >>> w.grad = torch.tensor([3.0, 4.0])
        >>> optim.clip_grad_norm_([w], max_norm=1.0)
        tensor(5.)
        >>> w.grad
        tensor([0.6000, 0.8000])
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return torch.tensor(0.0)
    if error_if_nonfinite:
        length = torch.stack([g.norm() for g in gradients]).norm()
        if not length.isfinite():
            raise RuntimeError(f"clip_grad_norm_: the gradient's length is {length.item()}")
    return shorten_(gradients, max_norm)
