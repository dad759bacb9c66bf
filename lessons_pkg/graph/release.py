"""Free a graph's nodes one after the other, where torch would free them one inside the other."""

from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from torch.autograd.graph import Node as GradFn

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


def free_one_by_one(functions: Iterable[GradFn]) -> None:
    """Make it safe to free these nodes in any order; without it, a chain of 100,000 ends the process.

    torch 2.13 frees nodes that Python has seen by recursion. A keeper on every node, for its direct
    successors only, makes no cycle and outlives no node.
    """
    for function in functions:
        metadata: dict[str, object] = getattr(function, "metadata")  # noqa: B009 (wrong in torch's stubs)
        after = [following for following, _ in function.next_functions if following is not None]
        if after and _KEY not in metadata:
            metadata[_KEY] = _Keeper(after)
