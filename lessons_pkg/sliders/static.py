"""The slider that needs neither kernel nor network: one SVG, a layer per frame, native range inputs."""

import html
import re
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple
from xml.etree.ElementTree import Element

from matplotlib.axes import Axes

from lessons_pkg.plotting.html import NAME, PAPER, figure_id, figure_of
from lessons_pkg.plotting.svg import SVG, Layout, svg_tree, to_text


class Frame(NamedTuple):
    """One position of the sliders: values in words, what its drawing holds (nothing: it failed), caption."""

    values: tuple[str, ...]
    attributes: dict[str, str]
    artists: list[str]
    caption: str
    layout: Layout | None = None


def frame(number: int, values: Sequence[str], ax: Axes, caption: str, like: Layout | None = None) -> Frame:
    """Draw a frame now, where it can be as ``like`` is laid out: its Axes may serve the next one too."""
    tree, layout = svg_tree(figure_of(ax), f"{NAME}-{number}", like)
    if layout != like:  # placed as the frames that follow it, to a hundredth of a point
        tree, layout = svg_tree(figure_of(ax), f"{NAME}-{number}", layout)
    return Frame(tuple(values), dict(tree.attrib), _artists(tree), caption, layout)


def _artists(root: Element) -> list[str]:
    """List the artists of a drawing in painting order, out of matplotlib's nested groups."""
    (_, *groups), *definitions = list(root)  # the first is the figure's empty background
    flat = [artist for group in groups for artist in (group if len(group) > 1 else [group])]
    return [to_text(part) for part in flat + definitions]


Slot = dict[int, str]  # one artist, as each frame that has a drawing draws it


def _shared(slot: Slot) -> bool:
    """Whether all frames draw the same here, apart from the frame's number in the ids."""
    return len({text.replace(f"{NAME}-{number}-", "") for number, text in slot.items()}) == 1


def _merged(slots: Sequence[Slot], start: int, *, grid: bool) -> str:
    """Draw once what all frames share; the rest in a layer per frame or, in a grid, per different drawing."""
    shared = [_shared(slot) for slot in slots]
    first = min(slots[0])  # what is drawn once has the ids of this frame
    once = "".join(slot[first] for slot, same in zip(slots, shared, strict=True) if same)
    known = "|".join(re.findall(rf' id="{NAME}-\d+-(\d+)"', once))

    def layers(slot: Slot) -> str:
        frames: dict[tuple[str, int], list[int]] = {}
        for number, text in slot.items():
            if known:
                text = re.sub(rf"#{NAME}-{number}-({known})\b", rf"#{NAME}-{first}-\1", text)
            frames.setdefault((text, 0 if grid else number), []).append(number)
        return "".join(
            f'<g data-frame="{" ".join(map(str, numbers))}"{" data-shown" if start in numbers else ""}>'
            f"{text}</g>"
            for (text, _), numbers in frames.items()
        )

    return "".join(slot[first] if same else layers(slot) for slot, same in zip(slots, shared, strict=True))


def layered_svg(frames: Sequence[Frame], start: int) -> str:
    """Merge the frames' drawings into one SVG; frames of unlike structure become one layer each."""
    drawn = {number: frame for number, frame in enumerate(frames) if frame.artists}
    look, *others = (frame.attributes for frame in drawn.values())
    if any(attributes != look for attributes in others):
        raise ValueError("explore: draw must return figures of one size")
    columns = {number: frame.artists for number, frame in drawn.items()}
    if len({len(column) for column in columns.values()}) > 1:
        columns = {number: ["".join(column)] for number, column in columns.items()}
    slots = [dict(zip(columns, texts, strict=True)) for texts in zip(*columns.values(), strict=True)]
    attributes = {"xmlns": SVG, **look, "aria-labelledby": f"{NAME}-caption"}
    opening = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    inner = _merged(slots, start, grid=len(frames[0].values) > 1).replace(f' xmlns="{SVG}"', "")
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
    drawing = layered_svg(frames, start)
    files = resources.files("lessons_pkg.sliders")
    style = (files / "slider.css").read_text(encoding="utf-8")
    script = (files / ("slider.js" if len(labels) == 1 else "grid.js")).read_text(encoding="utf-8")
    controls = ""
    for k, label in enumerate(labels):
        words = list(dict.fromkeys(frame.values[k] for frame in frames))
        place = f"{NAME}-input" if k == 0 else f"{NAME}-input-{k + 1}"
        controls += _control(place, label, words, frames[start].values[k])
    said = html.escape(frames[start].caption)
    caption = f'<figcaption id="{NAME}-caption" aria-live="polite">{said}</figcaption>'
    kind = "lesson-slider" if len(labels) == 1 else "lesson-slider lesson-slider-grid"
    markup = f"{drawing}{controls}{caption}{_table(frames, labels)}"
    markup = markup.replace(NAME, figure_id(markup))
    return (
        f'<figure class="{kind}" style="{PAPER}"><style>\n{style}</style>{markup}'
        f"<script>\n{{\n{script}}}\n</script></figure>"
    )
