"""Parameter groups: which parameters get which options."""

from typing import Any

from torch import nn

from lessons_pkg.guards import at_least_zero, guarded, module


@guarded(module("model"), at_least_zero("weight_decay"))
def decay_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Two parameter groups: what has two dimensions or more decays, biases and gains of norms do not.

    For ``torch.optim.AdamW(decay_groups(model, 0.1), lr=...)`` and any other optimizer. Every parameter of
    the model, of any shape, stands in one of the two, once, also where layers share it. Tables of embeddings
    are matrices, and decay. No twin in torch. Chapter 15; after nanoGPT, Karpathy (2022).

    Args:
        model: any module.
        weight_decay: of the first group, >= 0; the second has 0.

    Returns:
        The group that decays, then the group that does not.

    Raises:
        TypeError: ``model`` is no module, or ``weight_decay`` no number.
        ValueError: ``weight_decay`` is negative.

    Example:
        >>> from torch import nn
        >>> from lessons_pkg import optim
        >>> net = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))
        >>> [(len(group["params"]), group["weight_decay"]) for group in optim.decay_groups(net, 0.1)]
        [(1, 0.1), (3, 0.0)]
    """
    ps = list(model.parameters())
    matrices = [p for p in ps if p.ndim >= 2]
    vectors = [p for p in ps if p.ndim < 2]
    return [
        {
            "params": matrices,
            "weight_decay": weight_decay,
        },
        {
            "params": vectors,
            "weight_decay": 0.0,
        },
    ]
