"""What was fitted to points: a line with its squares, a band between quantiles."""

from collections.abc import Sequence
from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lessons_pkg.guards import both, each, guarded, pair
from lessons_pkg.plotting.require import AXES, Numbers, as_numbers, finite, numbers, of_shape
from lessons_pkg.plotting.style import BLUE, INK, ORANGE, new_axes

POINTS = numbers("points", "be (N >= 1, 2)", lambda s: len(s) == 2 and s[0] > 0 and s[1] == 2)


@guarded(AXES, POINTS, finite("w"), finite("b"), both(pair("ends"), each("ends", finite)))
def residual_squares(
    points: Numbers, w: float, b: float, *, ends: tuple[float, float], ax: Axes | None = None
) -> Axes:
    """Draw the line ``w x + b`` and, at each point, the square of its error: their mean area is the MSE.

    Args:
        points: ``(N, 2)``, x and y.
        w: slope.
        b: height at x = 0.
        ends: of the line and the window, in x.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes, with equal scales.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, no points, or a number that is not finite.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.residual_squares([(1.0, 2.0), (2.0, 4.0)], 1.0, 0.0, ends=(0.0, 5.0))
        >>> [square.get_width() for square in ax.patches]
        [1.0, 2.0]
    """
    pairs, w, b = as_numbers(points).tolist(), float(w), float(b)
    ax = ax if ax is not None else new_axes(size=(5.0, 4.0))
    for x, y in pairs:
        error = w * x + b - y
        ax.add_patch(Rectangle((x, min(y, y + error)), abs(error), abs(error), color=ORANGE, alpha=0.3))
        ax.plot([x, x], [y, y + error], color=ORANGE, linewidth=2.2)
    ax.plot(ends, [w * end + b for end in ends], "-", color=BLUE, label="the line")
    ax.plot(*zip(*pairs, strict=True), "o", color=INK, label="the points")
    ax.set(xlim=ends, xlabel="x", ylabel="y", aspect="equal")
    return ax


COLUMN = numbers("x", "be (N >= 1,)", lambda shape: len(shape) == 1 and shape[0] > 0)
QUANTILES = numbers("quantiles", "be (Q >= 2,)", lambda shape: len(shape) == 1 and shape[0] > 1)

A_VALUE_EACH = of_shape(
    "values",
    "one for each x and quantile",
    lambda given: (len(as_numbers(given["x"])), len(as_numbers(given["quantiles"]))),
)


@guarded(AXES, COLUMN, QUANTILES, A_VALUE_EACH)
def quantile_band(x: Numbers, values: Numbers, quantiles: Sequence[float], *, ax: Axes | None = None) -> Axes:
    """Draw a line for each of ``quantiles``, and a band between the first and the last.

    Args:
        x: ``(N,)``.
        values: ``(N, Q)``, a column for each quantile.
        quantiles: Q of them, the lowest first.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.quantile_band([0.0, 1.0], [[1.0, 3.0], [2.0, 5.0]], [0.1, 0.9])
        >>> [line.get_label() for line in ax.get_lines()]
        ['q = 0.9', 'q = 0.1']
    """
    across, columns = as_numbers(x).tolist(), as_numbers(values).T.tolist()
    ax = ax if ax is not None else new_axes()
    ax.fill_between(across, columns[0], columns[-1], color=BLUE, alpha=0.12, linewidth=0)
    lines = zip(quantiles, columns, strict=True)
    for (q, column), dashes in zip(reversed(list(lines)), cycle(["--", "-", "-."]), strict=False):
        ax.plot(across, column, dashes, color=BLUE, label=f"q = {float(q):g}")
    return ax
