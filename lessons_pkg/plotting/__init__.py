"""Figures that belong to the page: tensors in, Axes out, shown as vector graphics with a caption."""

from lessons_pkg.plotting.curves import descent_path, geometric_decay, loss_curve, valley
from lessons_pkg.plotting.graph import backward_graph
from lessons_pkg.plotting.html import figure_html, show
from lessons_pkg.plotting.images import confusion_table, image_grid
from lessons_pkg.plotting.style import new_axes, new_panels
from lessons_pkg.plotting.values import value_graph

__all__ = [
    "backward_graph",
    "confusion_table",
    "descent_path",
    "figure_html",
    "geometric_decay",
    "image_grid",
    "loss_curve",
    "new_axes",
    "new_panels",
    "show",
    "valley",
    "value_graph",
]
