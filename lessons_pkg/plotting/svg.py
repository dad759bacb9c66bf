"""Turn a matplotlib Figure into an SVG that a page can hold: small, themed, searchable."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from lessons_pkg.plotting.style import COLOUR_NAMES, RC

SVG = "http://www.w3.org/2000/svg"
TOOLTIP = "tooltip: "  # an artist whose gid starts so shows the rest of it on hover
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
_REFERENCE = re.compile(r"url\(#(.+?)\)")
_GEOMETRY = ("d", "x", "y", "transform", "width", "height", "points")
_FONT = re.compile(r"font-family:[^;]*;?\s*|font: ([\d.]+px)[^;]*;?")

ElementTree.register_namespace("", SVG)


def _rounded(geometry: str) -> str:
    return _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), geometry)


def _themed(style: str) -> str:
    for colour, name in COLOUR_NAMES.items():
        style = style.replace(colour, f"var(--figure-{name}, {colour})")
    return _FONT.sub(lambda match: f"font-size: {match[1]};" if match[1] else "", style)


def _clean(element: ElementTree.Element) -> None:
    for key in _GEOMETRY:
        if key in element.attrib:
            element.set(key, " ".join(_rounded(element.attrib[key]).split()))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    if "style" in element.attrib:
        element.set("style", _themed(element.attrib["style"]))
    element.text = element.text if element.text and element.text.strip() else None
    element.tail = None


def _share_style(group: ElementTree.Element) -> None:
    """Say once, on the group, what every marker of a line says for itself."""
    styles = {child.get("style", "") for child in group}
    if len(group) > 1 and len(styles) == 1 and all(child.tag == f"{{{SVG}}}use" for child in group):
        group.set("style", styles.pop())
        for child in group:
            child.attrib.pop("style", None)


def _pointed(root: ElementTree.Element) -> list[str]:
    """List the ids that something points to, in order of appearance."""
    return list(
        dict.fromkeys(
            target
            for element in root.iter()
            for target in [
                element.get(_HREF, "").lstrip("#"),
                *_REFERENCE.findall(element.get("clip-path", "")),
            ]
            if target
        )
    )


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Keep only the ids that something points to, renamed in order of appearance."""
    names = {old: f"{prefix}-{number}" for number, old in enumerate(_pointed(root), start=1)}
    for element in root.iter():
        if "id" in element.attrib:
            old = element.attrib.pop("id")
            if old in names:
                element.set("id", names[old])
            elif old.startswith(TOOLTIP):
                ElementTree.SubElement(element, f"{{{SVG}}}title").text = old.removeprefix(TOOLTIP)
        if _HREF in element.attrib:
            element.set("href", "#" + names[element.attrib.pop(_HREF).lstrip("#")])
        if "clip-path" in element.attrib:
            (old,) = _REFERENCE.findall(element.attrib["clip-path"])
            element.set("clip-path", f"url(#{names[old]})")


def _dress(ax: Axes) -> None:
    """Give a legend and a title that were made outside the course's style its look; add a missing legend."""
    legend, title = ax.get_legend(), ax.get_title(loc="center")
    if title:
        ax.set_title("", loc="center")
        ax.set_title(title)
    if legend is None and ax.get_legend_handles_labels()[1]:
        legend = ax.legend()
    if legend is not None:
        frame = legend.legendPatch
        frame.set(facecolor=RC["legend.facecolor"], edgecolor=RC["legend.edgecolor"], alpha=1)
        frame.set_boxstyle("square", pad=0)
        for text in legend.get_texts():
            text.set(fontsize=RC["legend.fontsize"], color=RC["legend.labelcolor"])


@dataclass(frozen=True)
class Layout:
    """Where the Axes of a figure lie, and the words that they made room for; and their ticks, as drawn."""

    places: tuple[tuple[float, ...], ...]
    words: tuple[str, ...]
    ticks: dict[str, ElementTree.Element] = field(default_factory=dict, compare=False)


def _look(axis: Axis) -> str:
    """All that decides how an axis is drawn, or nothing: it is not, or its ticks may differ one by one."""
    if not axis.get_visible() or any(
        len(vars(axis).get(ticks, ())) > 1 for ticks in ("majorTicks", "minorTicks")
    ):
        return ""
    label, colour = axis.label, axis.offsetText.get_color()
    parts: list[Any] = [axis.axes.bbox.bounds, axis.get_view_interval(), axis.get_scale(), axis.get_zorder()]
    parts += [axis.get_gid(), axis.get_label_position(), axis.labelpad, colour, label.get_visible()]
    parts += [label.get_text(), label.get_position(), label.get_horizontalalignment(), label.get_rotation()]
    parts += [label.get_color(), label.get_alpha(), hash(label.get_fontproperties())]
    parts += [axis.get_tick_params("major"), axis.get_tick_params("minor")]
    for ticker in (axis.major, axis.minor):
        locator, formatter = ticker.locator, ticker.formatter
        if locator and formatter:
            places = list(locator())
            parts += [places, formatter.format_ticks(places), formatter.get_offset()]
    return repr(parts)


def _layout(figure: Figure, root: ElementTree.Element, drawn: dict[str, ElementTree.Element]) -> Layout:
    ticks = [part for part in root.iter() if part.get("id", "").startswith("matplotlib.axis")]
    words = [text.text or "" for part in ticks for text in part.iter(f"{{{SVG}}}text")]
    # Rounded, because what was placed and is asked for again differs in its last bits.
    places = tuple(tuple(round(float(x), 6) for x in ax.get_position().bounds) for ax in figure.axes)
    return Layout(places, (*words, str(len(list(root.iter(f"{{{SVG}}}text"))))), drawn)


@contextmanager
def _placed(figure: Figure, layout: Layout) -> Iterator[None]:
    """Put the Axes where another figure has them: to find their places takes most of a drawing's time."""
    engine, laid_out = figure.get_layout_engine(), [ax.get_in_layout() for ax in figure.axes]
    figure.set_layout_engine("none")
    for ax, place in zip(figure.axes, layout.places, strict=True):
        ax.set_position((place[0], place[1], place[2], place[3]))
    yield
    for ax, before in zip(figure.axes, laid_out, strict=True):
        ax.set_in_layout(before)
    figure.set_layout_engine(engine)


def _written(figure: Figure, ticks: dict[str, ElementTree.Element] | None = None) -> ElementTree.Element:
    """Return matplotlib's own SVG, in one pass: ``savefig`` draws a figure with a layout twice.

    An axis that looks as one in ``ticks`` is not drawn again, which would take most of the time.
    """
    buffer, paper, canvas = io.StringIO(), figure.get_facecolor(), figure.canvas
    figure.set_facecolor("none")
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    for number, axis in enumerate(axes):
        axis.set_gid(f"matplotlib.axis-{number}")
    looks = {} if ticks is None else {axis: _look(axis) for axis in axes}
    known = {axis: ticks[look] for axis, look in looks.items() if ticks and look in ticks}
    for axis in known:
        vars(axis)["draw"] = partial(_leave_room, axis)
    try:
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(buffer, metadata=metadata)  # type: ignore[no-untyped-call]
    finally:
        figure.set_facecolor(paper)
        figure.set_canvas(canvas)
        for axis in known:
            del vars(axis)["draw"]
    root = ElementTree.fromstring(buffer.getvalue().split("?>", 1)[1])
    for axis, look in looks.items():
        for group in root.iterfind(f".//*[@id='{axis.get_gid()}']"):
            if axis in known:
                group.extend(deepcopy(list(known[axis])))
            elif ticks is not None and look:
                ticks[look] = deepcopy(group)
    defined = set[str | None]()
    for parent in root.iter() if known else ():
        for definition in parent.findall(f"{{{SVG}}}defs"):
            names = {element.get("id") for element in definition}
            if names <= defined:  # of a tick, by another axis too
                parent.remove(definition)
            defined |= names
    if known and not {element.get("id") for element in root.iter()}.issuperset(_pointed(root)):
        return _written(figure)  # what a grid's lines are cut at is written where the curves are
    return root


def _leave_room(axis: Axis, renderer: Any) -> None:
    renderer.open_group("axis", gid=axis.get_gid())
    renderer.close_group("axis")


def svg_tree(figure: Figure, prefix: str, like: Layout | None = None) -> tuple[ElementTree.Element, Layout]:
    """Draw ``figure`` as an SVG element whose ids start with ``prefix``; return it and the layout.

    Axes with labelled artists get a legend. Text stays text; the course's colours become CSS variables with
    a fallback; coordinates keep two decimals. A figure with as many Axes and the words that ``like`` made
    room for takes its places, which is three times as fast.
    """
    root = layout = None
    ticks = {} if like is None else like.ticks
    with matplotlib.rc_context(RC):
        for ax in figure.axes:
            _dress(ax)
        if like is not None and figure.get_layout_engine() and len(figure.axes) == len(like.places):
            with _placed(figure, like):
                root = _written(figure, ticks)
            layout = _layout(figure, root, ticks)
        if root is None or layout is None or layout != like:
            root = _written(figure)
            layout = _layout(figure, root, ticks)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.find(f"{{{SVG}}}style") is not None:  # a global rule: it would restyle the whole page
                parent.remove(child)
    for element in root.iter():
        _clean(element)
    for element in root.iter():
        _share_style(element)
    _rename_ids(root, prefix)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "style": "display: block; width: 100%; height: auto; stroke-linejoin: round; stroke-linecap: butt",
    }
    return root, layout


def to_text(root: ElementTree.Element) -> str:
    """Write an SVG element as text."""
    return ElementTree.tostring(root, encoding="unicode")
