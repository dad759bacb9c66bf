"""The drawing of a graph: every node in a place of its own, every edge visible, nothing covered."""

import math
import re
import time
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from torch import Tensor, nn

from lessons_pkg import plotting
from lessons_pkg.graph import Node, edges, walk
from lessons_pkg.models import LeNet
from lessons_pkg.plotting.html import figure_of
from lessons_pkg.plotting.layout import layout
from lessons_pkg.plotting.legend import _HEIGHT, _WIDTH
from lessons_pkg.plotting.routes import Way, routes
from lessons_pkg.plotting.style import BLUE, INK, MUTED, ORANGE
from tests.helpers.graphs import AccumulateGradClip, lenet_loss, random_graph


def lenet() -> list[Node]:
    net = LeNet()
    return walk(lenet_loss(net), net.named_parameters())


def residual() -> list[Node]:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            branch: Tensor = self.b(torch.relu(self.a(x)))
            return x + branch

    net = nn.Sequential(nn.Linear(4, 4), Block(), Block())
    return walk(net(torch.ones(1, 4)).sum(), net.named_parameters())


def recurrent() -> list[Node]:
    cell, state = nn.RNNCell(2, 3), torch.zeros(1, 3)
    for _ in range(3):
        state = cell(torch.ones(1, 2), state)
    return walk(state.sum(), cell.named_parameters())


def chain(length: int) -> list[Node]:
    x = y = torch.tensor(0.5, requires_grad=True)
    for _ in range(length - 1):
        y = y.sin()
    return walk(y, [("x", x)])


def wide(count: int, name: str = "w") -> list[Node]:
    leaves = [(f"{name}{k}", torch.ones(1, requires_grad=True)) for k in range(count)]
    return walk(torch.cat([leaf for _, leaf in leaves]), leaves)


def skips(length: int = 6) -> list[Node]:
    x = y = torch.tensor(0.5, requires_grad=True)
    for _ in range(length):
        y = torch.tanh(y) * x + y
    return walk(y, [("x", x)])


def unequal() -> list[Node]:
    """Wide on top, with one long branch: only the corners at the bottom right are free."""
    a, *others = (torch.ones(1, requires_grad=True) for _ in range(15))
    long = a
    for _ in range(6):
        long = long.sin()
    return walk(torch.cat([long, *others]))


def tangled() -> list[Node]:
    """Small, and a lane in which an edge has to wait until another one has left it."""
    root, x = random_graph([(0, 0), (1, 1), (2, 2), (3, 2), (4, 2), (3, 5)])
    return walk(root, [("x", x)])


GRAPHS: list[Callable[[], list[Node]]] = [
    lenet,
    residual,
    recurrent,
    skips,
    tangled,
    lambda: wide(4),
    lambda: chain(3),
]
IDS = ["lenet", "residual", "recurrent", "skips", "tangled", "wide", "chain"]
every_graph = pytest.mark.parametrize("graph", GRAPHS, ids=IDS)


def marks(ax: Any, colour: str, marker: str) -> int:
    return sum(len(line.get_xdata()) for line in ax.get_lines()
               if line.get_color() == colour and line.get_marker() == marker and line.get_fillstyle() != "none")  # fmt: skip


def drawn_edges(ax: Axes) -> list[list[tuple[float, float]]]:
    """Corners of each drawn edge: the parts of the line without markers, between its gaps."""
    (line,) = [line for line in ax.get_lines() if line.get_linestyle() == "-"]
    assert line.get_color() == MUTED
    parts: list[list[tuple[float, float]]] = [[]]
    points: Any = line.get_xydata()
    for x, y in points.tolist():
        if math.isnan(x):
            parts.append([])
        else:
            parts[-1].append((x, y))
    return parts[:-1]


def rendered(ax: Any) -> Any:
    canvas: Any = FigureCanvasAgg(ax.figure)
    canvas.draw()
    return canvas.get_renderer()


def test_lenet_is_drawn_with_a_word_per_node() -> None:
    nodes = lenet()
    ax: Any = plotting.backward_graph(nodes)
    words = [text.get_text() for text in ax.texts]
    assert words[:4] == ["MseLoss", "Addmm", "fc3.bias", "Relu"]
    assert len(words) == 26
    assert (marks(ax, BLUE, "o"), marks(ax, ORANGE, "s")) == (16, 10)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "operation",
        "AccumulateGrad of a leaf",
    ]
    lanes = [lane for lane, _ in layout(nodes)]
    trunk = [node.label for node, lane in zip(nodes, lanes, strict=True) if lane == 0]
    assert trunk.count("ReluBackward0") == 4, "the way of the data goes straight down"
    assert [lanes.count(lane) for lane in range(3)] == [14, 8, 4]


@every_graph
def test_every_edge_is_drawn_from_its_node_to_the_next(graph: Callable[[], list[Node]]) -> None:
    nodes = graph()
    ax = plotting.backward_graph(nodes)
    at = [(x - 0.11, y) for x, y in (text.get_position() for text in ax.texts)]
    lines = drawn_edges(ax)
    assert len(lines) == len(edges(nodes))
    for line, (number, _, after, _) in zip(lines, edges(nodes), strict=True):
        assert line[0] == pytest.approx(at[number], abs=0.04)
        assert line[-1] == pytest.approx(at[after], abs=0.04)
        for (x, y), (to_x, to_y) in pairwise(line):
            assert y <= to_y
            bend = max(abs(to_x - x), 0.27 * (to_y - y)) < 0.06  # inches
            assert x == to_x or bend or (y == to_y and y % 1 != 0), "down a lane, or aside between rows"


def third_nodes(nodes: list[Node]) -> list[int]:
    """Nodes through whose place an edge runs that neither starts nor ends there."""
    places = layout(nodes)
    number_at = {place: number for number, place in enumerate(places)}
    met = []
    for (number, _, after, _), way in zip(edges(nodes), routes(nodes, places), strict=True):
        for (lane, row), (to_lane, to_row) in pairwise(way):
            if lane == to_lane:
                passed = [number_at.get((lane, r)) for r in range(math.ceil(row), math.floor(to_row) + 1)]
                met += [one for one in passed if one is not None and one not in (number, after)]
            else:
                assert row == to_row
                assert row % 1 != 0
    return met


def stretches(way: Way) -> list[tuple[bool, float, float, float]]:
    """Each part of a way: upright or not, where, from, to."""
    parts = []
    for (lane, row), (to_lane, to_row) in pairwise(way):
        upright = lane == to_lane
        ends = (row, to_row) if upright else (lane, to_lane)
        parts.append((upright, lane if upright else row, min(ends), max(ends)))
    return parts


@every_graph
def test_no_edge_passes_a_third_node_or_runs_along_another(graph: Callable[[], list[Node]]) -> None:
    nodes = graph()
    assert third_nodes(nodes) == []
    pairs = [(number, after) for number, _, after, _ in edges(nodes)]
    for (one, way), (two, other) in combinations(zip(pairs, routes(nodes, layout(nodes)), strict=True), 2):
        if one[0] == two[0] or one[1] == two[1]:
            continue  # edges of one node may part, and edges to one node may join
        for upright, where, low, high in stretches(way):
            for same, there, start, end in stretches(other):
                assert (upright, where) != (same, there) or min(high, end) <= max(low, start), (one, two)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=40))
def test_places_and_ways_of_any_graph(choices: list[tuple[int, int]]) -> None:
    root, x = random_graph(choices)
    nodes = walk(root, [("x", x)])
    places = layout(nodes)
    assert len(set(places)) == len(nodes)
    assert all(places[after][1] > places[number][1] for number, _, after, _ in edges(nodes))
    assert third_nodes(nodes) == []


def test_what_is_visited_is_coloured_and_the_last_one_ringed() -> None:
    ax = plotting.backward_graph(lenet(), visited=3)
    assert (marks(ax, BLUE, "o"), marks(ax, ORANGE, "s")) == (2, 1)
    assert (marks(ax, MUTED, "o"), marks(ax, MUTED, "s")) == (16, 10)
    (ring,) = [line for line in ax.get_lines() if line.get_fillstyle() == "none"]
    ((x, y),) = ring.get_xydata().tolist()  # type: ignore[union-attr]
    beside = [text for text in ax.texts if text.get_position()[1] == y and text.get_position()[0] > x]
    assert min(beside, key=lambda text: text.get_position()[0]).get_text() == "fc3.bias"


@every_graph
def test_words_run_into_nothing_and_lie_on_paper(graph: Callable[[], list[Node]]) -> None:
    ax: Any = plotting.backward_graph(graph())
    renderer = rendered(ax)
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])
        assert box.x1 <= renderer.width
    (line,) = [line for line in ax.get_lines() if line.get_linestyle() == "-"]
    for text in ax.texts:
        assert text.get_bbox_patch().get_facecolor() == (1.0, 1.0, 1.0, 1.0)
        assert text.get_zorder() > line.get_zorder()


@pytest.mark.parametrize("graph", [*GRAPHS, lambda: chain(2), lambda: wide(14), unequal, lambda: wide(500), lambda: skips(200)],
                         ids=[*IDS, "one", "wide-14", "unequal", "wide-500", "skips-200"])  # fmt: skip
def test_the_legend_covers_nothing(graph: Callable[[], list[Node]]) -> None:
    ax: Any = plotting.backward_graph(graph())
    renderer = rendered(ax)
    legend = ax.get_legend().get_window_extent(renderer)
    assert not any(legend.overlaps(text.get_window_extent(renderer)) for text in ax.texts)
    assert legend.width < _WIDTH * ax.figure.dpi
    assert legend.height < _HEIGHT * ax.figure.dpi
    assert legend.x0 >= 0
    assert legend.x1 <= renderer.width
    for line in ax.get_lines():
        points = ax.transData.transform(line.get_xydata()).tolist()
        for (x, y), (to_x, to_y) in [*pairwise(points), *zip(points, points, strict=True)]:
            alone = line.get_linestyle() == "None" and (x, y) != (to_x, to_y)
            beside = max(x, to_x) < legend.x0 or min(x, to_x) > legend.x1
            above = min(y, to_y) > legend.y1 or max(y, to_y) < legend.y0
            assert alone or math.isnan(x + to_x) or beside or above


def test_axes_that_are_given_are_used() -> None:
    mine: Any = Figure(figsize=(5.0, 5.0)).subplots()  # with Matplotlib's colours, not the course's
    same = plotting.backward_graph(lenet(), ax=mine) is mine
    assert same
    assert len(mine.texts) == 26
    assert (marks(mine, BLUE, "o"), marks(mine, ORANGE, "s")) == (16, 10)
    assert {to_hex(text.get_color()) for text in [*mine.texts, *mine.get_legend().get_texts()]} == {INK}
    assert tuple(mine.figure.get_size_inches()) == (5.0, 5.0)
    low: Any = plotting.backward_graph(lenet(), ax=plotting.new_axes(size=(5.0, 2.0)))
    renderer = rendered(low)
    legend = low.get_legend().get_window_extent(renderer)
    assert not any(legend.overlaps(text.get_window_extent(renderer)) for text in low.texts)


def test_300_nodes_have_words_and_301_have_none() -> None:
    few, many = plotting.backward_graph(chain(300)), plotting.backward_graph(chain(301))
    assert (len(few.texts), len(many.texts)) == (300, 0)
    small, large = ({line.get_markersize() for line in ax.get_lines()[1:]} for ax in (many, few))
    assert max(small) < min(large), "what has no words is a dot"


def encoder_layer() -> list[Node]:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    return walk(layer(torch.randn(2, 5, 16)).sum(), layer.named_parameters())


def lstm_cell() -> list[Node]:
    cell, h, c = nn.LSTMCell(3, 4), torch.zeros(2, 4), torch.zeros(2, 4)
    for _ in range(4):
        h, c = cell(torch.randn(2, 3), (h, c))
    return walk(h.sum(), cell.named_parameters())


def tied_weights() -> list[Node]:
    layer = nn.Linear(8, 4, bias=False)
    return walk((layer(torch.randn(3, 8)).tanh() @ layer.weight).sum(), layer.named_parameters())


def double_backward() -> list[Node]:
    w = torch.ones(3, requires_grad=True)
    (slope,) = torch.autograd.grad((w.exp() * w).sum(), w, create_graph=True)
    return walk(slope.square().sum(), {"w": w})


@pytest.mark.parametrize("graph", [encoder_layer, lstm_cell, tied_weights, double_backward])
def test_k7_graphs_of_real_models_can_be_read(graph: Callable[[], list[Node]]) -> None:
    """Every node has its word, its whole name as tooltip, and an arrowhead where its edges end."""
    nodes = graph()
    ax: Any = plotting.backward_graph(nodes)
    svg = plotting.figure_html(ax, "The graph of a model.")
    assert len(ax.texts) == len(nodes)
    assert re.findall(r"<title>(.+?)</title>", svg) == [node.label for node in nodes]
    heads = next(line for line in ax.get_lines() if line.get_marker() == (3, 0, 180))
    assert len(heads.get_xdata()) == len({after for _, _, after, _ in edges(nodes)})
    renderer = rendered(ax)
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2)), "no word lies on another"


def test_an_edge_that_turns_has_a_bend() -> None:
    for line in drawn_edges(plotting.backward_graph(lenet())):
        turns = [(x == to_x, y == to_y) for (x, y), (to_x, to_y) in pairwise(line)]
        assert not {(True, False), (False, True)} <= {*turns} or (False, False) in turns, "no right angle"


def test_only_leaves_are_squares_whatever_an_operation_is_called() -> None:
    clip: Callable[[Tensor], Tensor] = AccumulateGradClip.apply
    ax = plotting.backward_graph(walk(clip(torch.ones(1, requires_grad=True))))
    assert (marks(ax, BLUE, "o"), marks(ax, ORANGE, "s")) == (1, 1)
    assert [text.get_text() for text in ax.texts] == ["AccumulateGradClipBackward", "(1,)"]


def test_5000_nodes_are_drawn_at_once() -> None:
    nodes = skips(1700)
    began = time.process_time()
    ax = plotting.backward_graph(nodes)
    assert time.process_time() - began < 10, "about 1 second where nothing else runs"
    assert len(ax.get_children()) < 30
    assert max(figure_of(ax).get_size_inches()) <= 12, "a picture of dots can be saved"
    assert len(plotting.figure_html(ax, "A graph of many nodes.")) < 1_000_000
