"""Gradients: their lengths in each parameter, and what each pixel of a mask gets."""

from collections.abc import Mapping

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lessons_pkg.guards import Given, guarded, kind
from lessons_pkg.plotting.require import AXES, Numbers, as_numbers, finite, numbers, of_shape
from lessons_pkg.plotting.style import COLOURS, GREEN, MUTED, PAPER, PURPLE, new_axes

Lengths = Mapping[str, float | None]


def same_parameters(name: str, given: Given) -> None:
    """Refuse what is no mapping of mappings, and runs whose parameters differ."""
    runs = given["lengths"]
    if not isinstance(runs, Mapping) or not all(isinstance(run, Mapping) for run in runs.values()):
        raise TypeError(f"{name}: lengths must map each run's name to lengths by name, got {kind(runs)}")
    if not 1 <= len(runs) <= 4 or len({tuple(run) for run in runs.values()}) != 1:
        raise ValueError(f"{name}: lengths must have the same parameters in each of 1 to 4 runs")
    for run, by_name in runs.items():
        for parameter, length in by_name.items():
            role = f"lengths[{run!r}][{parameter!r}]"
            finite(role)(name, {} if length is None else {role: length})


@guarded(AXES, same_parameters)
def gradient_bars(lengths: Mapping[str, Lengths], *, ax: Axes | None = None) -> Axes:
    """Draw the length of each parameter's gradient as a bar, the runs beside one another.

    Args:
        lengths: by run and parameter; None, where there is no gradient, is written.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: ``lengths`` is no mapping of mappings to numbers.
        ValueError: no run, more than 4, runs with other parameters, or a length that is not finite.

    Example:
        >>> from lessons_pkg import plotting
        >>> ax = plotting.gradient_bars({"cut": {"layer1": None, "layer2": 0.5}})
        >>> [float(bar.get_width()) for bar in ax.patches], ax.texts[0].get_text()
        ([0.0, 0.5], 'None')
    """
    names = list(next(iter(lengths.values())))
    ax = ax if ax is not None else new_axes(size=(5.0, 3.4))
    for k, (run, colour) in enumerate(zip(lengths, COLOURS, strict=False)):
        places = [row + 0.26 * (k - (len(lengths) - 1) / 2) for row in range(len(names))]
        ax.barh(places, [lengths[run][name] or 0.0 for name in names], 0.22, color=colour, label=run)
        for place, name in zip(places, names, strict=True):
            if lengths[run][name] is None:
                ax.text(0.02, place, "None", va="center", color=colour)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    return ax


def two_values(name: str, given: Given) -> None:
    """Refuse maps that are not of the mask's shape, and a mask without an object."""
    numbers("mask", "be (height, width)", lambda shape: len(shape) == 2)(name, given)
    mask, maps = as_numbers(given["mask"]), given["maps"]
    if not 0 < int((mask > 0).sum()) < mask.numel():
        raise ValueError(f"{name}: mask must be above 0 on an object, and nowhere else")
    if not isinstance(maps, Mapping):
        raise TypeError(f"{name}: maps must map titles to gradients, got {kind(maps)}")
    for title in maps:
        role = f"maps[{title!r}]"
        of_shape(role, "as mask is", lambda _: tuple(mask.shape))(name, {role: maps[title]})


@guarded(AXES, two_values)
def mask_gradients(mask: Numbers, maps: Mapping[str, Numbers], *, ax: Axes | None = None) -> Axes:
    """Draw gradients of a mask's logits beside one another, each with one value on a box and one off it.

    Green is a pixel whose logit a step pushes up, purple one that it pushes down; full colour is a map's
    largest.

    Args:
        mask: ``(height, width)``, above 0 on a box of pixels.
        maps: by title, gradients of the mask's shape.
        ax: where to draw; by default fresh Axes.

    Returns:
        The Axes.

    Raises:
        TypeError: an argument is of another type.
        ValueError: another shape, or a mask without an object or without anything else.

    Example:
        >>> import torch
        >>> from lessons_pkg import plotting
        >>> mask = torch.zeros(8, 8)
        >>> mask[2:4, 2:5] = 1
        >>> ax = plotting.mask_gradients(mask, {"MSE": 0.5 - mask})
        >>> [(box.get_width(), box.get_height()) for box in ax.patches[::2]]
        [(8, 8), (3, 2), (8, 8)]
    """
    inside = as_numbers(mask) > 0
    high, wide = inside.shape
    rows, columns = torch.where(inside)
    top, left = int(rows.min()), int(columns.min())
    size = int(columns.max()) - left + 1, int(rows.max()) - top + 1
    ax = ax if ax is not None else new_axes(size=(5.0, 2.9))
    for k, (title, gradient) in enumerate(maps.items()):
        start, slopes = k * (wide + 8), as_numbers(gradient)
        on, off = slopes[inside][0].item(), slopes[~inside][0].item()
        most = max(abs(on), abs(off)) or 1.0
        for corner, sides, slope in [((start, 0), (wide, high), off), ((start + left, top), size, on)]:
            colour, strong = PURPLE if slope > 0 else GREEN, max(0.02, abs(slope) / most)
            ax.add_patch(Rectangle(corner, *sides, color=PAPER))
            ax.add_patch(Rectangle(corner, *sides, color=colour, alpha=strong))
        ax.add_patch(Rectangle((start, 0), wide, high, fill=False, edgecolor=MUTED))
        ax.annotate(title, (start, -3), va="bottom")
    ax.set(xlim=(-1, len(maps) * (wide + 8) - 7), ylim=(high + 1, -12), aspect="equal")
    ax.axis("off")
    return ax
