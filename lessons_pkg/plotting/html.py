"""Show a figure with its caption: one text that is caption, accessible name and what the tests compare."""

import hashlib
import html
import re

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lessons_pkg.plotting.svg import svg_tree, to_text

# Both colours are set: a notebook in a dark theme must not put dark ink on its own dark paper.
PAPER = (
    "background: var(--figure-paper, #fff); color: var(--figure-ink, #1f2328); "
    "max-width: 36rem; margin: 1.5em auto; padding: 0.5em; font-family: var(--figure-font, sans-serif)"
)


NAME = "lesson-figure-name"  # stands for a figure's name in its markup until all of that is known
_GEOMETRY = re.compile(r' (?:d|x|y|transform|width|height|points|viewBox)="[^"]*"')
_DIGITS = re.compile(r"-?\d+(?:\.\d+)?")
_named: dict[str, list[str]] = {}  # what has been drawn under each name in this process


def require_caption(caption: object) -> str:
    """Return ``caption``; raise TypeError or ValueError if it is no text or empty."""
    if not isinstance(caption, str):
        raise TypeError(f"caption must be a string, got {type(caption).__name__}")
    if not caption.strip():
        raise ValueError(f"caption must say what the figure shows, got {caption!r}")
    return caption


def figure_id(markup: str) -> str:
    """Name a figure by its markup: equal ones have one name in a process, and unlike ones never.

    The name comes from all but the coordinates, whose last digits another machine may compute differently;
    figures that are unlike in nothing else are numbered in the order in which they are drawn.
    """
    words = _GEOMETRY.sub(lambda match: _DIGITS.sub("#", match[0]), markup)
    name, exact = (hashlib.sha256(text.encode()).hexdigest()[:8] for text in (words, markup))
    drawn = _named.setdefault(name, [])
    if exact not in drawn:
        drawn.append(exact)
    number = 1 + drawn.index(exact)
    return f"fig-{name}-{number}" if number > 1 else f"fig-{name}"


def figure_of(ax: Axes) -> Figure:
    """Return the figure that ``ax`` stands in. Raises TypeError or ValueError where there is none."""
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be matplotlib Axes, got {type(ax).__name__}")
    figure = ax.get_figure()
    if not isinstance(figure, Figure):
        raise ValueError("ax must stand in a figure of its own, such as new_axes() makes")
    return figure


def figure_html(ax: Axes, caption: str) -> str:
    """Return the figure that ``ax`` belongs to as a self-contained ``<figure>`` element.

    Args:
        ax: of the figure.
        caption: what it shows: caption, accessible name and alternative text.

    Returns:
        The markup.

    Raises:
        TypeError, ValueError: ``caption`` is no text or empty, or ``ax`` stands in no figure.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> ax = plotting.new_axes()
        >>> plotting.figure_html(ax, "Nothing yet.").endswith("Nothing yet.</figcaption></figure>")
        True
    """
    words = html.escape(require_caption(caption))
    tree, _ = svg_tree(figure_of(ax), NAME)
    tree.set("aria-labelledby", f"{NAME}-caption")
    markup = f'{to_text(tree)}<figcaption id="{NAME}-caption">{words}</figcaption>'
    markup = markup.replace(NAME, figure_id(markup))
    return f'<figure class="lesson-figure" style="{PAPER}">{markup}</figure>'


def show(ax: Axes, caption: str) -> None:
    """Display a figure with its caption, which is also its alternative text.

    Args:
        ax: of the figure.
        caption: what it shows.

    Raises:
        TypeError, ValueError: as in :func:`figure_html`.

    Example:
        >>> from lessons_pkg import plotting
        >>> plotting.show(plotting.new_axes(), "Nothing yet.")  # doctest: +ELLIPSIS
        {'text/plain': 'Nothing yet.', ...
    """
    from IPython.display import display

    display({"text/plain": caption, "text/html": figure_html(ax, caption)}, raw=True)
