"""Places for a graph's nodes: whole lanes and rows, no drawing."""

from collections import defaultdict
from collections.abc import Sequence

from lessons_pkg.graph.nodes import Node
from lessons_pkg.graph.text import edges

Place = tuple[int, int]  # lane, row


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
