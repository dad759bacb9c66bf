"""The walk over next_functions: its order, its labels, its texts, and graphs deeper than any call stack."""

import gc
import subprocess
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from lessons_pkg import plotting
from lessons_pkg.graph import Node, edges, label, tree, visit, walk
from lessons_pkg.models import LeNet
from tests.helpers.graphs import AccumulateGradClip, Doubled, lenet_loss, random_graph


def leaf(name: str = "x") -> tuple[tuple[str, Tensor], Tensor]:
    tensor = torch.tensor(2.0, requires_grad=True)
    return (name, tensor), tensor


@pytest.fixture(scope="module")
def lenet_nodes() -> list[Node]:
    net = LeNet()
    return walk(lenet_loss(net), net.named_parameters())


def test_lenet_has_26_nodes_of_8_kinds(lenet_nodes: list[Node]) -> None:
    assert Counter(node.label.split()[0] for node in lenet_nodes) == {
        "MseLossBackward0": 1, "AddmmBackward0": 3, "TBackward0": 3, "ReluBackward0": 4, "ViewBackward0": 1,
        "MaxPool2DWithIndicesBackward0": 2, "ConvolutionBackward0": 2, "AccumulateGrad": 10,
    }  # fmt: skip
    assert len(lenet_nodes) == 26


LENET_TREE = """\
MseLossBackward0
- AddmmBackward0
  - AccumulateGrad fc3.bias
  - ReluBackward0
    AddmmBackward0
    - AccumulateGrad fc2.bias
    - ReluBackward0
      AddmmBackward0
      - AccumulateGrad fc1.bias
      - ViewBackward0
        MaxPool2DWithIndicesBackward0
        ReluBackward0
        ConvolutionBackward0
        - MaxPool2DWithIndicesBackward0
          ReluBackward0
          ConvolutionBackward0
          - None
          - AccumulateGrad conv1.weight
          - AccumulateGrad conv1.bias
        - AccumulateGrad conv2.weight
        - AccumulateGrad conv2.bias
      - TBackward0
        AccumulateGrad fc1.weight
    - TBackward0
      AccumulateGrad fc2.weight
  - TBackward0
    AccumulateGrad fc3.weight
- None"""


def test_lenet_as_text(lenet_nodes: list[Node]) -> None:
    assert tree(lenet_nodes) == LENET_TREE


def test_order_is_that_of_the_text(lenet_nodes: list[Node]) -> None:
    lines = [line.strip(" -") for line in LENET_TREE.splitlines() if "None" not in line]
    assert [node.label for node in lenet_nodes] == lines


@pytest.mark.parametrize(
    ("frozen", "input_grad", "count"),
    [((), False, 26), (("conv1",), False, 21), (("conv1", "conv2"), False, 15), ((), True, 27), (("fc3",), False, 23)],
)  # fmt: skip
def test_frozen_layers_have_no_nodes(frozen: tuple[str, ...], input_grad: bool, count: int) -> None:
    net = LeNet()
    for name in frozen:
        getattr(net, name).requires_grad_(False)
    assert len(walk(lenet_loss(net, input_grad=input_grad))) == count


def test_fields_of_a_small_graph() -> None:
    named, x = leaf()
    square = x * x
    nodes = walk(square + 1, [named])
    assert [node.label for node in nodes] == ["AddBackward0", "MulBackward0", "AccumulateGrad x"]
    assert [node.depth for node in nodes] == [0, 1, 2]
    assert [node.inputs for node in nodes] == [(1, None), (2, 2), ()]
    assert nodes[1].function is square.grad_fn
    assert [node.outputs for node in nodes] == [(0, 0), (0, 0), ()]
    assert [node.is_leaf for node in nodes] == [False, False, True]
    assert edges(nodes) == [(0, 0, 1, 0), (1, 0, 2, 0), (1, 1, 2, 0)]


def test_a_shared_node_is_visited_once_and_marked_in_the_text() -> None:
    named, x = leaf()
    square = x * x
    assert tree(walk(square.exp() + square.sin(), [named])).splitlines() == [
        "AddBackward0",
        "- ExpBackward0",
        "  MulBackward0 (line 3)",
        "  - AccumulateGrad x (line 4)",
        "  - AccumulateGrad x (again, line 4)",
        "- SinBackward0",
        "  MulBackward0 (again, line 3)",
    ]


def test_texts_tell_graphs_apart() -> None:
    named, x = leaf()
    u = x.exp()
    v = u.exp()
    assert tree(walk(v + u, [named])) != tree(walk(v + v, [named]))
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    assert tree(walk((a + b) * a)) != tree(walk((a + b) * b))


def test_which_output_of_a_node_is_meant_is_written() -> None:
    x = torch.ones(2, requires_grad=True)
    a, b = x.exp().unbind()
    differences = [walk(a - b), walk(b - a), walk(a - a), walk(b - b)]
    assert [[output for *_, output in edges(nodes)[:2]] for nodes in differences] == [
        [0, 1],
        [1, 0],
        [0, 0],
        [1, 1],
    ]
    assert len({tree(nodes) for nodes in differences}) == 4
    assert tree(differences[0]).splitlines() == [
        "SubBackward0",
        "- UnbindBackward0 (line 2)",
        "  ExpBackward0",
        "  AccumulateGrad (2,)",
        "- UnbindBackward0 [output 1] (again, line 2)",
    ]
    assert "- UnbindBackward0 [output 1] (line 2)" in tree(differences[1]).splitlines()
    assert [walk(a)[0].label, walk(b)[0].label] == ["UnbindBackward0", "UnbindBackward0 [output 1]"]


def test_depth_is_that_of_the_way_the_walk_came() -> None:
    named, x = leaf()
    nodes = walk((x.exp().exp() + x.sin() + x).sum(), [named])
    assert [(node.label, node.depth) for node in nodes] == [
        ("SumBackward0", 0), ("AddBackward0", 1), ("AddBackward0", 2), ("ExpBackward0", 3), ("ExpBackward0", 4),
        ("AccumulateGrad x", 5), ("SinBackward0", 3),
    ]  # fmt: skip


def test_leaves_without_name_are_shown_by_their_shape_and_numbered() -> None:
    weight = torch.zeros(3, 2, requires_grad=True)
    assert walk(weight.sum())[-1].label == "AccumulateGrad (3, 2)"
    leaves = [torch.zeros(shape, requires_grad=True) for shape in (2, 2, 1, 2, 2)]
    nodes = walk(torch.cat(leaves), [("third", leaves[3])])
    assert [node.label.removeprefix("AccumulateGrad ") for node in nodes[1:]] == [
        "(2,)", "(2,) #2", "(1,)", "third", "(2,) #3",
    ]  # fmt: skip
    nodes = walk(torch.cat(leaves[:2]), [("mine", leaf) for leaf in leaves[:2]])
    assert [node.label for node in nodes[1:]] == ["AccumulateGrad mine"] * 2  # a name given is left as it is


def test_parameters_may_be_a_mapping_and_the_first_name_counts() -> None:
    _, x = leaf()
    loss = x.exp()
    assert walk(loss, {"w": x, "again": x})[-1].label == "AccumulateGrad w"
    assert walk(loss, iter([("w", x), ("again", x)]))[-1].label == "AccumulateGrad w"
    assert walk(loss, ((name, x.detach()) for name in "abcdef"))[-1].label == "AccumulateGrad ()"


def test_functions_written_in_python_are_walked_too() -> None:
    named, x = leaf()
    twice: Callable[[Tensor], Tensor] = Doubled.apply
    assert [node.label for node in walk(twice(x), [named])] == ["DoubledBackward", "AccumulateGrad x"]


class Named(Doubled):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.name = "relu"
        return 2 * x


def test_names_that_functions_give_themselves_do_no_harm() -> None:
    _, x = leaf()
    own: Callable[[Tensor], Tensor] = Named.apply
    alike: Callable[[Tensor], Tensor] = AccumulateGradClip.apply
    assert [node.label for node in walk(own(x))] == ["NamedBackward", "AccumulateGrad ()"]
    nodes = walk(alike(x))
    assert [node.label for node in nodes] == ["AccumulateGradClipBackward", "AccumulateGrad ()"]
    assert [node.is_leaf for node in nodes] == [False, True]


@pytest.mark.parametrize(
    "name", ["CppNode<theirs::RoiAlign>", "CppNode<RoiAlign>", "CppNode<a::(b c)::RoiAlign>"]
)
def test_names_of_functions_written_in_cpp(name: str) -> None:
    class Foreign:
        def name(self) -> str:
            return f"torch::autograd::{name}"

    assert label(Foreign(), {}) == "RoiAlign"  # type: ignore[arg-type]


def test_the_walk_leaves_the_gradient_alone() -> None:
    _, x = leaf()
    loss = x**3
    walk(loss)
    loss.backward()
    assert x.grad is not None
    assert x.grad.item() == 12.0


def test_visit_starts_at_any_node() -> None:
    _, x = leaf()
    inner = x.exp()
    function = (inner.sin() + 1).grad_fn
    assert function is not None
    assert inner.grad_fn is not None
    assert [f.name() for f in visit(function)][1:3] == ["SinBackward0", "ExpBackward0"]
    assert list(visit(inner.grad_fn).values()) == [0, 1]


DEEP = """
import gc, threading, torch
from lessons_pkg.graph import tree, visit, walk

def chain(length=10_000):
    x = y = torch.tensor(1.0, requires_grad=True)
    for _ in range(length):
        y = y.sin()
    return y

def nodes_last():
    y = chain(); nodes = walk(y); del y, nodes
def root_last():
    y = chain(); nodes = walk(y); del nodes, y
def front_first():
    y = chain(); nodes = walk(y); del y
    while nodes: nodes.pop(0)
def back_first():
    y = chain(); nodes = walk(y); del y; nodes.reverse(); nodes.clear()
def shared_input():
    y = chain(); loss = y.exp() + y.sin(); del y; walk(loss); del loss
def heads():
    y = chain(); loss = torch.stack([y.sin(), y.cos(), y]).sum(); del y; walk(loss); del loss
def residual():
    x = y = torch.tensor(1.0, requires_grad=True)
    for _ in range(5_000): y = y + y.sin()
    nodes = walk(y); del nodes, y
def running_sum():
    y, total = torch.tensor(1.0, requires_grad=True), 0
    for _ in range(3_500):
        y = y.sin(); total = total + y * y
    del y; nodes = walk(total); del nodes, total
def another_loss_last():
    y = chain(); one, two = y * 2, y * 3; del y; walk(one); del one; del two
def both_losses_walked():
    y = chain(); one, two = y * 2, y * 3; del y; walk(one); walk(two); del one; del two
def inner_tensor_last():
    y = chain(); loss = y.sin(); walk(loss); del loss; del y
def inner_node_last():
    y = chain(); nodes = walk(y); keep = nodes[10].function; del y, nodes; del keep
def visited():
    y = chain(); order = visit(y.grad_fn); del y, order
def cycle():
    y = chain(); nodes = walk(y); nodes.append(nodes); del y, nodes; gc.collect()

threading.stack_size(256 * 1024)  # what overflows here at 10,000 overflows elsewhere at 200,000
cases = [nodes_last, root_last, front_first, back_first, shared_input, heads, residual, running_sum,
         another_loss_last, both_losses_walked, inner_tensor_last, inner_node_last,
         visited, cycle]
for case in cases:
    print(case.__name__, flush=True)
    thread = threading.Thread(target=case)
    thread.start()
    thread.join()
y = chain(100_000)
order = visit(y.grad_fn)
assert len(order) == 100_001
nodes = walk(y)
assert (len(nodes), nodes[-1].depth, tree(nodes).count("SinBackward0")) == (100_001, 100_000, 100_000)
print(len(cases), "freed, and a graph left for the end of the process")
"""


def test_deep_graphs_are_walked_and_freed_without_recursion_whoever_goes_first() -> None:
    """In a process of its own: what goes wrong here is no exception but the end of the process."""
    run = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith("14 freed, and a graph left for the end of the process\n")
    assert run.stderr == ""


class Payload:
    pass


def test_a_walked_graph_is_freed_with_its_last_owner() -> None:
    _, x = leaf()
    inner = x.exp()
    payload = Payload()
    metadata: dict[str, object] = getattr(inner.grad_fn, "metadata")  # noqa: B009
    metadata["payload"] = payload
    alive = weakref.ref(payload)
    loss = inner.sin() + inner
    nodes = walk(loss)
    walk(loss)
    del payload, metadata, nodes, loss
    gc.collect()
    assert alive() is not None, "inner still owns it"
    del inner
    gc.collect()
    assert alive() is None


def test_a_graph_that_branches_too_deep_is_refused_as_text_and_walked_all_the_same() -> None:
    named, x = leaf()
    y = x
    for _ in range(700):
        y = y * x
    nodes = walk(y, [named])
    assert len(tree(nodes).splitlines()) == 1401
    for _ in range(20):
        y = y * x
    nodes = walk(y, [named])
    with pytest.raises(ValueError, match=r"tree: 721 nodes branch too deep for a text; use edges\(nodes\)"):
        tree(nodes)
    assert len(edges(nodes)) == 1440


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=40))
def test_walk_of_any_graph(choices: list[tuple[int, int]]) -> None:
    root, x = random_graph(choices)
    nodes = walk(root, [("x", x)])
    expected: set[Any] = set()
    waiting: list[Any] = [root.grad_fn]
    while waiting:  # another order, breadth first: the same nodes
        function = waiting.pop(0)
        if function is not None and function not in expected:
            expected.add(function)
            waiting += [after for after, _ in function.next_functions]
    assert {node.function for node in nodes} == expected
    for node in nodes:
        met = [None if place is None else nodes[place].function for place in node.inputs]
        assert met == [after for after, _ in node.function.next_functions]
    assert len(tree(nodes).splitlines()) == 1 + sum(len(node.inputs) for node in nodes if node.inputs)


NET = torch.nn.Linear(2, 1)
LOSS = NET(torch.ones(1, 2)).sum()
NODES = walk(LOSS)
PAIRS = r"walk: parameters must be pairs of name and tensor, such as net.named_parameters\(\), got "
PART = r"these \d nodes are a part of a graph; give what walk\(\) returns"
BAD: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("number", lambda: walk(3.0), TypeError, "walk: root must be a tensor, got float"),  # type: ignore[arg-type]
    ("leaf", lambda: walk(torch.zeros(2, requires_grad=True)), ValueError, "walk: root has no grad_fn: it is a leaf"),
    ("constant", lambda: walk(torch.zeros(2)), ValueError, "walk: root has no grad_fn"),
]  # fmt: skip
GIVEN: list[Any] = [NET, torch.nn.Sequential(NET), list(NET.parameters()), NET.weight, torch.tensor(1.0), None, 3, "ab",
                    [(p, n) for n, p in NET.named_parameters()], [("a", 1)], [("a", NET.bias, 2)], [("a", NET.bias), 3]]  # fmt: skip
BAD += [(f"parameters-{k}", lambda p=p: walk(LOSS, p), TypeError, PAIRS) for k, p in enumerate(GIVEN)]  # type: ignore[misc]
BAD.append(("parameters-iterator", lambda: walk(LOSS, NET.parameters()), TypeError, PAIRS + "Parameter$"))  # type: ignore[arg-type]
for caller in (tree, edges, plotting.backward_graph):
    where: Any = caller
    name = where.__name__
    BAD += [
        (f"{name}-empty", lambda f=where: f([]), ValueError, rf"{name}: no nodes; give what walk\(\) returns"),  # type: ignore[misc]
        (f"{name}-head", lambda f=where: f(NODES[:-1]), ValueError, f"{name}: {PART}"),  # type: ignore[misc]
        (f"{name}-tensors", lambda f=where: f([LOSS]), TypeError, rf"{name}: .* give what walk\(\) returns"),  # type: ignore[misc]
    ]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_input_names_the_rule(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
