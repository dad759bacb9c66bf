"""Curves and surfaces of training: data first, Axes back."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from lessons_pkg.plotting.require import finite, float_tensor, require_axes, require_bowl
from lessons_pkg.plotting.style import BLUE, GREEN, MUTED, ORANGE, log_axis, new_axes

Numbers = Sequence[float] | Tensor


def _column(name: str, role: str, values: Numbers) -> list[float]:
    column = float_tensor(name, role, values)
    if column.numel() != max(column.shape, default=1):
        raise ValueError(f"{name}: {role} must be one column of numbers, got shape {tuple(column.shape)}")
    column = column.flatten()
    if column.numel() == 0:
        raise ValueError(f"{name}: nothing to draw, {role} is empty")
    return [float(value) for value in column]


def loss_curve(
    losses: Numbers, *, label: str | None = None, log: bool = True, ax: Axes | None = None, **line: Any
) -> Axes:
    """Draw the loss against update number, the first at 0; by default on a logarithmic axis.

    Raises ValueError if ``losses`` is empty, or ``log`` is asked for and no loss is positive and finite.
    """
    require_axes("loss_curve", ax, label=label)
    values = _column("loss_curve", "losses", losses)
    if log and not any(0 < value < float("inf") for value in values):
        raise ValueError("loss_curve: a logarithmic axis needs at least one positive, finite loss in losses")
    ax = ax if ax is not None else new_axes()
    ax.plot(range(len(values)), values, label=label, **line)
    if log:
        log_axis(ax)
    ax.set_xlabel("updates done")
    ax.set_ylabel("loss")
    return ax


def geometric_decay(
    start: float,
    factor: float,
    updates: int,
    *,
    label: str | None = None,
    ax: Axes | None = None,
    **line: Any,
) -> Axes:
    """Draw the straight line (on a logarithmic axis) of a loss that shrinks by ``factor`` per update.

    Raises ValueError unless ``start`` > 0, ``factor`` > 0 and ``updates`` >= 1, or if the end overflows.
    """
    require_axes("geometric_decay", ax, label=label)
    start, factor, _ = finite("geometric_decay", start=start, factor=factor, updates=updates)
    if start <= 0 or factor <= 0 or updates < 1:
        raise ValueError(
            f"geometric_decay: need start > 0, factor > 0, updates >= 1; got {start}, {factor}, {updates}"
        )
    try:
        end = start * factor**updates
    except OverflowError:  # from the power; from the product comes inf
        end = math.inf
    finite("geometric_decay", **{"start * factor ** updates": end})
    ax = ax if ax is not None else new_axes()
    style: dict[str, Any] = {"linestyle": "--", "color": ORANGE, "zorder": 3} | line
    ax.plot([0, updates], [start, end], label=label, **style)
    return ax


def valley(hessian: Tensor, minimum: Tensor, *, reach: float = 3.0, ax: Axes | None = None) -> Axes:
    """Draw level lines of the bowl ``(t - minimum)' hessian (t - minimum) / 2`` over two parameters.

    ``hessian``: ``(2, 2)``, symmetric, positive definite; ``minimum``: ``(2,)``; ``reach``: half the width
    of the window. Each line's loss is 4 times that of the next one inside. Raises ValueError otherwise.
    """
    require_axes("valley", ax)
    reach = require_bowl(hessian, minimum, reach)
    values, vectors = torch.linalg.eigh(hessian.detach().cpu().double())
    if not values[0] > 0:
        raise ValueError(f"valley: hessian must be positive definite, smallest eigenvalue {values[0]:.3g}")
    centre = minimum.detach().cpu().double()
    turn = torch.linspace(0, 2 * torch.pi, 73, dtype=torch.float64)
    ax = ax if ax is not None else new_axes(size=(5.0, 4.2))
    for level in range(-7, 5):
        axes_lengths = torch.sqrt(2 * 4.0**level / values)
        ellipse = centre[:, None] + vectors @ (axes_lengths[:, None] * torch.stack([turn.cos(), turn.sin()]))
        ax.plot(ellipse[0].tolist(), ellipse[1].tolist(), color=MUTED, linewidth=0.7, gid="level")
    ax.plot(*[[value] for value in centre.tolist()], "*", color=GREEN, markersize=11, label="minimum")
    ax.set_xlim(float(centre[0]) - reach, float(centre[0]) + reach)
    ax.set_ylim(float(centre[1]) - reach, float(centre[1]) + reach)
    ax.grid(visible=False)
    return ax


def descent_path(points: Tensor | Sequence[Sequence[float]], *, ax: Axes | None = None, **line: Any) -> Axes:
    """Draw the route of two parameters, ``(steps, 2)``, with its first point marked.

    Raises ValueError for another shape or no points.
    """
    require_axes("descent_path", ax)
    route = float_tensor("descent_path", "points", points)
    if route.ndim != 2 or route.shape[1] != 2 or route.shape[0] == 0:
        raise ValueError(f"descent_path: points must be (steps >= 1, 2), got {tuple(route.shape)}")
    ax = ax if ax is not None else new_axes(size=(5.0, 4.2))
    style: dict[str, Any] = {
        "color": BLUE,
        "linewidth": 1.0,
        "marker": "o",
        "markersize": 2.4,
        "label": "route",
    } | line
    ax.plot(route[:, 0].tolist(), route[:, 1].tolist(), **style)
    ax.plot(*[[value] for value in route[0].tolist()], "s", color=ORANGE, markersize=6, label="start")
    return ax
