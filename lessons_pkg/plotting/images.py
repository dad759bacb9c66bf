"""Small images, and the table of what they were taken for: data first, Axes back, colours of the theme."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from torch import Tensor

from lessons_pkg.guards import guarded, shaped, values, whole
from lessons_pkg.plotting.require import AXES, Numbers, as_numbers, of_numbers, one_each, positive
from lessons_pkg.plotting.style import BLUE, INK, ORANGE, new_axes

_LEVELS = 8  # shades of ink, each drawn as one path: an image costs a few hundred bytes, not one per pixel
Box = tuple[float, float, float, float]  # left, top, width, height; downwards is larger


def _boxes(ax: Axes, boxes: Sequence[Box], colour: str, alpha: float, name: str) -> None:
    """Draw all ``boxes`` as one path; ``name`` finds it again."""
    corners = [
        [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)] for x, y, wide, high in boxes
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(boxes)
    path = Path([corner for box in corners for corner in box] or [(0.0, 0.0)], codes or [Path.MOVETO])
    ax.add_patch(PathPatch(path, facecolor=colour, edgecolor="none", alpha=alpha, gid=name))


def _runs(levels: Tensor, left: float, top: float) -> Iterator[tuple[int, Box]]:
    """Join neighbours of one shade in a row of pixels: level, and the box that they fill."""
    for row, shades in enumerate(levels.tolist()):
        column = 0
        for level, group in groupby(shades):
            wide = len(list(group))
            yield level, (left + column, top + row, wide, 1)
            column += wide


def _ink(ax: Axes, levels: Tensor, corners: Sequence[tuple[float, float]]) -> None:
    """Draw all images, each from its upper left corner, as one path per shade."""
    shades: dict[int, list[Box]] = {}
    for image, (left, top) in zip(levels, corners, strict=True):
        for level, box in _runs(image, left, top):
            shades.setdefault(level, []).append(box)
    for level in sorted(shades.keys() - {0}):
        _boxes(ax, shades[level], INK, level / _LEVELS, f"ink-{level}")


def _bare(ax: Axes, right: float, bottom: float) -> None:
    ax.set(xlim=(-0.5, right + 0.5), ylim=(bottom + 0.2, -0.5), aspect="equal")
    ax.set_axis_off()


GRID = (
    of_numbers(
        "images",
        shaped("images", "(N >= 1, height, width)", lambda shape: len(shape) == 3 and 0 not in shape),
        values("be finite: nan and infinity have no shade", lambda images: ~images.isfinite(), "images"),
    ),
    one_each("labels", "images"),
    whole("columns", least=1),
    positive("size"),
)


@guarded(AXES, *GRID)
def image_grid(
    images: Numbers,
    labels: Sequence[str],
    *,
    columns: int = 5,
    size: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw ``images`` ``(N, height, width)``, 0 as paper and the largest value as ink, a label below each.

    Negative values are drawn as 0.

    Args:
        images: ``(N, height, width)``, finite.
        labels: N texts.
        columns: images per row.
        size: height of the figure in inches, by default what the rows need.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, no label per image, or ``size`` <= 0.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.image_grid(torch.eye(8)[None], ["a diagonal"])
        >>> ax.texts[0].get_text()
        'a diagonal'
    """
    values = as_numbers(images).clamp(min=0)
    levels = (values / values.max().clamp(min=1e-300) * _LEVELS).round().long()
    high, wide = levels.shape[1:]
    step_x, step_y = wide * 1.2, high * 1.35
    rows = -(-len(levels) // columns)
    needed = 0.2 + rows * 4.8 / columns * step_y / step_x
    ax = ax if ax is not None else new_axes(size=(5.0, needed if size is None else size))
    corners = [((k % columns) * step_x, (k // columns) * step_y) for k in range(len(levels))]
    for (left, top), label in zip(corners, labels, strict=True):
        ax.text(left + wide / 2, top + high * 1.06, label, ha="center", va="top", fontsize=9, color=INK)
    _ink(ax, levels, corners)
    _bare(ax, min(columns, len(levels)) * step_x - 0.2 * wide, rows * step_y)
    return ax


class _Numbers(Artist):
    """Several texts as one artist: under a slider, tables with other cells filled still draw alike."""

    def __init__(self, ax: Axes, counts: Tensor) -> None:
        super().__init__()
        self.texts = []
        for row, column in counts.nonzero().tolist():
            text = Text(column, row, str(int(counts[row, column])), ha="center", va="center", fontsize=9)
            text.set(color=INK, transform=ax.transData, figure=ax.figure)
            self.texts.append(text)

    def draw(self, renderer: RendererBase) -> None:
        renderer.open_group("numbers")
        for text in self.texts:
            text.draw(renderer)
        renderer.close_group("numbers")


TABLE = (
    of_numbers(
        "counts",
        shaped("counts", "(C, C)", lambda shape: len(shape) == 2 and shape[0] == shape[1] > 0),
        values("be whole numbers >= 0", lambda n: (n < 0) | (n % 1 != 0), "counts"),  # nan is none
    ),
    one_each("names", "counts"),
)


@guarded(AXES, *TABLE)
def confusion_table(counts: Numbers, *, names: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw ``counts`` ``(C, C)``, a row per true class and a column per predicted one, as numbers.

    Hits lie on the diagonal; the other cells that are not 0 are shaded, so that colour says nothing that
    place and number do not.

    Args:
        counts: ``(C, C)``, whole numbers >= 0.
        names: of the classes, by default 0 to C - 1.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, counts that are negative or not whole, or another number of names.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.confusion_table([[9, 1], [0, 10]])
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('read as', 'is')
    """
    counts = as_numbers(counts)
    classes = len(counts)
    names = [str(k) for k in range(classes)] if names is None else list(names)
    ax = ax if ax is not None else new_axes(size=(5.0, 4.6))
    hits = [(k - 0.5, k - 0.5, 1.0, 1.0) for k in range(classes)]
    misses = [(c - 0.5, r - 0.5, 1.0, 1.0) for r, c in counts.nonzero().tolist() if r != c]
    _boxes(ax, hits, BLUE, 0.18, "hits")
    _boxes(ax, misses, ORANGE, 0.3, "misses")
    ax.add_artist(_Numbers(ax, counts))
    ax.set_xticks(range(classes), names)
    ax.set_yticks(range(classes), names)
    ax.set(xlim=(-0.5, classes - 0.5), ylim=(classes - 0.5, -0.5), xlabel="read as", ylabel="is")
    ax.grid(visible=False)
    ax.tick_params(length=0)
    return ax
