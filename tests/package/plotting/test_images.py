"""Images and the table of confusion: what they draw, what they refuse, how they look."""

import re
from collections.abc import Iterable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from lessons_pkg import plotting
from lessons_pkg.plotting import style
from lessons_pkg.plotting.html import figure_html
from tests.helpers.contrast import contrast
from tests.helpers.project import ROOT
from tests.helpers.svg import CAPTION, svg

COUNTS = torch.tensor([[5, 0, 2], [0, 7, 0], [1, 0, 12]])


def patches(ax: Axes) -> dict[str, PathPatch]:
    return {str(patch.get_gid()): patch for patch in ax.patches if isinstance(patch, PathPatch)}


def boxes(patch: PathPatch) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each rectangle in a path, told apart as matplotlib does to fill them."""
    apart = map(torch.tensor, patch.get_path().to_polygons())
    return [(*corners.amin(0).tolist(), *corners.amax(0).tolist()) for corners in apart]


def painted(ax: Axes, high: int, wide: int) -> torch.Tensor:
    """Read the shades of the first image back from the rectangles, pixel by pixel."""
    found = torch.zeros(high, wide, dtype=torch.float64)
    for patch in patches(ax).values():
        for left, top, right, bottom in boxes(patch):
            if right <= wide and bottom <= high:
                window = found[round(top) : round(bottom), round(left) : round(right)]
                assert not window.any(), "two rectangles on one pixel"
                window += float(patch.get_alpha() or 0)
    return found


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    high=st.integers(1, 6),
    wide=st.integers(1, 6),
    scale=st.sampled_from([0.25, 1, 255]),
)
def test_an_image_is_drawn_in_eighths_of_its_largest_value(
    seed: int, high: int, wide: int, scale: float
) -> None:
    draw = torch.Generator().manual_seed(seed)
    image = scale * torch.randint(0, 5, (1, high, wide), generator=draw).double() / 4
    image[0, 0, 0] = scale
    ax = plotting.image_grid(image, ["one"])
    assert torch.equal(painted(ax, high, wide), image[0] / scale)  # quarters are eighths: nothing is rounded
    assert {patch.get_facecolor()[:3] for patch in patches(ax).values()} == {rgb(style.INK)}


def whole(ax: Axes) -> Figure:
    assert isinstance(ax.figure, Figure)
    return ax.figure


def extents(ax: Axes, texts: Iterable[Text]) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each text as it is drawn, measured in pixels of the image or cells."""
    whole(ax).draw_without_rendering()
    found = [text.get_window_extent().transformed(ax.transData.inverted()) for text in texts]
    return [(box.x0, box.y1, box.x1, box.y0) for box in found]  # the y axis points down


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def test_images_stand_in_rows_with_their_labels_below() -> None:
    ax = plotting.image_grid(torch.ones(5, 2, 4), list("abcde"), columns=2)
    assert boxes(patches(ax)["ink-8"])[0] == (0, 0, 4, 1)  # a row of one shade is one rectangle
    assert [text.get_text() for text in ax.texts] == list("abcde")
    lefts = [box[0] for box in boxes(patches(ax)["ink-8"])[::2]]
    tops = [box[1] for box in boxes(patches(ax)["ink-8"])[::2]]
    assert lefts == pytest.approx([0, 4.8, 0, 4.8, 0])
    assert tops == pytest.approx([0, 0, 2.7, 2.7, 5.4])
    for (x0, y0, x1, y1), left, top in zip(extents(ax, ax.texts), lefts, tops, strict=True):
        assert (x0 + x1) / 2 == pytest.approx(left + 2, abs=0.02)
        assert top + 2 < y0 < y1 < top + 2.7  # between this image and the next row
    assert {text.get_color() for text in ax.texts} == {style.INK}  # black would be lost at night


def test_blank_and_negative_images_have_no_ink() -> None:
    assert patches(plotting.image_grid(torch.zeros(1, 2, 2), ["blank"])) == {}
    assert patches(plotting.image_grid(-torch.ones(1, 2, 2), ["below"])) == {}
    image = torch.eye(2, requires_grad=True)[None]
    assert len(boxes(patches(plotting.image_grid(image, ["eye"]))["ink-8"])) == 2


def test_a_table_shows_every_count_that_is_not_zero() -> None:
    root = svg(figure_html(plotting.confusion_table(COUNTS, names=["cat", "dog", "owl"]), CAPTION))
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert sorted(words) == sorted(  # type: ignore[type-var]
        ["5", "2", "7", "1", "12", *["cat", "dog", "owl"] * 2, "read as", "is"]
    )
    numbers = {e.text: (float(e.get("x", "")), float(e.get("y", ""))) for e in root.iter() if e.get("x")}
    assert numbers["2"][0] > numbers["5"][0]  # read as owl: to the right of the diagonal
    assert numbers["2"][1] == pytest.approx(numbers["5"][1])  # in the same row
    assert numbers["1"][1] == pytest.approx(numbers["12"][1])
    assert numbers["12"][1] > numbers["7"][1] > numbers["5"][1]  # downwards


def test_a_table_shades_its_diagonal_and_its_errors() -> None:
    ax = plotting.confusion_table(COUNTS)
    filled = patches(ax)
    assert boxes(filled["hits"]) == [(k - 0.5, k - 0.5, k + 0.5, k + 0.5) for k in range(3)]
    assert boxes(filled["misses"]) == [(1.5, -0.5, 2.5, 0.5), (-0.5, 1.5, 0.5, 2.5)]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "1", "2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("read as", "is")
    assert boxes(patches(plotting.confusion_table(torch.eye(2).long()))["misses"]) == []
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.5, 2.5), (2.5, -0.5))  # the boxes, and nothing beside them
    colours = {name: patch.get_facecolor()[:3] for name, patch in filled.items()}
    assert colours == {"hits": rgb(style.BLUE), "misses": rgb(style.ORANGE)}
    assert not ax.xaxis.get_gridlines()[0].get_visible()


def over(front: str, back: str, alpha: float) -> str:
    """Return the colour of ``front`` laid over ``back``, as a screen mixes them."""
    mixed = [alpha * f + (1 - alpha) * b for f, b in zip(rgb(front), rgb(back), strict=True)]
    return "#" + "".join(f"{round(255 * value):02x}" for value in mixed)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_can_be_read_on_their_shades(theme: str) -> None:
    css = (ROOT / "book" / "_static" / "course.css").read_text(encoding="utf-8")
    block = css.split(f'html[data-theme="{theme}"] {{')[1].split("}")[0]
    colours = dict(re.findall(r"--figure-([a-z]+): (#[0-9a-f]{6})", block))
    filled = patches(plotting.confusion_table(COUNTS))
    for gid, name in (("hits", "blue"), ("misses", "orange")):
        shade = over(colours[name], colours["paper"], float(filled[gid].get_alpha() or 1))
        assert contrast(colours["ink"], shade) >= 4.5
        assert contrast(shade, colours["paper"]) > 1.15  # seen, though nothing depends on it


def test_images_are_accessible_and_follow_the_theme() -> None:
    markup = figure_html(plotting.image_grid(torch.eye(3)[None], ["a diagonal"]), CAPTION)
    assert svg(markup).get("role") == "img"
    assert "a diagonal</text>" in markup
    assert "--figure-ink" in markup
    bare = re.sub(r"var\(--figure-[a-z]+, #[0-9a-f]{6}\)", "", markup)
    assert not re.findall(r"#[0-9a-f]{6}", bare.split("<svg")[1])
