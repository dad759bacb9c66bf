"""Draw a small computation: each value above its node, the gradient that came back below it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from matplotlib.axes import Axes

from lessons_pkg.guards import guarded, whole
from lessons_pkg.plotting.require import AXES
from lessons_pkg.plotting.style import BLUE, INK, MUTED, ORANGE, PAPER, new_axes

_COLUMN, _ROW, _ASIDE = 0.9, 1.2, 0.27  # inches between nodes; rows from a node to its numbers


@guarded(AXES, whole("digits", least=1))
def value_graph(
    values: Mapping[str, float],
    gradients: Mapping[str, float],
    edges: Iterable[tuple[str, str]],
    *,
    digits: int = 3,
    ax: Axes | None = None,
) -> Axes:
    """Draw a computation from left to right, with values above its nodes and gradients below.

    Args:
        values: each node's, by name, in the order of the computation; of two nodes in one column the first
            stands higher.
        gradients: of the last node with respect to each; one that is left out is a constant, which has none.
        edges: ``(input, output)`` by name.
        digits: of the numbers.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        KeyError: a name is no node.
        ValueError: an edge leads against the order of ``values``.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.value_graph({"x": 3.0, "y": 9.0}, {"x": 6.0, "y": 1.0}, [("x", "y")])
        >>> [text.get_text() for text in ax.texts if text.get_text()]
        ['x', '3', '6', 'y', '9', '1']
    """
    pairs = [(start, end) for start, end in edges]
    at = places(list(values), pairs)
    columns, rows = (1 + max(place[axis] for place in at.values()) for axis in (0, 1))
    ax = new_axes(size=(_COLUMN * columns, _ROW * rows)) if ax is None else ax
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": MUTED, "shrinkA": 0}
    for start, end in pairs:
        gap = {"shrinkB": 7 + 3.4 * len(end)}  # points: half of the box
        ax.annotate("", at[end], at[start], arrowprops=arrow | gap, zorder=1)
    for name, (x, y) in at.items():
        leaf = all(end != name for _, end in pairs)
        box = {"boxstyle": "square" if leaf else "round", "facecolor": PAPER, "edgecolor": MUTED}
        middle: dict[str, Any] = {"ha": "center", "zorder": 3}
        ax.text(x, y, name, va="center_baseline", color=INK, bbox=box, **middle)
        ax.text(x, y - _ASIDE, f"{values[name]:.{digits}g}", va="bottom", color=BLUE, **middle)
        if name in gradients:
            ax.text(x, y + _ASIDE, f"{gradients[name]:.{digits}g}", va="top", color=ORANGE, **middle)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.set_axis_off()
    return ax


def places(names: list[str], edges: Iterable[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Column and row of each node: an operation right of all its inputs, a leaf left of its first use."""
    inputs: dict[str, list[str]] = {name: [] for name in names}
    column, order = dict.fromkeys(names, 0), {name: place for place, name in enumerate(names)}
    for start, end in edges:
        if order[start] >= order[end]:
            raise ValueError(f"value_graph: {end!r} is computed from {start!r} and must stand after it")
        inputs[end].append(start)
    for name in names:
        column[name] = max((column[start] + 1 for start in inputs[name]), default=0)
    for name in names:
        uses = [column[end] for end in names if name in inputs[end]]
        if uses and not inputs[name]:
            column[name] = min(uses) - 1
    row: Counter[int] = Counter()
    at = {}
    for name in names:
        at[name] = column[name], row[column[name]]
        row[column[name]] += 1
    return at
