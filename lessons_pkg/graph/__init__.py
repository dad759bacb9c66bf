"""The graph that a forward pass leaves behind and ``backward()`` follows: walk it, label it, write it."""

from lessons_pkg.graph.nodes import Node, label, visit, walk
from lessons_pkg.graph.text import edges, tree

__all__ = ["Node", "edges", "label", "tree", "visit", "walk"]
