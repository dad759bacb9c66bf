"""Free a graph's nodes one after the other, where torch would free them one inside the other."""

from collections import deque
from typing import ClassVar

from torch.autograd.graph import Node as GradFn

from lessons_pkg.guards import Given

_KEY = "lessons_pkg.graph"


class _Keeper:
    """Rides on one node, holds the nodes after it, and queues them when its own node is freed.

    Whoever puts the first node into the queue empties it; what is freed meanwhile only joins it. Python 3.13
    needs it so; up to 3.12, where Python puts off freeing what is nested deep, the list alone would do.
    """

    queue: ClassVar[deque[list[GradFn]]] = deque()  # on the class: still there when Python shuts down
    emptying: ClassVar[bool] = False

    def __init__(self, after: list[GradFn]) -> None:
        self.after = after

    def __del__(self) -> None:
        kind = type(self)
        kind.queue.append(self.after)
        self.after = []
        if kind.emptying:
            return
        kind.emptying = True
        try:
            while kind.queue:
                kind.queue.popleft().clear()
        finally:
            kind.emptying = False


def freed_one_by_one(_name: str, given: Given) -> None:
    """Refuse nothing, and make it safe to free the graph behind ``root`` once Python has seen its nodes.

    torch 2.13 frees nodes that Python has seen by recursion: a chain of 100,000 ends the process. A keeper on
    every node, for its direct successors only, makes no cycle and outlives no node.
    """
    seen, stack = set[GradFn](), [given["root"]]
    while stack:
        function = stack.pop()
        if function in seen:
            continue
        seen.add(function)
        metadata: dict[str, object] = getattr(function, "metadata")  # noqa: B009 (wrong in torch's stubs)
        after = [following for following, _ in function.next_functions if following is not None]
        if after and _KEY not in metadata:
            metadata[_KEY] = _Keeper(after)
        stack += after
