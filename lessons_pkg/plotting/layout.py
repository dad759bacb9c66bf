"""Places for a graph's nodes and free ways for its edges: whole lanes and rows, no drawing."""

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence

from lessons_pkg.graph.nodes import Node
from lessons_pkg.graph.text import edges

Place = tuple[int, int]  # lane, row
Way = list[tuple[int, float]]  # corners of an edge, as lane and row; it turns between two rows
_TRIES = 50  # lanes in which a long edge looks for a free way before it gets a new one


def _rows(nodes: Sequence[Node]) -> list[int]:
    """Row of each node: its longest way from the root, so that every edge leads down."""
    waiting, rows, ready = [0] * len(nodes), [0] * len(nodes), [0]
    for _, _, after, _ in edges(nodes):
        waiting[after] += 1
    while ready:
        number = ready.pop()
        for after in (place for place in nodes[number].inputs if place is not None):
            rows[after] = max(rows[after], rows[number] + 1)
            waiting[after] -= 1
            if waiting[after] == 0:
                ready.append(after)
    return rows


def _first_free(taken: dict[int, int], lane: int) -> int:
    """Take the first free lane from ``lane`` on; ``taken`` leads from each taken lane towards a free one."""
    passed = []
    while lane in taken:
        passed.append(lane)
        lane = taken[lane]
    taken.update(dict.fromkeys([*passed, lane], lane + 1))
    return lane


def _lanes(nodes: Sequence[Node], rows: Sequence[int]) -> list[int]:
    """Lane of each node: the longest branch goes straight down, the others step aside to a free place."""
    height = [0] * len(nodes)
    for number in sorted(range(len(nodes)), key=lambda place: -rows[place]):
        inputs = [place for place in nodes[number].inputs if place is not None]
        height[number] = 1 + max((height[place] for place in inputs), default=0)
    lanes = {0: 0}
    taken: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for number, node in enumerate(nodes):  # in the order of the walk: a node comes after one that leads to it
        free = [place for place in dict.fromkeys(node.inputs) if place is not None and place not in lanes]
        for place in sorted(free, key=lambda place: -height[place]):
            lanes[place] = _first_free(taken[rows[place]], lanes[number])
    return [lanes[number] for number in range(len(nodes))]


def layout(nodes: Sequence[Node]) -> list[Place]:
    """Return ``(lane, row)`` of each node: no two share a place, and every edge leads to a later row."""
    rows = _rows(nodes)
    return list(zip(_lanes(nodes, rows), rows, strict=True))


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
    lanes = defaultdict(_Lane)
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


def routes(nodes: Sequence[Node], places: Sequence[Place]) -> list[Way]:
    """Return the corners of each edge, in the order of ``edges(nodes)``.

    None passes a third node: an edge of more than one row runs down in a free lane, which it shares only with
    edges to the same node.
    """
    pairs = [(number, after) for number, _, after, _ in edges(nodes)]
    detours = _detours(places, pairs)
    ways: list[Way] = []
    for number, after in pairs:
        (lane, row), (to_lane, to_row) = places[number], places[after]
        way: Way = [(lane, row), (lane, row + 0.5)]
        if to_row - row > 1:
            way += [(detours[after], row + 0.5), (detours[after], to_row - 0.5)]
        ways.append([*way, (to_lane, to_row - 0.5), (to_lane, to_row)])
    return ways
