"""Drawings that lessons call by name: places, sizes and words are those of the data."""

from math import nan
from typing import Any

import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from lessons_pkg import plotting
from lessons_pkg.plotting import style


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(ax: Axes) -> list[Any]:
    """Return all arrows, which are annotations without a text."""
    return [text for text in ax.texts if not text.get_text()]


def rectangles(ax: Axes) -> list[Any]:
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def boxes(ax: Axes) -> list[tuple[float, ...]]:
    return [(*box.get_xy(), box.get_width(), box.get_height()) for box in rectangles(ax)]


def lines(ax: Axes) -> list[list[list[float]]]:
    drawn: list[Any] = list(ax.get_lines())
    return [torch.as_tensor(line.get_xydata()).tolist() for line in drawn]


def names(ax: Axes) -> list[str]:
    return [str(line.get_label()) for line in ax.get_lines()]


def test_each_error_is_the_side_of_a_square() -> None:
    ax = plotting.residual_squares([(1.0, 2.0), (2.0, 4.0)], 3.0, -2.0, ends=(0.0, 4.0))
    assert boxes(ax) == [(1, 1, 1, 1), (2, 4, 0, 0)]  # at 1 the line is one too low, at 2 right
    *errors, line, points = lines(ax)
    assert errors == [[[1, 2], [1, 1]], [[2, 4], [2, 4]]]
    assert (line, points) == ([[0, -2], [4, 10]], [[1, 2], [2, 4]])
    assert names(ax)[2:] == ["the line", "the points"]
    assert (ax.get_xlim(), ax.get_aspect()) == ((0, 4), 1)
    assert boxes(plotting.residual_squares([(1.0, 2.0)], 5.0, 0.0, ends=(0.0, 2.0))) == [(1, 2, 3, 3)]


def test_a_valleys_arrows_are_its_eigenvectors() -> None:
    hessian = torch.tensor([[5.0, 3.0], [3.0, 5.0]], dtype=torch.float64)  # 2 along (1, -1), 8 along (1, 1)
    ax = plotting.valley(hessian, torch.tensor([2.0, 0.0]), directions=("shallow", "steep"))
    assert words(ax) == ["shallow", "steep"]
    ends = torch.tensor([arrow.xy for arrow in arrows(ax)]) - torch.tensor([2.0, 0.0])
    half = 0.5**0.5
    torch.testing.assert_close(ends, torch.tensor([[half, -half], [half, half]]))
    assert {arrow.xyann for arrow in arrows(ax)} == {(2.0, 0.0)}
    assert words(plotting.valley(hessian, torch.zeros(2))) == []


def test_a_band_lies_between_the_outer_quantiles() -> None:
    ax = plotting.quantile_band([0.0, 1.0], [[1.0, 2.0, 4.0], [2.0, 5.0, 7.0]], [0.1, 0.5, 0.9])
    assert lines(ax) == [[[0, 4], [1, 7]], [[0, 2], [1, 5]], [[0, 1], [1, 2]]]
    assert names(ax) == ["q = 0.9", "q = 0.5", "q = 0.1"]
    assert [line.get_linestyle() for line in ax.get_lines()] == ["--", "-", "-."]
    corners: Any = ax.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners.tolist()} == {(0, 1), (0, 4), (1, 2), (1, 7)}


def test_a_score_table_frames_the_right_class_and_shades_by_size() -> None:
    ax = plotting.score_table([[0.5, -5.0], [nan, 2.5]], [1, 0])
    assert words(ax) == ["class 0", "class 1", "0", "0.50", "-5.00", "1", "nan", "2.50"]
    cells = [box for box in rectangles(ax) if box.get_alpha() is not None]
    assert [cell.get_xy() for cell in cells] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [cell.get_alpha() for cell in cells] == pytest.approx([0.14, 0.5, 0.0, 0.5])
    colours = [to_hex(cell.get_facecolor()) for cell in cells]
    assert colours == [style.BLUE, style.ORANGE, style.MUTED, style.BLUE]
    assert [box.get_xy() for box in rectangles(ax) if box not in cells] == [(1.04, 0.06), (0.04, 1.06)]
    assert [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"] == ["-5.00", "nan"]


def test_tokens_are_filled_hollow_or_grey() -> None:
    ax = plotting.token_row("a b#", 1.2, ignored=[0], padded=[3])
    assert boxes(ax) == [(0, 1.2, 0.9, 0.8), (2, 1.2, 0.9, 0.8), (3, 1.2, 0.9, 0.8)]
    assert [box.get_facecolor()[3] for box in rectangles(ax)] == [0, 1, 0]
    assert to_hex(rectangles(ax)[1].get_facecolor()) == style.BLUE
    written = [(text.get_text(), text.get_color()) for text in ax.texts]
    assert written == [("a", style.INK), ("b", style.PAPER), ("#", style.MUTED)]


def test_bars_are_as_long_as_the_gradients() -> None:
    ax = plotting.gradient_bars({"one": {"w": 2.0, "b": 0.5}, "two": {"w": 1.0, "b": None}})
    assert [bar.get_width() for bar in rectangles(ax)] == [2.0, 0.5, 1.0, 0.0]
    middles = [bar.get_y() + bar.get_height() / 2 for bar in rectangles(ax)]
    assert middles == pytest.approx([-0.13, 0.87, 0.13, 1.13])
    assert words(ax) == ["None"]
    assert ax.texts[0].get_position()[1] == pytest.approx(1.13)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["w", "b"]
    assert ax.get_legend_handles_labels()[1] == ["one", "two"]


def test_a_masks_gradients_are_shaded_by_sign_and_size() -> None:
    mask = torch.zeros(6, 8)
    mask[1:3, 2:5] = 1
    ax = plotting.mask_gradients(mask, {"a": 0.5 - 2 * mask, "b": mask * 0})
    a, b = (0, 0, 8, 6), (16, 0, 8, 6)
    objects = (2, 1, 3, 2), (18, 1, 3, 2)
    assert boxes(ax) == [a, a, objects[0], objects[0], a, b, b, objects[1], objects[1], b]  # paper below tint
    tinted = [box for box in rectangles(ax) if box.get_alpha()]
    assert [box.get_alpha() for box in tinted] == pytest.approx([1 / 3, 1.0, 0.02, 0.02])
    assert [to_hex(box.get_facecolor()) for box in tinted[:2]] == [style.PURPLE, style.GREEN]
    assert words(ax) == ["a", "b"]


@pytest.mark.parametrize(
    ("states", "last", "crosses"), [("-a-b-", [1, 4, 6, 10, 5], 0), ("-a-a-", [1, 4, 6, 4, 1], 3)]
)
def test_a_trellis_has_an_arrow_for_each_way_that_is_summed(
    states: str, last: list[int], crosses: int
) -> None:
    sums = [[1, 0, 0, 0, 0]]
    for _ in range(4):
        before, skip = [0, 0, *sums[-1]], states[1] != states[3]
        sums.append([before[k + 2] + before[k + 1] + (k == 3 and skip) * before[k] for k in range(5)])
    assert sums[-1] == last
    ax = plotting.ctc_trellis(states, sums)
    assert words(ax) == ["start", *(str(value) for column in sums[1:] for value in column)]
    arrived = torch.zeros(5, 5)
    arrived[0, 0] = 1
    for arrow in sorted(arrows(ax), key=lambda arrow: arrow.xyann[0]):
        if to_hex(arrow.arrow_patch.get_edgecolor()) != style.GRID:
            (t, s), (u, v) = arrow.xyann, arrow.xy
            arrived[u, -v] += arrived[t, -s]
    assert arrived.tolist() == sums
    assert sum(line.get_marker() == "x" for line in ax.get_lines()) == crosses
    assert [label.get_text() for label in ax.get_yticklabels()] == [*states]


def test_every_number_of_a_type_has_its_mark() -> None:
    ax = plotting.representable_numbers([torch.float32, torch.bfloat16], span=1 / 16)
    bar, marks = lines(ax)
    assert bar == [[1, 1], [1 + 1 / 16, 1]]  # too many to be drawn
    assert marks == [[1 + k / 128, 0] for k in range(9)]  # bfloat16 has steps of 2^-7
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bfloat16", "float32"]
