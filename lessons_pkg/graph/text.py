"""Write a walked graph: as a list of edges, as a tree of lines."""

from collections.abc import Sequence

from lessons_pkg.graph.nodes import Node
from lessons_pkg.guards import Given, guarded

_CHAIN = 4
_MOST_MARGIN = 1_000_000  # characters; a text with more indentation than that is not for reading


def walked(name: str, given: Given) -> None:
    """Refuse ``nodes`` that are not what ``walk()`` returns, whole."""
    nodes = given["nodes"]
    if not isinstance(nodes, (list, tuple)) or not all(isinstance(node, Node) for node in nodes):
        raise TypeError(
            f"{name}: nodes must be a list of Node, got {type(nodes).__name__}; give what walk() returns"
        )
    if not nodes:
        raise ValueError(f"{name}: no nodes; give what walk() returns")
    led_to = {0}.union(*(node.inputs for node in nodes)) - {None}
    if nodes[0].depth != 0 or led_to != set(range(len(nodes))):
        raise ValueError(f"{name}: these {len(nodes)} nodes are a part of a graph; give what walk() returns")


@guarded(walked)
def edges(nodes: Sequence[Node]) -> list[tuple[int, int, int, int]]:
    """List the graph's edges as ``(node, input, to, output)``.

    That input of node number ``node`` is output number ``output`` (nearly always 0) of node ``to``. Inputs
    that need no gradient have no edge. Chapter 2.

    Args:
        nodes: what :func:`walk` returned.

    Returns:
        An edge each.

    Raises:
        TypeError, ValueError: ``nodes`` is not what :func:`walk` returns, whole.

    Example:
        >>> import torch
        >>> from lessons_pkg import graph
        >>> w = torch.ones(2, requires_grad=True)
        >>> graph.edges(graph.walk(w.exp().sum()))
        [(0, 0, 1, 0), (1, 0, 2, 0)]
    """
    return [
        (number, position, after, output)
        for number, node in enumerate(nodes)
        for position, (after, output) in enumerate(zip(node.inputs, node.outputs, strict=True))
        if after is not None
    ]


def _chain(nodes: Sequence[Node]) -> set[int]:
    """Nodes with constants beside their one input that follow one another, at least four of them."""
    alone = {
        number: next(to for to in node.inputs if to is not None)
        for number, node in enumerate(nodes)
        if len(node.inputs) > 1 and sum(to is not None for to in node.inputs) == 1
    }
    length = dict.fromkeys(alone, 1)
    for number in sorted(alone):  # the walk goes down a chain in order, but for what it has met before
        if alone[number] in alone and alone[number] > number:
            length[alone[number]] = length[number] + 1
    for number in sorted(alone, reverse=True):
        if alone[number] in alone and alone[number] > number:
            length[number] = max(length[number], length[alone[number]])
    return {number for number in alone if length[number] >= _CHAIN}


@guarded(walked)
def tree(nodes: Sequence[Node]) -> str:
    """Write the graph as text, one line per edge, for reading and for ``diff``: two graphs, two texts.

    A node with one input has it on the next line; a node with several has them below, each behind a dash. A
    node met before ends in "(again, line 2)", and the line where it stands with its inputs in "(line 2)";
    "[output 1]" says which output of a node is meant where it is not number 0; an input that needs no
    gradient is ``None``. Four nodes or more in a row with one input that needs a gradient stay a column, with
    the places of their inputs: "MulBackward0 (below, None)". Chapter 2.

    Args:
        nodes: what :func:`walk` returned.

    Returns:
        The lines.

    Raises:
        TypeError, ValueError: ``nodes`` is not what :func:`walk` returns, whole.
        ValueError: the nodes branch so deep that the text would be mostly margin.

    Example:
        >>> import torch
        >>> from lessons_pkg import graph
        >>> w = torch.ones(2, requires_grad=True)
        >>> print(graph.tree(graph.walk(w.exp() * w, {"w": w})))
        MulBackward0
        - ExpBackward0
          AccumulateGrad w (line 3)
        - AccumulateGrad w (again, line 3)
    """
    lines: list[str] = []
    margins, seen, marked = 0, dict[int, int](), set[int]()
    chain = _chain(nodes)
    stack: list[tuple[int | None, int, str, str]] = [(0, 0, "", "")]
    while stack:
        number, output, margin, mark = stack.pop()
        margins += len(margin)
        if margins > _MOST_MARGIN:
            raise ValueError(f"tree: {len(nodes)} nodes branch too deep for a text; use edges(nodes)")
        which = f" [output {output}]" if output else ""
        if number is None:
            lines.append(f"{margin}{mark}None")
            continue
        if number in seen:
            lines.append(f"{margin}{mark}{nodes[number].label}{which} (again, line {seen[number]})")
            marked.add(seen[number])
            continue
        node, inner = nodes[number], margin + " " * len(mark)
        lines.append(f"{margin}{mark}{node.label}{which}")
        seen[number] = len(lines)
        if number in chain:
            (way,) = [k for k, to in enumerate(node.inputs) if to is not None]
            lines[-1] += f" ({', '.join('below' if k == way else 'None' for k in range(len(node.inputs)))})"
            stack.append((node.inputs[way], node.outputs[way], inner, ""))
            continue
        inputs = reversed(list(zip(node.inputs, node.outputs, strict=True)))
        stack += [(to, out, inner, "- " if len(node.inputs) > 1 else "") for to, out in inputs]
    return "\n".join(f"{line} (line {k})" if k in marked else line for k, line in enumerate(lines, start=1))
