"""One call, two lives."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import figure_html, require_caption
from lessons_pkg.sliders.live import Parameter, live_view
from lessons_pkg.sliders.static import frame, slider_html

_MOST_FRAMES = 200  # each is drawn now and stored in the page


def _positions(name: str, given: Iterable[Any]) -> list[Any]:
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
    return positions


def _each(role: str, given: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return what is said of each parameter: a dict by name, or of one parameter the thing itself."""
    if given is None:
        return dict.fromkeys(names)
    if not isinstance(given, Mapping):
        if len(names) > 1:
            raise TypeError(f"explore: with two parameters {role} must be a dict, got {type(given).__name__}")
        return {names[0]: given}
    if not set(given) <= set(names):
        raise ValueError(f"explore: {role} names {sorted(set(given) - set(names))}; there are {list(names)}")
    return {name: given.get(name) for name in names}


def _words(positions: Sequence[Any]) -> list[str]:
    """Write each value in five digits, or in full where five would not tell them apart."""
    short = [f"{value:.5g}" if isinstance(value, float) else str(value) for value in positions]
    return short if len(set(short)) == len(short) else [str(value) for value in positions]


def _parameters(values: Mapping[str, Iterable[Any]], label: Any, start: Any) -> list[Parameter]:
    if len(values) not in (1, 2):
        raise TypeError(f"explore: give one or two parameters, such as lr=[0.01, 0.1]; got {sorted(values)}")
    labels, starts = _each("label", label, list(values)), _each("start", start, list(values))
    parameters = []
    for name, given in values.items():
        positions = _positions(name, given)
        said = name if labels[name] is None else labels[name]
        if not isinstance(said, str):
            raise TypeError(f"explore: label must be text, got {type(said).__name__}")
        first = positions[0] if starts[name] is None else starts[name]
        if first not in positions:
            raise ValueError(f"explore: start={first!r} is not among the values of {name}: {positions}")
        parameters.append(Parameter(name, said, positions, _words(positions), first))
    if (frames := math.prod(len(p.values) for p in parameters)) > _MOST_FRAMES:
        raise ValueError(f"explore: at most {_MOST_FRAMES} frames, got {frames}, one for each pair of values")
    return parameters


def _drawn(draw: Callable[..., tuple[Axes, str]], chosen: Mapping[str, Any]) -> tuple[Axes, str]:
    result = draw(**chosen)
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], Axes)):
        raise TypeError(f"explore: draw must return (ax, caption), got {type(result).__name__}")
    return result[0], require_caption(result[1])


def explore(
    draw: Callable[..., tuple[Axes, str]],
    /,
    *,
    label: str | Mapping[str, str] | None = None,
    start: Any = None,
    **values: Iterable[Any],
) -> None:
    """Show ``draw`` under sliders: ``explore(draw, lr=[0.01, 0.1], momentum=[0.0, 0.5, 0.9])``.

    ``draw(lr=..., momentum=...)`` is called with the names that stand here, one or two of them, and returns
    ``(ax, caption)``. In a running notebook other values can be typed; stored and on the page it is plain
    HTML over the given ones, with two names over every pair.
    ``start``: where it stands first (default: the first value). ``label``: its name in words. With two
    parameters both are dicts by name.
    Raises TypeError or ValueError that names the rule for anything else.
    """
    if not callable(draw):
        raise TypeError(f"explore: draw must be a function, got {type(draw).__name__}")
    parameters = _parameters(values, label, start)
    try:
        inspect.signature(draw).bind(**dict.fromkeys(values))
    except TypeError as error:
        raise TypeError(f"explore: draw cannot be called with {', '.join(values)}: {error}") from None
    frames = [
        frame(k, words, *_drawn(draw, dict(zip(values, chosen, strict=True))))
        for k, (chosen, words) in enumerate(
            zip(
                product(*(p.values for p in parameters)), product(*(p.words for p in parameters)), strict=True
            )
        )
    ]
    first = 0
    for p in parameters:
        first = first * len(p.values) + p.values.index(p.start)
    page = slider_html(frames, labels=[p.label for p in parameters], start=first)
    live = live_view(lambda **chosen: figure_html(*_drawn(draw, chosen)), parameters)

    from IPython.display import display

    display({"text/plain": frames[first].caption, "text/html": page, **live}, raw=True)
