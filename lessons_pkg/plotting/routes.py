"""Ways for a graph's edges: past every third node, and none down a lane along another's to another node."""

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence

from lessons_pkg.graph.nodes import Node
from lessons_pkg.graph.text import edges
from lessons_pkg.plotting.layout import Place

Way = list[tuple[int, float]]  # corners of an edge, as lane and row; it turns between two rows
_TRIES = 50  # lanes in which a long edge looks for a free way before it gets a new one
_CROWD = 20  # steps aside between two rows; if there are more, no one can tell them apart


class _Lane:
    """What is taken of one lane: stretches that do not overlap, in half rows, ends included."""

    def __init__(self) -> None:
        self.stretches: list[tuple[int, int]] = []

    def take(self, first: int, last: int) -> None:
        insort(self.stretches, (first, last))

    def is_free(self, first: int, last: int) -> bool:
        before = bisect_right(self.stretches, (last, math.inf))
        return before == 0 or self.stretches[before - 1][1] < first


def _detours(places: Sequence[Place], pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Lane in which all edges of more than one row to a node run down, free of other nodes and edges."""
    lanes: defaultdict[int, _Lane] = defaultdict(_Lane)
    for lane, row in places:
        lanes[lane].take(2 * row - 1, 2 * row + 1)  # with the ends of the edges that meet there
    highest: dict[int, int] = {}
    for number, after in pairs:
        if places[after][1] - places[number][1] > 1:
            highest[after] = min(number, highest.get(after, number), key=lambda place: places[place][1])
    ways, widest = {}, max(lanes)
    for after, number in highest.items():
        (start, top), (end, bottom) = places[number], places[after]
        for lane in [*range(end, end + _TRIES), 1 + widest]:
            first, last = 2 * top + 1 + (lane == start), 2 * bottom - 1 - (lane == end)
            if lanes[lane].is_free(first, last):
                break
        lanes[lane].take(first, last)
        widest = max(widest, lane)
        ways[after] = lane
    return ways


def _heights(steps: dict[tuple[bool, int], list[int]]) -> dict[tuple[bool, int], float]:
    """How far below the row each step aside runs, from 0.42 to 0.64: where two overlap, at two heights.

    ``steps``: the lanes that a step touches, the one that it comes from first. A step that comes down a lane
    turns off before another one turns into that lane.
    """
    waiting = [key for key, lanes in steps.items() if len(set(lanes)) > 1]
    if len(waiting) > _CROWD:
        waiting = []
    level: dict[tuple[bool, int], int] = {}
    while waiting:
        blocked = [sum(steps[one][0] in steps[key][1:] for one in waiting if one != key) for key in waiting]
        key = waiting.pop(blocked.index(min(blocked)))
        low, high = min(steps[key]), max(steps[key])
        above = [level[other] for other in level if min(steps[other]) <= high and low <= max(steps[other])]
        level[key] = 1 + max(above, default=-1)
    deepest = max(level.values(), default=0)
    return {key: 0.42 + 0.22 * level.get(key, 0) / deepest if deepest else 0.5 for key in steps}


def routes(nodes: Sequence[Node], places: Sequence[Place]) -> list[Way]:
    """Return the corners of each edge, in the order of ``edges(nodes)``.

    None passes a third node: an edge of more than one row runs down in a free lane, which it shares only with
    edges to the same node.
    """
    pairs = [(number, after) for number, _, after, _ in edges(nodes)]
    detours = _detours(places, pairs)
    steps: defaultdict[int, dict[tuple[bool, int], list[int]]] = defaultdict(dict)  # by the row above them
    turns = []
    for number, after in pairs:
        (lane, row), (to_lane, to_row) = places[number], places[after]
        between = detours[after] if to_row - row > 1 else to_lane
        steps[row].setdefault((False, number), [lane]).append(between)
        turns.append([(lane, row, (False, number)), (between, row, (False, number))])
        if to_row - row > 1:
            steps[to_row - 1].setdefault((True, after), [between]).append(to_lane)
            turns[-1] += [(between, to_row - 1, (True, after)), (to_lane, to_row - 1, (True, after))]
    heights = {row: _heights(steps[row]) for row in steps}
    return [
        [places[number], *((lane, row + heights[row][key]) for lane, row, key in turn), places[after]]
        for (number, after), turn in zip(pairs, turns, strict=True)
    ]
