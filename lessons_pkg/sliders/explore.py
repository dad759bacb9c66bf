"""One call, two lives."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import figure_html, require_caption
from lessons_pkg.sliders.live import live_view
from lessons_pkg.sliders.static import frame, slider_html

_MOST_FRAMES = 200  # each is drawn now and stored in the page


def _one_parameter(values: dict[str, Iterable[Any]]) -> tuple[str, list[Any]]:
    if len(values) != 1:
        raise TypeError(f"explore: give exactly one parameter, such as lr=[0.01, 0.1]; got {sorted(values)}")
    ((name, given),) = values.items()
    values_given = given.tolist() if hasattr(given, "tolist") else given  # tensors and arrays too
    if not isinstance(values_given, Iterable) or isinstance(values_given, str):
        raise TypeError(f"explore: {name} must be a list of values, got {type(given).__name__}")
    positions = list(values_given)
    if not 2 <= len(positions) <= _MOST_FRAMES:
        raise ValueError(f"explore: {name} needs 2 to {_MOST_FRAMES} values, got {len(positions)}")
    if any(value is None for value in positions):
        raise ValueError(f"explore: no value of {name} may be None: start=None means the first")
    if any(value in positions[:k] for k, value in enumerate(positions)):
        raise ValueError(f"explore: the values of {name} must differ from one another")
    if any(isinstance(value, float) and not math.isfinite(value) for value in positions):
        raise ValueError(f"explore: the values of {name} must be finite, got {positions}")
    return name, positions


def _drawn(draw: Callable[..., tuple[Axes, str]], value: Any) -> tuple[Axes, str]:
    result = draw(value)
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], Axes)):
        raise TypeError(f"explore: draw must return (ax, caption), got {type(result).__name__}")
    return result[0], require_caption(result[1])


def _words(positions: Sequence[Any]) -> list[str]:
    """Write each value in five digits, or in full where five would not tell them apart."""
    short = [f"{value:.5g}" if isinstance(value, float) else str(value) for value in positions]
    return short if len(set(short)) == len(short) else [str(value) for value in positions]


def explore(
    draw: Callable[..., tuple[Axes, str]],
    *,
    label: str | None = None,
    start: Any = None,
    **values: Iterable[Any],
) -> None:
    """Show ``draw`` under a slider: ``explore(draw, lr=[0.01, 0.1, 0.2])``.

    ``draw(value)`` returns ``(ax, caption)``. In a running notebook the slider takes any value between the
    smallest and the largest; stored and on the page it is plain HTML over the given ones.
    ``start``: where it stands first (default: the first value). ``label``: its name in words.
    Raises TypeError or ValueError that names the rule for anything else.
    """
    name, positions = _one_parameter(values)
    if not callable(draw):
        raise TypeError(f"explore: draw must be a function, got {type(draw).__name__}")
    if label is not None and not isinstance(label, str):
        raise TypeError(f"explore: label must be text, got {type(label).__name__}")
    start = positions[0] if start is None else start
    if start not in positions:
        raise ValueError(f"explore: start={start!r} is not among the values of {name}: {positions}")
    words = _words(positions)
    frames = [frame(k, words[k], *_drawn(draw, value)) for k, value in enumerate(positions)]
    label, first = label or name, positions.index(start)
    page = slider_html(frames, label=label, start=first)
    live = live_view(lambda value: figure_html(*_drawn(draw, value)), label, positions, start)

    from IPython.display import display

    display({"text/plain": frames[first].caption, "text/html": page, **live}, raw=True)
