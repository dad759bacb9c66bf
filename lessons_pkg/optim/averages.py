"""Averages of a network's weights over the steps of its training."""

import torch
from torch import nn

from lessons_pkg.guards import Given, decay_rate, guarded, module


def a_copy(name: str, given: Given) -> None:
    """Refuse what is no copy of the model: other shapes, or the very same tensors."""
    ema, model = given["ema"], given["model"]
    for kind in ("parameters", "buffers"):
        kept, now = ([*getattr(one, kind)()] for one in (ema, model))
        shapes = [[tuple(t.shape) for t in tensors] for tensors in (kept, now)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"{name}: ema must have the {kind} of model, got {shapes[0]} for {shapes[1]}")
    if {id(p) for p in ema.parameters()} & {id(p) for p in model.parameters()}:
        raise ValueError(f"{name}: ema must be a copy.deepcopy of model, got model's own parameters")


@guarded(module("ema", "model"), decay_rate("decay"), a_copy)
@torch.no_grad()
def update_ema(ema: nn.Module, model: nn.Module, decay: float = 0.99) -> None:
    r"""Move the weights of ``ema`` a little towards those of ``model``, in place; copy its buffers.

    :math:`\bar w \leftarrow \beta\, \bar w + (1 - \beta)\, w` for each parameter, of any shape, with
    :math:`\beta` for ``decay``: an exponential moving average, which remembers about :math:`1 / (1 - \beta)`
    steps. Call it after each ``optimizer.step()``. Twin of ``torch.optim.swa_utils.AveragedModel`` with
    ``multi_avg_fn=get_ema_multi_avg_fn(decay)``, whose first update copies. Chapter 15. Polyak and Juditsky
    (1992), for equal weights.

    Args:
        ema: a ``copy.deepcopy`` of the model, made before training.
        model: what is trained.
        decay: :math:`\beta`, in [0, 1).

    Raises:
        TypeError: ``ema`` or ``model`` is no module, or ``decay`` no number.
        ValueError: ``decay`` is outside [0, 1), or ``ema`` no copy: other shapes, or the same tensors.

    Example:
        >>> import copy, torch
        >>> from torch import nn
        >>> from lessons_pkg import optim
        >>> model = nn.Linear(1, 1, bias=False)
        >>> ema = copy.deepcopy(model)
        >>> _ = nn.init.zeros_(ema.weight), nn.init.ones_(model.weight)
        >>> optim.update_ema(ema, model, decay=0.75)
        >>> ema.weight.item()
        0.25
    """
    kept = ema.parameters()
    now = model.parameters()
    for m, w in zip(kept, now, strict=True):
        m.lerp_(w, 1 - decay)
    old, new = ema.buffers(), model.buffers()
    for a, b in zip(old, new, strict=True):
        a.copy_(b)
