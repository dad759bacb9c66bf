"""Shares of the full learning rate, as functions of the step: for ``torch.optim.lr_scheduler.LambdaLR``."""

import math

from lessons_pkg.guards import Given, guarded, number, whole


def room_after_warmup(name: str, given: Given) -> None:
    """Refuse a run that is over before the warm-up is."""
    warmup, total = given["warmup"], given["total"]
    if total <= warmup:
        raise ValueError(f"{name}: total must be > warmup, got {total} and {warmup}")


@guarded(whole("step", least=0), whole("warmup", "total", least=1), room_after_warmup)
def warmup_cosine(step: int, warmup: int, total: int) -> float:
    r"""Share of the full rate at ``step``: a straight rise, then half a cosine down to 0.

    :math:`(t + 1) / W` for :math:`t < W`, then
    :math:`\frac12 \left(1 + \cos \pi \frac{t - W}{T - W}\right)`, with :math:`t` for ``step``, :math:`W` for
    ``warmup`` and :math:`T` for ``total``; from :math:`T` on it stays 0. The factor of
    ``LambdaLR(optimizer, lambda t: warmup_cosine(t, warmup, total))``. Twin of
    ``torch.optim.lr_scheduler.SequentialLR`` with ``LinearLR`` from ``1 / warmup`` in ``warmup - 1`` calls,
    then ``CosineAnnealingLR(total - warmup)``, which climbs again past the end. Chapter 15. Loshchilov and
    Hutter (2017); Goyal and others (2017).

    Args:
        step: how many steps are done, >= 0.
        warmup: steps of the rise, >= 1; 1 is none.
        total: steps of the run, > ``warmup``.

    Returns:
        A factor in [0, 1].

    Raises:
        TypeError: an argument is no whole number.
        ValueError: ``step`` is negative, ``warmup`` below 1, or ``total`` not above ``warmup``.

    Example:
        >>> from lessons_pkg import optim
        >>> [round(optim.warmup_cosine(step, 2, 6), 2) for step in range(7)]
        [0.5, 1.0, 1.0, 0.85, 0.5, 0.15, 0.0]
    """
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / (total - warmup)
    wave = math.cos(math.pi * min(done, 1.0))
    return (1 + wave) / 2


@guarded(
    whole("step", least=0),
    whole("warmup", "total", least=1),
    room_after_warmup,
    number("decay", "lie in (0, 1]", lambda share: 0 < share <= 1),
)
def warmup_stable_decay(step: int, warmup: int, total: int, decay: float = 0.2) -> float:
    r"""Share of the full rate at ``step``: a straight rise, a plateau, a straight fall to 0 (WSD).

    :math:`\max\left(0, \min\left(\frac{t + 1}{W}, 1, \frac{T - t}{d T}\right)\right)`, with :math:`t` for
    ``step``, :math:`W` for ``warmup``, :math:`T` for ``total`` and :math:`d` for ``decay``. The factor of
    ``LambdaLR``. No twin in torch. Chapter 15. Hu and others (2024).

    Args:
        step: how many steps are done, >= 0.
        warmup: steps of the rise, >= 1; 1 is none.
        total: steps of the run, > ``warmup``.
        decay: the share of them in which the rate falls, in (0, 1].

    Returns:
        A factor in [0, 1].

    Raises:
        TypeError: ``decay`` is no number, or another argument no whole one.
        ValueError: ``step`` is negative, ``warmup`` below 1, ``total`` not above ``warmup``, or ``decay``
            outside (0, 1].

    Example:
        >>> from lessons_pkg import optim
        >>> [round(optim.warmup_stable_decay(step, 2, 10), 2) for step in (0, 1, 2, 8, 9, 10)]
        [0.5, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    rise = (step + 1) / warmup
    fall = (total - step) / (decay * total)
    return max(0.0, min(rise, 1.0, fall))
