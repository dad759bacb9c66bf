"""The slider that needs neither kernel nor network: one SVG, a layer per frame, a native range input."""

import html
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple
from xml.etree.ElementTree import Element

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import PAPER, figure_id
from lessons_pkg.plotting.svg import SVG, svg_tree, to_text


class Frame(NamedTuple):
    """One position of the slider: its value in words, the drawing, the caption."""

    value: str
    ax: Axes
    caption: str


def _slots(root: Element) -> list[Element]:
    """List the artists of a drawing in painting order, out of matplotlib's nested groups."""
    figure_group, *definitions = list(root)
    axes = [child for child in figure_group if len(child) > 1]
    return [artist for group in axes for artist in group] + definitions


def _group(frame: int, start: int, content: Sequence[Element]) -> Element:
    group = Element(
        f"{{{SVG}}}g", {"data-frame": str(frame)} | ({"data-shown": ""} if frame == start else {})
    )
    group.extend(content)
    return group


def layered_svg(frames: Sequence[Frame], start: int, name: str) -> Element:
    """Merge the frames' drawings: what all share is drawn once, the rest is a layer per frame.

    Frames of unlike structure share nothing, and each becomes one layer.
    """
    trees = [svg_tree(frame.ax.figure, name) for frame in frames]  # type: ignore[arg-type]
    columns = [_slots(tree) for tree in trees]
    alike = len({len(column) for column in columns}) == 1
    if not alike:
        trees = [svg_tree(f.ax.figure, f"{name}-{k}") for k, f in enumerate(frames)]  # type: ignore[arg-type]
        columns = [[_group(-1, start, list(tree))] for tree in trees]
    merged = Element(f"{{{SVG}}}svg", trees[0].attrib)
    for slot in zip(*columns, strict=True):
        if len({to_text(element) for element in slot}) == 1:
            merged.append(slot[0])
        else:
            merged.extend(_group(k, start, [element]) for k, element in enumerate(slot))
    return merged


def _table(frames: Sequence[Frame], label: str) -> str:
    rows = "".join(
        f'<tr><th scope="row">{html.escape(frame.value)}</th><td>{html.escape(frame.caption)}</td></tr>'
        for frame in frames
    )
    head = f'<tr><th scope="col">{html.escape(label)}</th><th scope="col">what the figure shows</th></tr>'
    summary = f"<summary>All {len(frames)} positions in words</summary>"
    return f"<details>{summary}<table><thead>{head}</thead><tbody>{rows}</tbody></table></details>"


def slider_html(frames: Sequence[Frame], *, label: str, start: int) -> str:
    """Return a self-contained ``<figure>``: keyboard, touch, screen reader and print need nothing else."""
    name = figure_id(label, *(frame.caption for frame in frames))
    tree = layered_svg(frames, start, name)
    tree.set("aria-labelledby", f"{name}-caption")
    files = resources.files("lessons_pkg.sliders")
    style, script = ((files / f"slider.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    control = (
        f'<div class="lesson-slider-control" hidden><label for="{name}-input">{html.escape(label)}</label>'
        f'<input id="{name}-input" type="range" min="0" max="{len(frames) - 1}" step="1" value="{start}" '
        f'aria-valuetext="{html.escape(frames[start].value)}" aria-describedby="{name}-caption">'
        f'<output for="{name}-input">{html.escape(frames[start].value)}</output></div>'
    )
    words = html.escape(frames[start].caption)
    words = f'<figcaption id="{name}-caption" aria-live="polite">{words}</figcaption>'
    return (
        f'<figure class="lesson-slider" style="{PAPER}"><style>\n{style}</style>{to_text(tree)}'
        f"{control}{words}{_table(frames, label)}<script>\n{{\n{script}}}\n</script></figure>"
    )
