"""Frames share axes that look alike: what is not drawn again is what it would have been."""

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.axes import Axes

from lessons_pkg import plotting
from lessons_pkg.plotting.html import figure_of
from lessons_pkg.plotting.svg import Layout, svg_tree, to_text

CHANGES: dict[str, Callable[[Axes], Any]] = {
    "nothing": lambda ax: None,
    "limits": lambda ax: ax.set_xlim(0, 1.5),
    "label": lambda ax: ax.set_xlabel("other words"),
    "label's place": lambda ax: ax.set_xlabel("words", loc="left"),
    "label's colour": lambda ax: ax.set_xlabel("words", color="red"),
    "label's style": lambda ax: ax.set_xlabel("words", style="italic"),
    "ticks": lambda ax: ax.set_xticks([0, 1]),
    "ticks' words": lambda ax: ax.set_xticks([0, 1], ["no", "yes"]),
    "minor ticks": lambda ax: ax.set_xticks([0.5], minor=True),
    "scale": lambda ax: ax.set_yscale("log"),
    "colour of all": lambda ax: ax.tick_params(axis="y", labelcolor="red"),
    "colour of one": lambda ax: ax.get_xticklabels()[1].set_color("red"),
    "length": lambda ax: ax.tick_params(axis="y", length=0),
    "grid": lambda ax: ax.grid(visible=False),
    "no axis": lambda ax: ax.xaxis.set_visible(False),
    "upside down": lambda ax: ax.yaxis.set_inverted(True),
    "side": lambda ax: ax.yaxis.tick_right(),
    "no curve, which defines where the grid is cut": lambda ax: ax.get_lines()[0].remove(),
    "grid above": lambda ax: ax.set_axisbelow(False),
}


def drawn(change: str, panel: int, like: Layout | None) -> tuple[str, Layout]:
    panels = plotting.new_panels(2)
    for ax in panels:
        plotting.loss_curve([1, 2], log=False, ax=ax).set(xlabel="words", xlim=(-0.1, 1.1), ylim=(1, 3))
    CHANGES[change](panels[panel])
    tree, layout = svg_tree(figure_of(panels[0]), "frame", like)
    return to_text(tree), layout


@pytest.fixture(scope="module")
def before() -> Layout:
    return drawn("nothing", 0, drawn("nothing", 0, None)[1])[1]


@pytest.mark.parametrize("panel", [0, 1])
@pytest.mark.parametrize("change", CHANGES)
def test_a_frame_is_the_same_whether_its_axes_were_drawn_before(
    change: str, panel: int, before: Layout
) -> None:
    ticks = dict(before.ticks)
    assert len(ticks) == 4
    after, _ = drawn(change, panel, Layout(before.places, before.words, ticks))
    assert after == drawn(change, panel, Layout(before.places, before.words))[0]
    assert len(ticks) == {"nothing": 4, "limits": 5}.get(change, len(ticks))
