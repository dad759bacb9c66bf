"""The slider that needs neither kernel nor network: one SVG, a layer per frame, native range inputs."""

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
    """One position of the sliders: their values in words, what its drawing holds, the caption."""

    values: tuple[str, ...]
    attributes: dict[str, str]
    artists: list[str]
    caption: str


def frame(number: int, values: Sequence[str], ax: Axes, caption: str) -> Frame:
    """Draw a frame now: its Axes may be drawn over for the next one."""
    tree = svg_tree(figure_of(ax), f"{_FRAME}-{number}")
    return Frame(tuple(values), dict(tree.attrib), _artists(tree), caption)


def _artists(root: Element) -> list[str]:
    """List the artists of a drawing in painting order, out of matplotlib's nested groups."""
    (_, *groups), *definitions = list(root)  # the first is the figure's empty background
    flat = [artist for group in groups for artist in (group if len(group) > 1 else [group])]
    return [to_text(part) for part in flat + definitions]


def _shared(slot: Sequence[str]) -> bool:
    """Whether all frames draw the same here, apart from the frame's number in the ids."""
    return len({text.replace(f"{_FRAME}-{k}-", f"{_FRAME}-0-") for k, text in enumerate(slot)}) == 1


def _merged(columns: Sequence[Sequence[str]], start: int, *, grid: bool) -> str:
    """Draw once what all frames share; the rest in a layer per frame or, in a grid, per different drawing."""
    slots = [(slot, _shared(slot)) for slot in zip(*columns, strict=True)]
    once = "".join(slot[0] for slot, shared in slots if shared)
    known = {name.rsplit("-", 1)[1] for name in re.findall(' id="([^"]+)"', once)}

    def layers(slot: Sequence[str]) -> str:
        frames: dict[object, list[int]] = {}
        texts = []
        for number, text in enumerate(slot):
            for part in known:  # what is drawn once has the ids of frame 0
                text = re.sub(rf"#{_FRAME}-{number}-{part}\b", f"#{_FRAME}-0-{part}", text)
            texts.append(text)
            frames.setdefault(text if grid else number, []).append(number)
        return "".join(
            f'<g data-frame="{" ".join(map(str, numbers))}"{" data-shown" if start in numbers else ""}>'
            f"{texts[numbers[0]]}</g>"
            for numbers in frames.values()
        )

    return "".join(slot[0] if shared else layers(slot) for slot, shared in slots)


def layered_svg(frames: Sequence[Frame], start: int, name: str) -> str:
    """Merge the frames' drawings into one SVG; frames of unlike structure become one layer each."""
    if any(frame.attributes != frames[0].attributes for frame in frames):
        raise ValueError("explore: draw must return figures of one size")
    columns = [frame.artists for frame in frames]
    if len({len(column) for column in columns}) > 1:
        columns = [["".join(column)] for column in columns]
    attributes = {"xmlns": SVG, **frames[0].attributes, "aria-labelledby": f"{name}-caption"}
    opening = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    inner = (
        _merged(columns, start, grid=len(frames[0].values) > 1)
        .replace(f' xmlns="{SVG}"', "")
        .replace(_FRAME, name)
    )
    return f"<svg {opening}>{inner}</svg>"


def _table(frames: Sequence[Frame], labels: Sequence[str]) -> str:
    def row(frame: Frame) -> str:
        heads = "".join(f'<th scope="row">{html.escape(value)}</th>' for value in frame.values)
        return f"<tr>{heads}<td>{html.escape(frame.caption)}</td></tr>"

    heads = [*map(html.escape, labels), "what the figure shows"]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = "".join(map(row, frames))
    summary = f"<summary>All {len(frames)} positions in words</summary>"
    return f"<details>{summary}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"


def _control(name: str, label: str, words: Sequence[str], start: str) -> str:
    """One range input over the positions ``words``, with its label and the value in words."""
    label, value = html.escape(label), html.escape(start)
    return (
        f'<div class="lesson-slider-control" hidden><label for="{name}">{label}</label>'
        f'<input id="{name}" type="range" min="0" max="{len(words) - 1}" step="1" '
        f'value="{words.index(start)}" aria-valuetext="{value}">'
        f'<output for="{name}" aria-live="off">{value}</output></div>'
    )


def slider_html(frames: Sequence[Frame], *, labels: Sequence[str], start: int) -> str:
    """Return a self-contained ``<figure>``: keyboard, touch, screen reader and print need nothing else.

    With two ``labels`` the frames are a grid, row by row, and each parameter has a control of its own.
    """
    name = figure_id(*labels, *(frame.caption for frame in frames))
    drawing = layered_svg(frames, start, name)
    files = resources.files("lessons_pkg.sliders")
    style = (files / "slider.css").read_text(encoding="utf-8")
    script = (files / ("slider.js" if len(labels) == 1 else "grid.js")).read_text(encoding="utf-8")
    controls = ""
    for k, label in enumerate(labels):
        words = list(dict.fromkeys(frame.values[k] for frame in frames))
        place = f"{name}-input" if k == 0 else f"{name}-input-{k + 1}"
        controls += _control(place, label, words, frames[start].values[k])
    said = html.escape(frames[start].caption)
    caption = f'<figcaption id="{name}-caption" aria-live="polite">{said}</figcaption>'
    kind = "lesson-slider" if len(labels) == 1 else "lesson-slider lesson-slider-grid"
    return (
        f'<figure class="{kind}" style="{PAPER}"><style>\n{style}</style>{drawing}'
        f"{controls}{caption}{_table(frames, labels)}<script>\n{{\n{script}}}\n</script></figure>"
    )
