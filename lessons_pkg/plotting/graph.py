"""Draw the graph behind a loss: the root on top, one row per step, leaves as squares."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import matplotlib
from matplotlib.axes import Axes

from lessons_pkg.graph.nodes import Node
from lessons_pkg.graph.text import edges, walked
from lessons_pkg.guards import Given, guarded, must, whole
from lessons_pkg.plotting.html import figure_of
from lessons_pkg.plotting.layout import Place, layout
from lessons_pkg.plotting.legend import Box, free_corner
from lessons_pkg.plotting.require import AXES
from lessons_pkg.plotting.routes import Way, routes
from lessons_pkg.plotting.style import BLUE, INK, MUTED, ORANGE, PAPER, RC, new_axes
from lessons_pkg.plotting.svg import TOOLTIP

Point = tuple[float, float]
_LEGIBLE, _LONGEST = 300, 28  # nodes with words, letters of a word; the tooltip has the whole word
_LARGEST = 12.0  # inches of a picture of dots
_ROW, _LETTER, _CORNER = 0.27, 0.082, 0.05  # inches: height of a row, width of a letter, size of a bend
_BESIDE, _SHOWN = 0.035, 3  # inches between edges that join the same two nodes; so many of them are drawn


def _short(node: Node) -> str:
    if node.is_leaf:
        return node.label.removeprefix("AccumulateGrad ")
    name, *output = node.label.split(" ", 1)
    word = " ".join([name.removesuffix("Backward0"), *output])
    return word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"


def reached(name: str, given: Given) -> None:
    """Refuse a number of visited nodes that the walk has not."""
    last = len(given["nodes"])
    whole("visited")(name, given)
    must(f"be 1 to {last}", lambda visited: 1 <= visited <= last, "visited")(name, given)


@guarded(walked, AXES, reached)
def backward_graph(nodes: Sequence[Node], *, visited: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw what ``graph.walk()`` returned: operations as circles, leaves that collect a gradient as squares.

    Read from top to bottom it is the way of the gradient; an arrowhead stands where an edge ends. Edges that
    join have a bend, edges that only cross have none; those that join the same two nodes run side by side, at
    most three of them. "Backward0" is left out of the words, long words are cut: a node's tooltip on a page
    says all of it. More than 300 nodes are drawn as dots.

    Args:
        nodes: what ``graph.walk()`` returned.
        visited: colour the first so many nodes of the walk and ring the last of them.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError, ValueError: ``nodes`` is not what ``walk()`` returns, or ``visited`` no whole number from 1
            to their number.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> from lessons_pkg import graph
        >>> w = torch.ones(2, requires_grad=True)
        >>> ax = plotting.backward_graph(graph.walk(w.exp().sum(), {"w": w}))
        >>> [text.get_text() for text in ax.texts]
        ['Sum', 'Exp', 'w']
    """
    at, words, lines, width = _fitted(nodes)
    rows = 1 + max(row for _, row in at)
    view: Box = (-0.1, -0.6, width - 0.1, rows - 0.5)
    most = math.inf if len(nodes) <= _LEGIBLE else _LARGEST
    inches = _inches(view, most) if ax is None else _room(ax)
    corner, view = free_corner(_boxes(at, words, lines), view, inches)
    ax = new_axes(size=_inches(view, most)) if ax is None else ax
    if len(nodes) <= _LEGIBLE:
        heads = [(x, y - 0.24) for x, y in dict.fromkeys(line[-1] for line in lines)]
        ax.plot(*_split(heads), linestyle="", marker=(3, 0, 180), markersize=4.5, color=MUTED, zorder=1)
        lines = [list(_bent(line)) for line in lines]
    corners = [corner for line in lines for corner in [*line, (math.nan, math.nan)]]
    ax.plot(*_split(corners), color=MUTED, linewidth=0.8, zorder=1)  # one line: thousands take a minute
    _marks(ax, nodes, at, visited)
    _words(ax, nodes, at, words)
    with matplotlib.rc_context(RC):
        ax.legend(loc=corner).set_zorder(5)
    ax.set(xlim=view[::2], ylim=view[:0:-2])
    ax.set_axis_off()
    return ax


def _inches(view: Box, most: float) -> tuple[float, float]:
    left, top, right, bottom = view
    return min(most, right - left), min(most, _ROW * (bottom - top - 0.1) + 0.5)


def _room(ax: Axes) -> tuple[float, float]:
    """Width and height of ``ax`` in inches."""
    box = ax.get_window_extent().transformed(figure_of(ax).dpi_scale_trans.inverted())
    return box.width, box.height


def _fitted(nodes: Sequence[Node]) -> tuple[list[Point], list[str], list[list[Point]], float]:
    """Points of the nodes, their words, the edges as lines, the width."""
    places = layout(nodes)
    ways = routes(nodes, places)
    words = [_short(node) if len(nodes) <= _LEGIBLE else "" for node in nodes]
    left = _columns(places, ways, words)
    return [(left[lane], row) for lane, row in places], words, _lines(nodes, ways, left), max(5.0, left[-1])


def _columns(places: Sequence[Place], ways: Sequence[Way], words: Sequence[str]) -> list[float]:
    """Left edge of each lane in inches, wide enough for its longest word, and of one more."""
    longest = [0] * (1 + max(lane for way in [places, *ways] for lane, _ in way))
    for (lane, _), word in zip(places, words, strict=True):
        longest[lane] = max(longest[lane], len(word))
    left = [0.0]
    for letters in longest:
        left.append(left[-1] + 0.25 + _LETTER * letters)
    return left


def _lines(nodes: Sequence[Node], ways: Sequence[Way], left: Sequence[float]) -> list[list[Point]]:
    """Corners of each edge in inches and rows; edges that join the same two nodes lie side by side."""
    times: Counter[tuple[int, int]] = Counter()
    lines = []
    for (number, _, after, _), way in zip(edges(nodes), ways, strict=True):
        if times[number, after] < _SHOWN:
            aside = _BESIDE * times[number, after]
            lines.append([(left[lane] + aside, row) for lane, row in way])
        times[number, after] += 1
    return lines


def _bent(line: Sequence[Point]) -> Iterator[Point]:
    """Yield the corners of an edge, each cut off by a slope: a line that only crosses it goes straight on."""
    yield line[0]
    for before, corner, after in zip(line, line[1:], line[2:], strict=False):
        for x, y in (before, after) if before[0] != after[0] else ():
            across, down = x - corner[0], y - corner[1]
            far = max(abs(across), abs(down) * _ROW)
            share = min(0.5, _CORNER / far) if far else 0.0
            yield corner[0] + share * across, corner[1] + share * down
    yield line[-1]


def _boxes(at: Sequence[Point], words: Sequence[str], lines: Sequence[Sequence[Point]]) -> Iterator[Box]:
    """Yield what each node with its word, and each stretch of an edge, takes up."""
    for (x, y), word in zip(at, words, strict=True):
        yield x - 0.1, y - 0.4, x + 0.11 + _LETTER * len(word), y + 0.4
    for line in lines:
        for (x, y), (to_x, to_y) in pairwise(line):
            yield min(x, to_x), y, max(x, to_x), to_y


def _words(ax: Axes, nodes: Sequence[Node], at: Sequence[Point], words: Sequence[str]) -> None:
    style: dict[str, Any] = {"va": "center_baseline", "fontsize": 9.5, "color": INK, "zorder": 2}
    style["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}  # so that no line runs through it
    for node, (x, y), word in zip(nodes, at, words, strict=True):
        if word:
            ax.text(x + 0.11, y, word, gid=f"{TOOLTIP}{node.label}", **style)


def _marks(ax: Axes, nodes: Sequence[Node], at: Sequence[Point], visited: int | None) -> None:
    kinds = [("operation", "o", BLUE, False), ("AccumulateGrad of a leaf", "s", ORANGE, True)]
    for name, marker, colour, leaves in kinds:
        size = 6.0 if len(nodes) <= _LEGIBLE else 2.0
        style: dict[str, Any] = {"linestyle": "", "marker": marker, "markersize": size, "zorder": 3}
        points = [place for place, node in zip(at, nodes, strict=True) if node.is_leaf == leaves]
        reached = [place for place, node in zip(at[:visited], nodes, strict=False) if node.is_leaf == leaves]
        if visited is not None:
            ax.plot(*_split(points), **style, color=MUTED)
        ax.plot(*_split(reached), **style, color=colour, label=name)
    if visited is not None:
        ring: dict[str, Any] = {"marker": "o", "markersize": 13, "fillstyle": "none", "color": BLUE}
        ax.plot(*_split([at[visited - 1]]), **ring, linestyle="", zorder=4)


def _split(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
