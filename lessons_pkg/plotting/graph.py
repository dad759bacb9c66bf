"""Draw the graph behind a loss: the root on top, one row per step, leaves as squares."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from lessons_pkg.graph import Node, edges
from lessons_pkg.plotting.style import BLUE, INK, MUTED, ORANGE, PAPER, new_axes

_LEGIBLE = 60  # nodes; more are drawn as dots without words
_ROW, _LETTER = 0.27, 0.082  # inches: height of a row, width of a letter


def _rows(nodes: Sequence[Node]) -> list[int]:
    """Row of each node: its longest way from the root, so that every edge leads down."""
    waiting, rows, ready = [0] * len(nodes), [0] * len(nodes), [0]
    for _, _, after in edges(nodes):
        waiting[after] += 1
    while ready:
        number = ready.pop()
        for after in (place for place in nodes[number].inputs if place is not None):
            rows[after] = max(rows[after], rows[number] + 1)
            waiting[after] -= 1
            if waiting[after] == 0:
                ready.append(after)
    return rows


def _lanes(nodes: Sequence[Node], rows: Sequence[int]) -> list[int]:
    """Lane of each node: the longest branch goes straight down, the others step aside to a free place."""
    height = [0] * len(nodes)
    for number in sorted(range(len(nodes)), key=lambda place: -rows[place]):
        inputs = [place for place in nodes[number].inputs if place is not None]
        height[number] = 1 + max((height[place] for place in inputs), default=0)
    lanes, taken = {0: 0}, {(0, 0)}
    for number, node in enumerate(nodes):  # in the order of the walk: a node comes after one that leads to it
        free = [place for place in dict.fromkeys(node.inputs) if place is not None and place not in lanes]
        for place in sorted(free, key=lambda place: -height[place]):
            lane = lanes[number]
            while (rows[place], lane) in taken:
                lane += 1
            lanes[place] = lane
            taken.add((rows[place], lane))
    return [lanes[number] for number in range(len(nodes))]


def layout(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Return ``(lane, row)`` of each node: no two share a place, and every edge leads to a later row."""
    rows = _rows(nodes)
    return list(zip(_lanes(nodes, rows), rows, strict=True))


def _short(label: str) -> str:
    return label.removeprefix("AccumulateGrad ").removesuffix("Backward0")


def backward_graph(nodes: Sequence[Node], *, visited: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw what ``graph.walk()`` returned: operations as circles, leaves that collect a gradient as squares.

    Read from top to bottom it is the way of the gradient; "Backward0" is left out of the words. More than
    60 nodes are drawn without words. ``visited``: colour the first so many nodes of the walk and ring the
    last of them.
    Raises ValueError if there are no nodes or ``visited`` is not between 1 and their number.
    """
    if not nodes or (visited is not None and not 1 <= visited <= len(nodes)):
        raise ValueError(f"backward_graph: visited must be 1 to {len(nodes)} of >= 1 nodes, got {visited}")
    places = layout(nodes)
    words = [_short(node.label) if len(nodes) <= _LEGIBLE else "" for node in nodes]
    left = _columns(places, words)
    at = [(left[lane], row) for lane, row in places]
    rows = 1 + max(row for _, row in at)
    if ax is None:
        ax = new_axes(size=(max(5.0, left[-1]), min(12.0, _ROW * rows + 0.5)))
    for number, _, after in edges(nodes):
        (x, y), (to_x, to_y) = at[number], at[after]
        ax.plot([x, x, to_x, to_x], [y, y + 0.5, y + 0.5, to_y], color=MUTED, linewidth=0.8, zorder=1)
    _marks(ax, nodes, at, visited)
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
    for (x, y), word in zip(at, words, strict=True):
        if word:  # text on paper of its own, so that no line runs through it
            ax.text(x + 0.11, y, word, va="center_baseline", fontsize=9.5, color=INK, bbox=box, zorder=2)
    ax.set(xlim=(-0.1, max(5.0, left[-1]) - 0.1), ylim=(rows - 0.5, -0.6))
    ax.set_axis_off()
    return ax


def _columns(places: Sequence[tuple[int, int]], words: Sequence[str]) -> list[float]:
    """Left edge of each lane in inches, wide enough for its longest word, and of one more."""
    left = [0.0]
    for lane in range(1 + max(lane for lane, _ in places)):
        longest = max(
            (len(word) for (mine, _), word in zip(places, words, strict=True) if mine == lane), default=0
        )
        left.append(left[-1] + 0.25 + _LETTER * longest)
    return left


def _marks(ax: Axes, nodes: Sequence[Node], at: Sequence[tuple[float, int]], visited: int | None) -> None:
    kinds = [
        ("operation", "o", BLUE, [not node.label.startswith("AccumulateGrad") for node in nodes]),
        (
            "AccumulateGrad of a leaf",
            "s",
            ORANGE,
            [node.label.startswith("AccumulateGrad") for node in nodes],
        ),
    ]
    for name, marker, colour, mine in kinds:
        size = 6.0 if len(nodes) <= _LEGIBLE else 2.0
        style: dict[str, Any] = {"linestyle": "", "marker": marker, "markersize": size, "zorder": 3}
        points = [place for place, belongs in zip(at, mine, strict=True) if belongs]
        reached = [place for place, belongs in zip(at[:visited], mine, strict=False) if belongs]
        if visited is not None:
            ax.plot(*_split(points), **style, color=MUTED)
        ax.plot(*_split(reached), **style, color=colour, label=name)
    if visited is not None:
        ring: dict[str, Any] = {"marker": "o", "markersize": 13, "fillstyle": "none", "color": BLUE}
        ax.plot(*_split([at[visited - 1]]), **ring, linestyle="", zorder=4)


def _split(points: Sequence[tuple[float, int]]) -> tuple[list[float], list[int]]:
    return [x for x, _ in points], [y for _, y in points]
