"""The trellis of connectionist temporal classification: states downwards, frames to the right."""

from itertools import product
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from lessons_pkg.guards import Given, guarded, must
from lessons_pkg.plotting.require import AXES, Numbers, as_numbers, numbers
from lessons_pkg.plotting.style import BLUE, GREEN, GRID, INK, MUTED, ORANGE, PAPER, new_axes

_MOVES = {"stay": (0, MUTED, "-"), "step": (1, BLUE, "--"), "skip": (2, ORANGE, ":")}
_HEAD = "-|>,head_width=0.22,head_length=0.45"
_MIDDLE: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4}


def letters_between_blanks(states: object) -> bool:
    """Tell whether this is a text with a blank before, between and after its letters."""
    return (
        isinstance(states, str)
        and len(states) % 2 == 1
        and {*states[::2]} == {"-"}
        and "-" not in states[1::2]
    )


def per_state(name: str, given: Given) -> None:
    """Refuse sums that are not one per state in each row."""
    wide = len(given["states"])
    words = f"be (frames + 1, {wide}), one for each of the states"
    numbers("sums", words, lambda s: len(s) == 2 and s[0] > 1 and s[1] == wide)(name, given)


STATES = must(
    "be letters with blanks between and around, as '-a-b-'", letters_between_blanks, "states", got=repr
)


@guarded(AXES, STATES, per_state)
def ctc_trellis(states: str, sums: Numbers, *, ax: Axes | None = None) -> Axes:
    """Draw CTC's trellis: a circle per frame and state with its sum, an arrow per move that adds to it.

    A move stays, steps to the next state, or skips a blank; a skip to the same letter is crossed out.

    Args:
        states: the letters with a blank, ``-``, before, between and after them.
        sums: ``(frames + 1, states)``, of all beginnings that end there; the first row is before the first
            frame.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: ``sums`` are no numbers, or ``ax`` no Axes.
        ValueError: ``sums`` has another shape, or ``states`` no blank somewhere.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.ctc_trellis("-a-", [[1, 0, 0], [1, 1, 0]])
        >>> [text.get_text() for text in ax.texts if text.get_text()]
        ['start', '1', '1', '0']
    """
    columns = as_numbers(sums).tolist()
    high, last = len(states), len(columns) - 1
    ax = ax if ax is not None else new_axes(size=(5.0, 5.4))
    for name, (_, colour, dashes) in _MOVES.items():
        ax.plot([], [], dashes, color=colour, label=name)
    for t, s in [(0, 0), *product(range(1, last + 1), range(high))]:
        value, ends = columns[t][s], t == last and s > high - 3
        if t:
            ring = {"edgecolor": GREEN if ends else INK if value else GRID, "linewidth": 2.6 if ends else 1.2}
            ax.add_patch(Circle((t, -s), 0.27, facecolor=PAPER, zorder=3, **ring))
        look: dict[str, Any] = {"fontsize": 12 if t else 9.5, "fontweight": "bold" if ends else "normal"}
        words = f"{value:g}" if t else "start"
        ax.annotate(words, (t, -s), color=INK if value else MUTED, **look, **_MIDDLE)
        for move, colour, dashes in _MOVES.values():
            after = states[s + move : s + move + 1]
            if t == last or not value or not after or (move == 2 and after == "-"):
                continue
            may = move < 2 or after != states[s]
            arrow: dict[str, Any] = {
                "arrowstyle": _HEAD,
                "color": colour if may else GRID,
                "linestyle": dashes,
            }
            arrow |= {"linewidth": 1.6, "shrinkA": 16, "shrinkB": 16}
            ax.annotate("", (t + 1, -s - move), (t, -s), arrowprops=arrow)
            if not may:
                ax.plot([t + 0.33], [-s - 0.66], "x", color=ORANGE, markersize=11, markeredgewidth=2.6)
    ax.set(xlim=(-0.45, last + 0.45), ylim=(0.45 - high, 0.45), aspect="equal")
    ax.set_xticks(range(1, last + 1), [f"frame {t}" for t in range(1, last + 1)])
    ax.set_yticks(range(0, -high, -1), list(states), fontsize=13, fontweight="bold")
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False)
    return ax
