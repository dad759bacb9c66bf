"""Show a figure with its caption: one text that is caption, accessible name and what the tests compare."""

import hashlib
import html

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lessons_pkg.plotting.svg import svg_tree, to_text

# Both colours are set: a notebook in a dark theme must not put dark ink on its own dark paper.
PAPER = (
    "background: var(--figure-paper, #fff); color: var(--figure-ink, #1f2328); "
    "max-width: 36rem; margin: 1.5em auto; padding: 0.5em; font-family: var(--figure-font, sans-serif)"
)


def require_caption(caption: object) -> str:
    """Return ``caption``; raise TypeError or ValueError if it is not a sentence in words."""
    if not isinstance(caption, str):
        raise TypeError(f"caption must be a string, got {type(caption).__name__}")
    if len(caption.split()) < 3:
        raise ValueError(f"caption must say in words what the figure shows, got {caption!r}")
    return caption


def figure_id(*texts: str) -> str:
    """Name a figure by what it says: the same on every machine, another for every caption."""
    return "fig-" + hashlib.sha256("\n".join(texts).encode()).hexdigest()[:8]


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

    Raises TypeError or ValueError if ``caption`` is not a sentence in words.
    """
    name = figure_id(require_caption(caption))
    tree = svg_tree(figure_of(ax), name)
    tree.set("aria-labelledby", f"{name}-caption")
    words = f'<figcaption id="{name}-caption">{html.escape(caption)}</figcaption>'
    return f'<figure class="lesson-figure" style="{PAPER}">{to_text(tree)}{words}</figure>'


def show(ax: Axes, caption: str) -> None:
    """Display a figure with its caption, which is also its alternative text.

    Raises what :func:`figure_html` raises.
    """
    from IPython.display import display

    display({"text/plain": caption, "text/html": figure_html(ax, caption)}, raw=True)
