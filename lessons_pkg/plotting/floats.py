"""A number line for each floating-point type."""

from collections.abc import Sequence

import torch
from matplotlib.axes import Axes

from lessons_pkg.guards import Rule, both, each, guarded, is_floating_dtype, must, sequence
from lessons_pkg.plotting.require import AXES, positive
from lessons_pkg.plotting.style import COLOURS, new_axes


def a_float(role: str) -> Rule:
    """Refuse what is no type of floating-point numbers."""
    return must("be a floating-point dtype", is_floating_dtype, role, error=TypeError)


@guarded(AXES, both(sequence("dtypes"), each("dtypes", a_float)), positive("span"))
def representable_numbers(
    dtypes: Sequence[torch.dtype], *, span: float = 1 / 32, ax: Axes | None = None
) -> Axes:
    """Draw all numbers from 1 to ``1 + span`` that a type has; a bar where there are more than 1000.

    Args:
        dtypes: floating-point types, from the top.
        span: width of the window, at most 1.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: ``span`` is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.representable_numbers([torch.bfloat16])
        >>> ax.get_lines()[0].get_xdata()[:3].tolist()
        [1.0, 1.0078125, 1.015625]
    """
    ax = ax if ax is not None else new_axes(size=(5.0, 1.9))
    names = [str(dtype).removeprefix("torch.") for dtype in dtypes]
    for k, dtype in enumerate(dtypes):
        row, gap = len(names) - 1 - k, torch.finfo(dtype).eps
        colour = COLOURS[row % len(COLOURS)]
        steps = int(span / gap)
        if steps < 1000:
            points = [1 + gap * step for step in range(steps + 1)]
            ax.plot(points, [row] * len(points), "|", color=colour, markersize=14, markeredgewidth=1.4)
        else:
            ax.plot([1, 1 + span], [row, row], color=colour, linewidth=10, solid_capstyle="butt")
    ax.set_yticks(range(len(names)), names[::-1])
    ax.set(xlim=(1 - span / 62.5, 1 + span * 1.0176), ylim=(-0.6, len(names) - 0.4))
    ax.grid(axis="y", visible=False)
    return ax
