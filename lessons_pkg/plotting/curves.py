"""Curves and surfaces of training: data first, Axes back."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from lessons_pkg.guards import Given, guarded, must, real, shaped, typed, values
from lessons_pkg.plotting.require import AXES, LABEL, as_numbers, finite, numbers, positive
from lessons_pkg.plotting.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, log_axis, new_axes

Numbers = Sequence[float] | Tensor


COLUMN = numbers(
    "losses",
    "be one column of numbers, not empty",
    lambda shape: math.prod(shape) == max(shape, default=1) > 0,
)


def drawable(name: str, given: Given) -> None:
    """Refuse a logarithmic axis without a loss that it can show."""
    losses = as_numbers(given["losses"])
    if given["log"] and not bool(((losses > 0) & losses.isfinite()).any()):
        raise ValueError(f"{name}: losses must hold one that is positive and finite, for a logarithmic axis")


@guarded(AXES, LABEL, COLUMN, drawable)
def loss_curve(
    losses: Numbers, *, label: str | None = None, log: bool = True, ax: Axes | None = None, **line: Any
) -> Axes:
    """Draw the loss against update number, the first at 0; by default on a logarithmic axis.

    Args:
        losses: a column of numbers, not empty.
        label: for the legend.
        log: whether the axis is logarithmic.
        ax: where to draw; by default fresh Axes.
        line: matplotlib's words for the look of a line.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: ``losses`` is empty, or ``log`` is asked for and no loss is positive and finite.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.loss_curve([4.0, 1.0, 0.25])
        >>> ax.get_xlabel()
        'updates done'
    """
    column = as_numbers(losses).flatten().tolist()
    ax = ax if ax is not None else new_axes()
    ax.plot(range(len(column)), column, label=label, **line)
    if log:
        log_axis(ax)
    ax.set_xlabel("updates done")
    ax.set_ylabel("loss")
    return ax


def ends_finite(name: str, given: Given) -> None:
    """Refuse a last loss that overflows."""
    start, factor, updates = (float(given[role]) for role in ("start", "factor", "updates"))
    try:
        end = start * factor**updates
    except OverflowError:  # from the power; from the product comes inf
        end = math.inf
    if updates < 1 or end == math.inf:
        raise ValueError(
            f"{name}: updates must be >= 1 and start * factor ** updates finite, got {given['updates']}"
        )


@guarded(AXES, LABEL, positive("start"), positive("factor"), finite("updates"), ends_finite)
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

    Args:
        start: the first loss, > 0.
        factor: what each update leaves of it, > 0.
        updates: how many, >= 1.
        label: for the legend.
        ax: where to draw; by default fresh Axes.
        line: matplotlib's words for the look of a line.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: an argument is too small, or the last loss overflows.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.geometric_decay(1.0, 0.5, 3)
        >>> ax.get_lines()[0].get_ydata().tolist()
        [1.0, 0.125]
    """
    start, end = float(start), float(start) * float(factor) ** updates
    ax = ax if ax is not None else new_axes()
    style: dict[str, Any] = {"linestyle": "--", "color": ORANGE, "zorder": 3} | line
    ax.plot([0, updates], [start, end], label=label, **style)
    return ax


def symmetric(hessian: Tensor) -> bool:
    """Tell whether a matrix is symmetric and positive definite."""
    matrix = as_numbers(hessian)
    return torch.allclose(matrix, matrix.T) and bool(torch.linalg.eigvalsh(matrix)[0] > 0)


BOWL = (
    real("hessian", "minimum"),
    shaped("hessian", "(2, 2)", lambda shape: shape == (2, 2)),
    shaped("minimum", "(2,)", lambda shape: shape == (2,)),
    values("be finite", lambda t: ~t.isfinite(), "hessian", "minimum"),
    must("be symmetric and positive definite", symmetric, "hessian", got=lambda t: str(t.tolist())),
    positive("reach"),
    typed("be two names", lambda d: isinstance(d, tuple) and len(d) == 2, "directions"),
)


@guarded(AXES, *BOWL)
def valley(
    hessian: Tensor,
    minimum: Tensor,
    *,
    reach: float = 3.0,
    directions: tuple[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw level lines of the bowl ``(t - minimum)' hessian (t - minimum) / 2`` over two parameters.

    Each line's loss is 4 times that of the next one inside.

    Args:
        hessian: ``(2, 2)``, symmetric, positive definite.
        minimum: ``(2,)``.
        reach: half the width of the window.
        directions: names of the shallow and the steep one, to draw their eigenvectors as arrows.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, matrix or window.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.valley(torch.eye(2), torch.zeros(2))
        >>> [float(end) for end in ax.get_xlim()]
        [-3.0, 3.0]
    """
    curvatures, vectors = torch.linalg.eigh(as_numbers(hessian))
    centre, reach = as_numbers(minimum), float(reach)
    turn = torch.linspace(0, 2 * torch.pi, 73, dtype=torch.float64)
    ax = ax if ax is not None else new_axes(size=(5.0, 4.2))
    for level in range(-7, 5):
        axes_lengths = torch.sqrt(2 * 4.0**level / curvatures)
        ellipse = centre[:, None] + vectors @ (axes_lengths[:, None] * torch.stack([turn.cos(), turn.sin()]))
        ax.plot(ellipse[0].tolist(), ellipse[1].tolist(), color=MUTED, linewidth=0.7, gid="level")
    ax.plot(*[[value] for value in centre.tolist()], "*", color=GREEN, markersize=11, label="minimum")
    ax.set_xlim(float(centre[0]) - reach, float(centre[0]) + reach)
    ax.set_ylim(float(centre[1]) - reach, float(centre[1]) + reach)
    arrow: dict[str, Any] = {"arrowstyle": "->", "color": PURPLE, "linewidth": 2}
    for name, vector in zip(directions or (), vectors.T, strict=False):
        (x, y), (u, v) = centre.tolist(), (centre + vector * vector[0].sign()).tolist()
        ax.annotate("", (u, v), (x, y), arrowprops=arrow)
        ax.annotate(name, (u + 0.06, v + 0.06), color=PURPLE)
    ax.grid(visible=False)
    return ax


@guarded(AXES, numbers("points", "be (steps >= 1, 2)", lambda s: len(s) == 2 and s[0] > 0 and s[1] == 2))
def descent_path(points: Tensor | Sequence[Sequence[float]], *, ax: Axes | None = None, **line: Any) -> Axes:
    """Draw the route of two parameters, ``(steps, 2)``, with its first point marked.

    Args:
        points: ``(steps, 2)``, at least one.
        ax: where to draw; by default fresh Axes.
        line: matplotlib's words for the look of a line.

    Returns:
        The Axes.

    Raises:
        TypeError: ``points`` are no real numbers.
        ValueError: another shape, or no points.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.descent_path([[1.0, 1.0], [0.5, 0.0]])
        >>> [line.get_label() for line in ax.get_lines()]
        ['route', 'start']
    """
    route = as_numbers(points)
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
