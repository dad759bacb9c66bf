"""A slider's page over the number of its frames: time and bytes."""

from typing import Any

from matplotlib.axes import Axes

from benchmarks.scale.rounds import Effort, side_by_side
from lessons_pkg import plotting
from lessons_pkg.sliders.static import frame, slider_html

SIZES = (10, 30, 100)


def drawn(rate: float) -> Axes:
    """Draw one frame: a loss over 50 updates, on a scale that all frames share."""
    ax = plotting.loss_curve([rate**update for update in range(50)])
    ax.set_ylim(1e-6, 2)
    return ax


def slider(frames: int) -> str:
    """Draw all frames and merge them, as `explore` does for a page."""
    rates = [1 - 0.2 * (1 + number) / frames for number in range(frames)]
    words = [f"The loss shrinks by {rate:.4f} per update." for rate in rates]
    made = [frame(k, f"{rate:.4f}", drawn(rate), words[k]) for k, rate in enumerate(rates)]
    return slider_html(made, label="factor", start=0)


def measure(benchmark: Any, frames: int, effort: Effort) -> None:
    """Time a slider."""
    side_by_side(benchmark, {"ours": lambda: slider(frames)}, effort, table="sliders", name="", size=frames)
