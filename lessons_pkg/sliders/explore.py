"""One call, two lives."""

import cmath
import html
import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from numbers import Real
from typing import Any

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import figure_html, require_caption
from lessons_pkg.sliders.live import Parameter, live_view
from lessons_pkg.sliders.static import Frame, frame, slider_html

_MOST_FRAMES = 200  # each is drawn now and stored in the page


def _positions(name: str, given: Iterable[Any]) -> list[Any]:
    values_given = given.tolist() if hasattr(given, "tolist") else given  # tensors and arrays too
    if not isinstance(values_given, Iterable) or isinstance(values_given, str):
        raise TypeError(f"explore: {name} must be a list of values, got {type(given).__name__}")
    positions = [v.item() if getattr(v, "ndim", None) == 0 else v for v in values_given]
    if not 2 <= len(positions) <= _MOST_FRAMES:
        raise ValueError(f"explore: {name} needs 2 to {_MOST_FRAMES} values, got {len(positions)}")
    if any(value is None for value in positions):
        raise ValueError(f"explore: no value of {name} may be None: start=None means the first")
    if any(getattr(value, "ndim", 0) for value in positions):
        raise TypeError(f"explore: each value of {name} must be one thing, got a tensor or array with rows")
    if any(value in positions[:k] for k, value in enumerate(positions)):
        raise ValueError(f"explore: the values of {name} must differ from one another")
    if any(isinstance(value, (float, complex)) and not cmath.isfinite(value) for value in positions):
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


def _nearest(name: str, start: Any, positions: Sequence[Any]) -> Any:
    """Return the position that ``start`` is, up to the rounding of 32 bits: 0.1 of a float32 tensor's."""
    start = start.item() if getattr(start, "ndim", None) == 0 else start
    if start in positions:
        return start
    for value in positions:
        if isinstance(start, Real) and isinstance(value, Real) and math.isclose(start, value, rel_tol=1e-6):
            return value
    raise ValueError(f"explore: start={start!r} is not among the values of {name}: {positions}")


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
        first = positions[0] if starts[name] is None else _nearest(name, starts[name], positions)
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
    HTML over the given ones, with two names over every pair. Where ``draw`` fails, the caption and a warning
    name the value and the error, and the other values remain; if it fails everywhere, its error is raised.

    Args:
        draw: called with the names that stand in ``values``, returns ``(ax, caption)``.
        label: the parameter's name in words; with two a dict by name.
        start: where it stands first, up to the rounding of 32 bits (default: the first value); with two a
            dict by name.
        values: one or two parameters by name, each with 2 values or more; at most 200 pairs.

    Raises:
        TypeError, ValueError: an argument is none of these; the message names the rule.

    Example:
        >>> from lessons_pkg import plotting, sliders
        >>> def draw(lr):
        ...     return plotting.loss_curve([1.0, (1 - lr) ** 2]), f"One step at the rate {lr}."
        >>> sliders.explore(draw, lr=[0.1, 0.5])  # doctest: +ELLIPSIS
        {'text/plain': 'One step at the rate 0.1.', ...
    """
    if not callable(draw):
        raise TypeError(f"explore: draw must be a function, got {type(draw).__name__}")
    parameters = _parameters(values, label, start)
    try:
        inspect.signature(draw).bind(**dict.fromkeys(values))
    except TypeError as error:
        raise TypeError(f"explore: draw cannot be called with {', '.join(values)}: {error}") from None
    chosen = [dict(zip(values, each, strict=True)) for each in product(*(p.values for p in parameters))]
    first = chosen.index({p.name: p.start for p in parameters})
    frames, errors, opening, like = list[Frame](), list[Exception](), "", None
    for k, words in enumerate(product(*(p.words for p in parameters))):
        place = ", ".join(f"{p.name}={word}" for p, word in zip(parameters, words, strict=True))
        try:
            drawn = _drawn(draw, chosen[k])
        except Exception as error:  # the other values are shown all the same
            errors.append(error)
            said = f"{place}: {type(error).__name__}: {error}"
            frames.append(Frame(words, {}, [], said))
            if k == first:
                opening = f"<pre>{html.escape(said)}</pre>"
            continue
        frames.append(frame(k, words, *drawn, like))
        like = frames[-1].layout
        if k == first:
            opening = figure_html(*drawn)
    if len(errors) == len(frames):
        raise errors[0]
    for failed in (each for each in frames if not each.artists):
        warnings.warn(f"explore: draw failed at {failed.caption}", stacklevel=2)
    page = slider_html(frames, labels=[p.label for p in parameters], start=first)
    live = live_view(lambda **other: figure_html(*_drawn(draw, other)), parameters, opening)

    from IPython.display import display

    display({"text/plain": frames[first].caption, "text/html": page, **live}, raw=True)
