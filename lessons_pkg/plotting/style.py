"""One look for every figure: colours with names, fonts, and fresh Axes that touch no global state."""

from collections.abc import Sequence
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from lessons_pkg.guards import both, each, guarded, pair, whole
from lessons_pkg.plotting.require import one_each, positive

# Each has a contrast of at least 4.5 (grid: decoration only) on white; the book's style sheet redefines
# the names for its dark theme. Lines also differ in style, so that no meaning hangs on colour alone.
INK, MUTED, GRID, PAPER = "#1f2328", "#59636e", "#d1d9e0", "#ffffff"
COLOURS = BLUE, ORANGE, GREEN, PURPLE = "#0a5ca8", "#b14300", "#00734a", "#8a3a87"
COLOUR_NAMES = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper",
    BLUE: "blue", ORANGE: "orange", GREEN: "green", PURPLE: "purple",
}  # fmt: skip

RC: dict[str, Any] = {
    "font.size": 10.5, "font.family": "DejaVu Sans", "text.color": INK, "text.parse_math": False,
    "figure.facecolor": "none", "savefig.facecolor": "none", "axes.facecolor": "none",
    "axes.edgecolor": MUTED, "axes.labelcolor": INK, "axes.linewidth": 0.8,
    "axes.titlesize": 10.5, "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "grid.color": GRID, "grid.linewidth": 0.8, "xtick.color": MUTED, "ytick.color": MUTED,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.labelsize": 9.5, "ytick.labelsize": 9.5,
    "xtick.minor.visible": False, "ytick.minor.visible": False, "lines.linewidth": 1.8,
    "legend.facecolor": PAPER, "legend.edgecolor": GRID, "legend.framealpha": 1.0, "legend.fancybox": False,
    "legend.fontsize": 9.5, "legend.labelcolor": INK,
    "axes.unicode_minus": True, "figure.constrained_layout.use": True,
    "svg.fonttype": "none", "svg.hashsalt": "lessons_pkg", "path.simplify_threshold": 0.1,
}  # fmt: skip

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(value: float, _position: int | None = None) -> str:
    """Write 0.001 as 10⁻³: plain text, so that it can be read aloud and searched."""
    mantissa, exponent = (float(part) for part in f"{value:.1e}".split("e"))
    power = f"{exponent:.0f}".translate(_SUPERSCRIPTS)
    return f"10{power}" if mantissa == 1 else f"{mantissa:g}·10{power}"


SIZE = both(pair("size"), each("size", positive))


@guarded(whole("rows", least=1), SIZE, one_each("ratios", "rows"), each("ratios", positive))
def new_panels(
    rows: int, *, size: tuple[float, float] = (5.0, 5.6), ratios: Sequence[float] | None = None
) -> list[Axes]:
    """Fresh Axes in the course's style, one above the other, so that a phone need not shrink them.

    Args:
        rows: how many, >= 1.
        size: of the whole, in inches.
        ratios: of the heights.

    Returns:
        The Axes, from the top.

    Raises:
        TypeError: an argument is of another type.
        ValueError: ``rows`` < 1, or a size or ratio is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.new_panels(2)
        >>> len(ax)
        2
    """
    heights = None if ratios is None else [float(ratio) for ratio in ratios]
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(float(size[0]), float(size[1])))
        panels = figure.subplots(rows, 1, squeeze=False, height_ratios=heights)
    return list(panels[:, 0])


@guarded(SIZE)
def new_axes(*, size: tuple[float, float] = (5.0, 3.2)) -> Axes:
    """Fresh Axes in the course's style.

    Args:
        size: in inches.

    Returns:
        The Axes.

    Raises:
        TypeError: ``size`` is no pair of numbers.
        ValueError: one is not positive.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.new_axes(size=(5, 2))
        >>> ax.get_figure().get_size_inches().tolist()
        [5.0, 2.0]
    """
    return new_panels(1, size=size)[0]


class _PowersOfTen(LogLocator):
    """Powers of ten; where fewer than two are in view, also 2, 3 and 5 times them."""

    def tick_values(self, vmin: float, vmax: float) -> Any:
        powers = super().tick_values(vmin, vmax)
        in_view = [power for power in powers if vmin <= power <= vmax]
        return powers if len(in_view) >= 2 else LogLocator(subs=(1, 2, 3, 5)).tick_values(vmin, vmax)


def log_axis(ax: Axes) -> None:
    """Make the y axis logarithmic, with plain-text labels, several where it spans no power of ten."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(_PowersOfTen())
    ax.yaxis.set_major_formatter(FuncFormatter(power_of_ten))
    ax.minorticks_off()
