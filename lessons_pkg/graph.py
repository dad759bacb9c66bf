"""The graph that a forward pass leaves behind and ``backward()`` follows: walk it, label it, write it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from torch import Tensor
from torch.autograd.graph import Node as GradFn

_LONGEST_TEXT = 10_000_000  # characters; a text beyond that is not for reading


class _OneByOne:
    """Keeps a graph's nodes until its root is freed, then lets go of one after the other.

    Without it, torch 2.13 frees nodes that Python has seen by recursion, and a chain of 100,000 ends the
    process.
    """

    def __init__(self, functions: Iterable[GradFn]) -> None:
        _, *others = functions  # not the root, which keeps this object
        self.others = deque(others)

    def __del__(self) -> None:
        while self.others:
            self.others.popleft()


class Node(NamedTuple):
    """One node, as :func:`walk` found it."""

    label: str  # "AddmmBackward0", or "AccumulateGrad fc3.bias" where a leaf collects its gradient
    depth: int  # edges from the root to here, the way the walk came
    inputs: tuple[int | None, ...]  # places of its next_functions in the walk; None: needs no gradient
    function: GradFn  # what torch calls it: has name(), next_functions, register_hook()


def label(function: GradFn, names: Mapping[int, str]) -> str:
    """Name a node: without its C++ namespace and, for a leaf's, with the leaf's name from ``{id: name}``.

    A leaf without a name is shown by its shape. Chapter 2.
    """
    name = function.name().split("::")[-1]  # "torch::autograd::AccumulateGrad"
    if name != "AccumulateGrad":
        return name
    leaf = function.variable  # type: ignore[attr-defined] # only this kind of node has one
    return f"{name} {names.get(id(leaf), tuple(leaf.shape))}"


def visit(root: GradFn) -> dict[GradFn, int]:
    """Visit every node behind ``root`` once and return each with its depth, in order.

    Depth first, the inputs of a node from left to right, each node where it is met first. Without recursion:
    a long loop's graph is deeper than Python's call stack. Chapter 2.
    """
    depths: dict[GradFn, int] = {}
    stack = [(root, 0)]
    while stack:
        function, depth = stack.pop()
        if function in depths:
            continue
        depths[function] = depth
        for following, _ in reversed(function.next_functions):
            if following is not None:
                stack.append((following, depth + 1))
    return depths


def walk(root: Tensor, parameters: Iterable[tuple[str, Tensor]] = ()) -> list[Node]:
    """List every node of the graph behind ``root``, once: ``walk(loss, net.named_parameters())``.

    The order is that of :func:`visit`; the root is number 0. ``parameters``: pairs of name and leaf, to label
    leaves with. Time and memory grow with the number of nodes and edges. Chapter 2.
    Raises TypeError if ``root`` is not a tensor, ValueError if it has no ``grad_fn``.
    """
    if not isinstance(root, Tensor):
        raise TypeError(f"walk: root must be a tensor, got {type(root).__name__}")
    if root.grad_fn is None:
        raise ValueError("walk: root has no grad_fn: it is a leaf, or nothing behind it needs a gradient")
    depths = visit(root.grad_fn)
    metadata: dict[str, object] = getattr(root.grad_fn, "metadata")  # noqa: B009 (wrong in torch's stubs)
    metadata["lessons_pkg.graph"] = _OneByOne(depths)
    place: dict[GradFn | None, int] = {function: number for number, function in enumerate(depths)}
    names = {id(leaf): name for name, leaf in parameters}
    return [
        Node(label(f, names), depth, tuple(place.get(after) for after, _ in f.next_functions), f)
        for f, depth in depths.items()
    ]


def edges(nodes: Sequence[Node]) -> list[tuple[int, int, int]]:
    """List the graph's edges as ``(node, input, to)``: that input of node number ``node`` is node ``to``.

    Inputs that need no gradient have no edge. Chapter 2.
    """
    return [
        (number, position, after)
        for number, node in enumerate(nodes)
        for position, after in enumerate(node.inputs)
        if after is not None
    ]


def tree(nodes: Sequence[Node]) -> str:
    """Write the graph as text, one line per edge, for reading and for ``diff``.

    A node with one input has it on the next line; a node with several has them below, each behind a dash. A
    node met before ends in "(again)", an input that needs no gradient is ``None``. Chapter 2.
    Raises ValueError if there are no nodes, or if they branch so often that the text would be endless.
    """
    if not nodes:
        raise ValueError("tree: no nodes; give what walk() returns")
    lines: list[str] = []
    size, seen = 0, set[int]()
    stack: list[tuple[int | None, str, str]] = [(0, "", "")]
    while stack:
        number, margin, mark = stack.pop()
        again = " (again)" if number is not None and number in seen else ""
        lines.append(f"{margin}{mark}{None if number is None else nodes[number].label}{again}")
        size += len(lines[-1])
        if size > _LONGEST_TEXT:
            raise ValueError(f"tree: {len(nodes)} nodes branch too deep for a text; use edges(nodes)")
        if number is None or again:
            continue
        seen.add(number)
        inputs, inner = nodes[number].inputs, margin + " " * len(mark)
        stack += [(after, inner, "- " if len(inputs) > 1 else "") for after in reversed(inputs)]
    return "\n".join(lines)
