"""Figures that belong to the page: tensors in, Axes out, shown as vector graphics with a caption."""

from lessons_pkg.plotting.curves import descent_path, geometric_decay, loss_curve, valley
from lessons_pkg.plotting.fits import quantile_band, residual_squares
from lessons_pkg.plotting.floats import representable_numbers
from lessons_pkg.plotting.gradients import gradient_bars, mask_gradients
from lessons_pkg.plotting.graph import backward_graph
from lessons_pkg.plotting.html import figure_html, show
from lessons_pkg.plotting.images import confusion_table, image_grid
from lessons_pkg.plotting.style import new_axes, new_panels
from lessons_pkg.plotting.tables import score_table, token_row
from lessons_pkg.plotting.trellis import ctc_trellis
from lessons_pkg.plotting.values import value_graph

__all__ = [
    "backward_graph",
    "confusion_table",
    "ctc_trellis",
    "descent_path",
    "figure_html",
    "geometric_decay",
    "gradient_bars",
    "image_grid",
    "loss_curve",
    "mask_gradients",
    "new_axes",
    "new_panels",
    "quantile_band",
    "representable_numbers",
    "residual_squares",
    "score_table",
    "show",
    "token_row",
    "valley",
    "value_graph",
]
