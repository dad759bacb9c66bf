"""The slider that needs neither kernel nor network: one SVG, a layer per frame, a native range input."""

import html
import re
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple
from xml.etree.ElementTree import Element

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import PAPER, figure_id, figure_of
from lessons_pkg.plotting.svg import SVG, svg_tree, to_text

_FRAME = "lesson-slider-frame"  # stands for the figure's name until all captions are known


class Frame(NamedTuple):
    """One position of the slider: its value in words, what its drawing holds, the caption."""

    value: str
    attributes: dict[str, str]
    artists: list[str]
    caption: str


def frame(number: int, value: str, ax: Axes, caption: str) -> Frame:
    """Draw a frame now: its Axes may be drawn over for the next one."""
    tree = svg_tree(figure_of(ax), f"{_FRAME}-{number}")
    return Frame(value, dict(tree.attrib), _artists(tree), caption)


def _artists(root: Element) -> list[str]:
    """List the artists of a drawing in painting order, out of matplotlib's nested groups."""
    (_, *groups), *definitions = list(root)  # the first is the figure's empty background
    flat = [artist for group in groups for artist in (group if len(group) > 1 else [group])]
    return [to_text(part) for part in flat + definitions]


def _shared(slot: Sequence[str]) -> bool:
    """Whether all frames draw the same here, apart from the frame's number in the ids."""
    return len({text.replace(f"{_FRAME}-{k}-", f"{_FRAME}-0-") for k, text in enumerate(slot)}) == 1


def _merged(columns: Sequence[Sequence[str]], start: int) -> str:
    """Draw once what all frames share, and the rest in a layer per frame."""
    slots = [(slot, _shared(slot)) for slot in zip(*columns, strict=True)]
    once = "".join(slot[0] for slot, shared in slots if shared)
    known = {name.rsplit("-", 1)[1] for name in re.findall(' id="([^"]+)"', once)}

    def layer(number: int, text: str) -> str:
        for part in known:  # what is drawn once has the ids of frame 0
            text = re.sub(rf"#{_FRAME}-{number}-{part}\b", f"#{_FRAME}-0-{part}", text)
        return f'<g data-frame="{number}"{" data-shown" if number == start else ""}>{text}</g>'

    return "".join(
        slot[0] if shared else "".join(layer(number, text) for number, text in enumerate(slot))
        for slot, shared in slots
    )


def layered_svg(frames: Sequence[Frame], start: int, name: str) -> str:
    """Merge the frames' drawings into one SVG; frames of unlike structure become one layer each."""
    if any(frame.attributes != frames[0].attributes for frame in frames):
        raise ValueError("explore: draw must return figures of one size")
    columns = [frame.artists for frame in frames]
    if len({len(column) for column in columns}) > 1:
        columns = [["".join(column)] for column in columns]
    attributes = {"xmlns": SVG, **frames[0].attributes, "aria-labelledby": f"{name}-caption"}
    opening = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    inner = _merged(columns, start).replace(f' xmlns="{SVG}"', "").replace(_FRAME, name)
    return f"<svg {opening}>{inner}</svg>"


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
    drawing = layered_svg(frames, start, name)
    files = resources.files("lessons_pkg.sliders")
    style, script = ((files / f"slider.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    control = (
        f'<div class="lesson-slider-control" hidden><label for="{name}-input">{html.escape(label)}</label>'
        f'<input id="{name}-input" type="range" min="0" max="{len(frames) - 1}" step="1" value="{start}" '
        f'aria-valuetext="{html.escape(frames[start].value)}">'
        f'<output for="{name}-input" aria-live="off">{html.escape(frames[start].value)}</output></div>'
    )
    words = html.escape(frames[start].caption)
    words = f'<figcaption id="{name}-caption" aria-live="polite">{words}</figcaption>'
    return (
        f'<figure class="lesson-slider" style="{PAPER}"><style>\n{style}</style>{drawing}'
        f"{control}{words}{_table(frames, label)}<script>\n{{\n{script}}}\n</script></figure>"
    )
