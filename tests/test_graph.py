"""The walk over next_functions: its order, its labels, its texts, and graphs deeper than any call stack."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from lessons_pkg import plotting
from lessons_pkg.graph import Node, edges, tree, visit, walk
from lessons_pkg.models import LeNet
from lessons_pkg.plotting.graph import layout
from lessons_pkg.plotting.style import BLUE, MUTED, ORANGE


def lenet_loss(net: LeNet, *, input_grad: bool = False) -> Tensor:
    images = torch.zeros(1, 1, 32, 32, requires_grad=input_grad)
    return functional.mse_loss(net(images), torch.zeros(1, 10))


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
    assert edges(nodes) == [(0, 0, 1), (1, 0, 2), (1, 1, 2)]


def test_a_shared_node_is_visited_once_and_marked_in_the_text() -> None:
    named, x = leaf()
    square = x * x
    assert tree(walk(square.exp() + square.sin(), [named])).splitlines() == [
        "AddBackward0",
        "- ExpBackward0",
        "  MulBackward0",
        "  - AccumulateGrad x",
        "  - AccumulateGrad x (again)",
        "- SinBackward0",
        "  MulBackward0 (again)",
    ]


def test_depth_is_that_of_the_way_the_walk_came() -> None:
    named, x = leaf()
    nodes = walk((x.exp().exp() + x).sum(), [named])
    assert [(node.label, node.depth) for node in nodes] == [
        ("SumBackward0", 0), ("AddBackward0", 1), ("ExpBackward0", 2), ("ExpBackward0", 3), ("AccumulateGrad x", 4),
    ]  # fmt: skip


def test_a_leaf_without_name_is_shown_by_its_shape() -> None:
    weight = torch.zeros(3, 2, requires_grad=True)
    assert walk(weight.sum())[-1].label == "AccumulateGrad (3, 2)"


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.variable = "an attribute of the same name as AccumulateGrad's"
        return 2 * x

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        return 2 * slopes[0]


def test_functions_written_in_python_are_walked_too() -> None:
    named, x = leaf()
    twice: Callable[[Tensor], Tensor] = Doubled.apply
    assert [node.label for node in walk(twice(x), [named])] == ["DoubledBackward", "AccumulateGrad x"]


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
import time, torch
from lessons_pkg.graph import tree, walk

def chain():
    x = y = torch.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = y.sin()
    return y

for ending in ("del y, nodes", "del nodes, y", "del y; nodes.reverse(); nodes.clear()"):
    y = chain()
    began = time.perf_counter()
    nodes = walk(y)
    assert time.perf_counter() - began < 10
    assert (len(nodes), nodes[-1].depth) == (100_001, 100_000)
    exec(ending)
    print("freed:", ending)
print(tree(walk(chain())).count("SinBackward0"))
"""


def test_a_chain_of_100_000_is_walked_and_freed_without_recursion() -> None:
    """In a process of its own: what goes wrong here is no exception but the end of the process."""
    run = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("freed:") == 3
    assert run.stdout.endswith("100000\n")


def test_a_graph_that_branches_without_end_is_refused_as_text_and_walked_all_the_same() -> None:
    named, x = leaf()
    y = x
    for _ in range(3000):
        y = y * x
    nodes = walk(y, [named])
    assert len(nodes) == 3001
    with pytest.raises(ValueError, match=r"tree: 3001 nodes branch too deep for a text; use edges\(nodes\)"):
        tree(nodes)
    assert len(edges(nodes)) == 6000


def random_graph(choices: list[tuple[int, int]]) -> tuple[Tensor, Tensor]:
    x = torch.tensor(0.5, requires_grad=True)
    values = [x]
    for one, two in choices:
        values.append(values[one % len(values)] + torch.tanh(values[two % len(values)]))
    return values[-1] + x, x


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=40))
def test_walk_and_drawing_of_any_graph(choices: list[tuple[int, int]]) -> None:
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
    places = layout(nodes)
    assert len(set(places)) == len(nodes)
    assert all(places[after][1] > places[number][1] for number, _, after in edges(nodes))


BAD: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("number", lambda: walk(3.0), TypeError, "walk: root must be a tensor, got float"),  # type: ignore[arg-type]
    ("leaf", lambda: walk(torch.zeros(2, requires_grad=True)), ValueError, "walk: root has no grad_fn: it is a leaf"),
    ("constant", lambda: walk(torch.zeros(2)), ValueError, "walk: root has no grad_fn"),
    ("empty", lambda: tree([]), ValueError, r"tree: no nodes; give what walk\(\) returns"),
    ("nothing", lambda: plotting.backward_graph([]), ValueError, "backward_graph: visited must be 1 to 0 of >= 1 nodes"),
    ("none", lambda: plotting.backward_graph(walk(leaf()[1] * 2), visited=0), ValueError, "visited must be 1 to 2"),
    ("many", lambda: plotting.backward_graph(walk(leaf()[1] * 2), visited=3), ValueError, "got 3"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_input_names_the_rule(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def marks(ax: Any, colour: str, marker: str) -> int:
    return sum(len(line.get_xdata()) for line in ax.get_lines()
               if line.get_color() == colour and line.get_marker() == marker and line.get_fillstyle() != "none")  # fmt: skip


def test_lenet_is_drawn_with_a_word_per_node(lenet_nodes: list[Node]) -> None:
    ax = plotting.backward_graph(lenet_nodes)
    words = [text.get_text() for text in ax.texts]
    assert words[:4] == ["MseLoss", "Addmm", "fc3.bias", "Relu"]
    assert len(words) == 26
    assert (marks(ax, BLUE, "o"), marks(ax, ORANGE, "s")) == (16, 10)
    lanes = [lane for lane, _ in layout(lenet_nodes)]
    trunk = [node.label for node, lane in zip(lenet_nodes, lanes, strict=True) if lane == 0]
    assert trunk.count("ReluBackward0") == 4, "the way of the data goes straight down"


def test_what_is_visited_is_coloured_and_the_last_one_ringed(lenet_nodes: list[Node]) -> None:
    ax = plotting.backward_graph(lenet_nodes, visited=3)
    assert (marks(ax, BLUE, "o"), marks(ax, ORANGE, "s")) == (2, 1)
    assert (marks(ax, MUTED, "o"), marks(ax, MUTED, "s")) == (16, 10)
    (ring,) = [line for line in ax.get_lines() if line.get_fillstyle() == "none"]
    ((x, y),) = ring.get_xydata().tolist()  # type: ignore[union-attr]
    beside = [text for text in ax.texts if text.get_position()[1] == y and text.get_position()[0] > x]
    assert min(beside, key=lambda text: text.get_position()[0]).get_text() == "fc3.bias"


def test_words_do_not_run_into_the_next_lane(lenet_nodes: list[Node]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    ax: Any = plotting.backward_graph(lenet_nodes)
    canvas: Any = FigureCanvasAgg(ax.figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in ax.texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert box.x1 <= canvas.get_renderer().width


def test_500_nodes_are_drawn_without_words() -> None:
    named, x = leaf()
    y = x
    for _ in range(167):
        y = torch.tanh(y) * x + y
    nodes = walk(y, [named])
    assert len(nodes) > 500
    ax: Any = plotting.backward_graph(nodes)
    assert len(ax.texts) == 0
    width, height = ax.figure.get_size_inches()
    assert height <= 12
    assert width <= 12
    assert re.search(r"<svg", plotting.figure_html(ax, "A graph of many nodes."))
