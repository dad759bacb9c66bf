"""Drawing the graph behind a net's output as SVG: ours, and what else one would take."""

import io
import shutil
import subprocess
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn

from benchmarks.scale.rounds import Effort, Way, side_by_side
from lessons_pkg import graph, plotting

SIZES = (10, 100, 1000, 5000)
NOT_TRIED = "not tried"
LARGEST = {"networkx + matplotlib": 1000}  # an artist for each edge, a layout of all pairs: minutes


def network(size: int) -> tuple[nn.Module, Tensor]:
    """Build a net with about ``size`` nodes behind its output: five for each layer."""
    layers = [part for _ in range(size // 5) for part in (nn.Linear(4, 4), nn.ReLU())]
    model = nn.Sequential(*layers)
    return model, model(torch.ones(2, 4)).sum()


def dot(source: str) -> str:
    """Let Graphviz draw."""
    return subprocess.run(["dot", "-Tsvg"], input=source, capture_output=True, text=True, check=True).stdout


def ours(model: nn.Module, root: Tensor) -> str:
    """Walk, draw, write as the pages hold it."""
    ax = plotting.backward_graph(graph.walk(root, model.named_parameters()))
    return plotting.figure_html(ax, "The graph behind a net's output.")


def with_torchviz(model: nn.Module, root: Tensor) -> str:
    """Let torchviz walk and Graphviz draw."""
    return dot(import_module("torchviz").make_dot(root, dict(model.named_parameters())).source)


def _networkx(model: nn.Module, root: Tensor) -> tuple[Any, Any]:
    networkx = import_module("networkx")
    nodes = graph.walk(root, model.named_parameters())
    made = networkx.DiGraph((number, after) for number, _, after, _ in graph.edges(nodes))
    networkx.set_node_attributes(made, {number: node.label for number, node in enumerate(nodes)}, "label")
    return networkx, made


def with_pydot(model: nn.Module, root: Tensor) -> str:
    """Give networkx our walk; Graphviz draws."""
    networkx, made = _networkx(model, root)
    return dot(networkx.nx_pydot.to_pydot(made).to_string())


def with_matplotlib(model: nn.Module, root: Tensor) -> str:
    """Give networkx our walk; its default layout, matplotlib draws."""
    networkx, made = _networkx(model, root)
    figure, ax = plt.subplots()
    words = networkx.get_node_attributes(made, "label")
    networkx.draw(made, networkx.spring_layout(made, seed=0), ax, labels=words, node_size=20, font_size=6)
    written = io.StringIO()
    figure.savefig(written, format="svg")
    plt.close(figure)
    return written.getvalue()


NEEDS: dict[str, tuple[Callable[[nn.Module, Tensor], str], list[str]]] = {
    "torchviz + dot": (with_torchviz, ["torchviz", "graphviz"]),
    "networkx + dot": (with_pydot, ["networkx", "pydot"]),
    "networkx + matplotlib": (with_matplotlib, ["networkx", "scipy"]),
}


def reason(way: str, size: int) -> str:
    """Say why a way cannot be tried; nothing if it can."""
    missing = [name for name in NEEDS[way][1] if find_spec(name) is None]
    if "dot" in way and shutil.which("dot") is None:
        missing.append("dot")
    if missing:
        return f"no {missing[0]} here"
    return NOT_TRIED if size > LARGEST.get(way, size) else ""


def measure(benchmark: Any, size: int, effort: Effort) -> None:
    """Time every way that is at hand."""
    model, root = network(size)
    reasons = {name: why for name in NEEDS if (why := reason(name, size))}
    ways: dict[str, Way] = {"ours": lambda: ours(model, root)}
    for name, (draw, _) in NEEDS.items():
        if name not in reasons:
            ways[name] = lambda draw=draw: draw(model, root)  # type: ignore[misc]
    case = {"table": "drawings", "name": "", "size": len(graph.walk(root)), "reasons": reasons}
    side_by_side(benchmark, ways, effort, **case)
