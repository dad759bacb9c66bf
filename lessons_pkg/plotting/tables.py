"""Cells in rows: scores with the right class framed, and the signs of a text."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import is_color_like
from matplotlib.patches import Rectangle

from lessons_pkg.guards import both, each, guarded, sequence, shaped, typed, whole
from lessons_pkg.plotting.require import AXES, Numbers, as_numbers, finite, of_numbers, of_shape
from lessons_pkg.plotting.style import BLUE, INK, MUTED, ORANGE, PAPER, new_axes

_MIDDLE: dict[str, Any] = {"ha": "center", "va": "center"}


MATRIX = shaped("scores", "(N >= 1, C >= 1)", lambda shape: len(shape) == 2 and 0 not in shape)
ONE_PER_ROW = of_shape("classes", "one for each row of scores", lambda given: (len(given["scores"]),))


@guarded(AXES, of_numbers("scores", MATRIX), ONE_PER_ROW)
def score_table(scores: Numbers, classes: Numbers, *, ax: Axes | None = None) -> Axes:
    """Draw ``scores`` ``(N, C)`` as numbers in cells, each row's right class in a frame and bold.

    Cells above 0 are blue, the others orange, deepest from 2.5 on; nan has no colour.

    Args:
        scores: ``(N, C)``, a row for each example.
        classes: ``(N,)``, the right class of each.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, or not one class for each row.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.score_table([[1.0, -2.0]], [0])
        >>> [text.get_text() for text in ax.texts]
        ['class 0', 'class 1', '0', '1.00', '-2.00']
    """
    table, right = as_numbers(scores), as_numbers(classes).tolist()
    rows, columns = table.shape
    ax = ax if ax is not None else new_axes(size=(5.0, 0.6 + 0.53 * rows))
    for c in range(columns):
        ax.text(c + 0.5, -0.2, f"class {c}", ha="center", color=MUTED, fontsize=9)
    for row, values in enumerate(table.tolist()):
        ax.text(-0.3, row + 0.5, f"{row}", color=MUTED, **_MIDDLE)
        for c, value in enumerate(values):
            lost, ring = math.isnan(value), c == right[row]
            fill = MUTED if lost else BLUE if value > 0 else ORANGE
            strong = 0.0 if lost else min(abs(value) / 2.5, 1) * 0.45 + 0.05
            ax.add_patch(Rectangle((c, row), 1, 1, color=fill, alpha=strong, linewidth=0))
            if ring:
                edge: dict[str, Any] = {"edgecolor": INK, "linewidth": 2.2, "facecolor": "none"}
                ax.add_patch(Rectangle((c + 0.04, row + 0.06), 0.92, 0.88, **edge))
            look: dict[str, Any] = {"color": MUTED if lost else INK, "weight": "bold" if ring else "normal"}
            ax.text(c + 0.5, row + 0.5, f"{value:.2f}", **look, **_MIDDLE)
    ax.set(xlim=(-0.6, columns + 0.1), ylim=(rows + 0.2, -0.55))
    ax.set_axis_off()
    return ax


COLOUR = typed("be a colour's name", lambda c: isinstance(c, str) and is_color_like(c), "colour")
PLACES = both(each("ignored", whole), each("padded", whole))


@guarded(AXES, finite("y"), COLOUR, sequence("tokens", "ignored", "padded"), PLACES)
def token_row(
    tokens: Sequence[str],
    y: float = 0.0,
    *,
    colour: str = BLUE,
    ignored: Sequence[int] = (),
    padded: Sequence[int] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw a text as a row of boxes, one for each token; a token that is one space leaves a gap.

    Args:
        tokens: what stands in the boxes.
        y: where the row begins; the next one may begin 1 lower.
        colour: of the boxes.
        ignored: places of tokens that a loss leaves out: their boxes are hollow.
        padded: places that only fill the row: hollow, and written in grey.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.token_row("1+2=", ignored=[0, 1])
        >>> [round(box.get_x()) for box in ax.patches]
        [0, 1, 2, 3]
    """
    ax = ax if ax is not None else new_axes(size=(5.0, 1.0))
    for k, token in enumerate(tokens):
        if token == " ":
            continue
        fill, ink = (
            ("none", MUTED if k in padded else INK) if k in padded or k in ignored else (colour, PAPER)
        )
        ax.add_patch(Rectangle((k, y), 0.9, 0.8, facecolor=fill, edgecolor=MUTED))
        ax.text(k + 0.45, y + 0.4, token, color=ink, **_MIDDLE)
    return ax
