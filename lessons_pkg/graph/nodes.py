"""Walk a graph from its root, without recursion, and label its nodes."""

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from lessons_pkg.graph.release import freed_one_by_one
from lessons_pkg.guards import guarded


class Node(NamedTuple):
    """One node, as :func:`walk` found it."""

    label: str  #: "AddmmBackward0", or "AccumulateGrad fc3.bias" where a leaf collects its gradient
    depth: int  #: steps from the root to here on the way that the walk came; a shorter one may exist
    inputs: tuple[int | None, ...]  #: places of its next_functions in the walk; None needs no gradient
    outputs: tuple[int, ...]  #: which output of each of them is meant; most operations have only number 0
    function: GradFn  #: torch's own object, with name(), next_functions, register_hook()

    @property
    def is_leaf(self) -> bool:
        """Whether a leaf collects its gradient here."""
        return type(self.function).__name__ == "AccumulateGrad"


def label(function: GradFn, names: Mapping[int, str]) -> str:
    """Name a node: without its C++ namespace and, for a leaf's, with the leaf's name from ``{id: name}``.

    A leaf without a name is shown by its shape. Chapter 2.

    Args:
        function: a ``grad_fn``.
        names: of the leaves, by ``id``.

    Returns:
        The name.

    Raises:
        AttributeError: ``function`` is no ``grad_fn``.

    Example:
        >>> import torch
        >>> from lessons_pkg import graph
        >>> x = torch.ones(2, requires_grad=True)
        >>> graph.label(x.exp().grad_fn, {})
        'ExpBackward0'
    """
    name = type(function).name(function)  # "torch::autograd::AccumulateGrad"
    name = name.replace("<", "::").split("::")[-1].rstrip(">")
    if name != "AccumulateGrad":
        return name
    leaf = function.variable  # type: ignore[attr-defined] # only this kind of node has one
    return f"{name} {names.get(id(leaf), tuple(leaf.shape))}"


@guarded(freed_one_by_one)
def visit(root: GradFn) -> dict[GradFn, int]:
    """Visit every node behind ``root`` once and return each with its place in the order.

    Depth first, the inputs of a node from left to right, each node where it is met first. Without recursion:
    a long loop's graph is deeper than Python's call stack. Chapter 2.

    Args:
        root: a ``grad_fn``.

    Returns:
        The nodes, each with its place; torch has no counterpart.

    Raises:
        AttributeError: ``root`` is no ``grad_fn``.

    Example:
        >>> import torch
        >>> from lessons_pkg import graph
        >>> x = torch.ones(2, requires_grad=True)
        >>> list(graph.visit(x.exp().sum().grad_fn).values())
        [0, 1, 2]
    """
    order: dict[GradFn, int] = {}
    stack: list[GradFn | None] = [root]
    while stack:
        node = stack.pop()
        if node is None or node in order:
            continue
        order[node] = len(order)
        inputs = node.next_functions
        stack += [n for n, _ in inputs[::-1]]
    return order


def _pairs(parameters: Iterable[tuple[str, Tensor]] | Mapping[str, Tensor]) -> list[tuple[str, Tensor]]:
    given: Any = parameters.items() if isinstance(parameters, Mapping) else parameters
    pairs = list(given) if isinstance(given, Iterable) and not isinstance(given, Tensor) else [given]
    if not pairs and hasattr(given, "__next__"):
        warnings.warn("walk: parameters is an empty or used-up iterator: no leaf has a name", stacklevel=3)
    for pair in pairs:
        match pair:
            case (str(), Tensor()):
                continue
        rule = "walk: parameters must be pairs of name and tensor, such as net.named_parameters()"
        raise TypeError(f"{rule}, got {type(pair).__name__}")
    return pairs


def _numbered(labels: list[str], functions: Iterable[GradFn], names: Mapping[int, str]) -> list[str]:
    """Tell leaves apart that have neither a name nor a shape of their own: "(2,)", "(2,) #2"."""
    times: Counter[str] = Counter()
    for place, function in enumerate(functions):
        if not labels[place].startswith("AccumulateGrad "):
            continue
        if id(function.variable) not in names:  # type: ignore[attr-defined] # as in label()
            times[labels[place]] += 1
            if times[labels[place]] > 1:
                labels[place] += f" #{times[labels[place]]}"
    return labels


def walk(root: Tensor, parameters: Iterable[tuple[str, Tensor]] | Mapping[str, Tensor] = ()) -> list[Node]:
    """List every node of the graph behind ``root``, once: ``walk(loss, net.named_parameters())``.

    The order is that of :func:`visit`; the root is number 0, and "[output 1]" in its label says which of
    several outputs ``root`` is. Time and memory grow with the number of nodes and edges. A node's own
    ``name`` may be hidden by what a custom operation stores there, so its type is asked. Chapter 2.

    Args:
        root: a tensor with a graph behind it.
        parameters: pairs of name and leaf, or a mapping, to label leaves with; of two names for one leaf the
            first counts. (``state_dict()`` holds other tensors, and names nothing.) An iterator that is used
            up gives a warning.

    Returns:
        The nodes, the root first.

    Raises:
        TypeError: ``root`` is no tensor, or ``parameters`` are not such pairs.
        ValueError: ``root`` has no ``grad_fn``.

    Example:
        >>> import torch
        >>> from lessons_pkg import graph
        >>> w = torch.ones(2, requires_grad=True)
        >>> for node in graph.walk(w.exp().sum(), {"w": w}):
        ...     print(node.label, node.inputs)
        SumBackward0 (1,)
        ExpBackward0 (2,)
        AccumulateGrad w ()
    """
    if not isinstance(root, Tensor):
        raise TypeError(f"walk: root must be a tensor, got {type(root).__name__}")
    pairs = _pairs(parameters)  # held until the end: the id of a freed tensor may be given to another
    if root.grad_fn is None:
        raise ValueError("walk: root has no grad_fn: it is a leaf, or nothing behind it needs a gradient")
    order = visit(root.grad_fn)
    names = {id(leaf): name for name, leaf in reversed(pairs)}
    labels = _numbered([label(function, names) for function in order], order, names)
    labels[0] += f" [output {root.output_nr}]" if root.output_nr else ""
    found, depths = list[Node](), [0] * len(order)
    for number, (text, function) in enumerate(zip(labels, order, strict=True)):
        inputs = tuple(None if after is None else order[after] for after, _ in function.next_functions)
        for after in inputs:
            if after is not None and after > number:  # the last to push a node is the one it is met from
                depths[after] = depths[number] + 1
        outputs = tuple(output for _, output in function.next_functions)
        found.append(Node(text, depths[number], inputs, outputs, function))
    return found
