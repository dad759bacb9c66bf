"""The data that figures draw, their captions and their SVG."""

import re
from typing import Any

import matplotlib
import pytest
import torch

from lessons_pkg import plotting
from lessons_pkg.plotting import style
from lessons_pkg.plotting.html import figure_html, show
from tests.helpers.contrast import contrast
from tests.helpers.project import ROOT
from tests.helpers.svg import CAPTION, svg

HESSIAN = torch.tensor([[28 / 3, 4.0], [4.0, 2.0]], dtype=torch.float64)
MINIMUM = torch.tensor([2.0, 0.0], dtype=torch.float64)


def drawn(ax: Any, number: int = 0) -> tuple[list[float], list[float]]:
    line = ax.get_lines()[number]
    return list(line.get_xdata()), list(line.get_ydata())


def test_loss_curve_draws_the_losses_from_zero() -> None:
    ax = plotting.loss_curve(torch.tensor([4.0, 2.0, 1.0], requires_grad=True), label="run")
    assert drawn(ax) == ([0, 1, 2], [4.0, 2.0, 1.0])
    assert (ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "updates done", "loss")
    assert plotting.loss_curve([1.0, 0.0], log=False).get_yscale() == "linear"


def test_geometric_decay_is_straight_between_its_ends() -> None:
    ax = plotting.geometric_decay(8.0, 0.5, 3)
    assert drawn(ax) == ([0, 3], [8.0, 1.0])
    ax = plotting.geometric_decay(8.0, 0.5, 1, label="half")
    assert drawn(ax) == ([0, 1], [8.0, 4.0])
    (line,) = ax.get_lines()
    assert (line.get_label(), line.get_linestyle(), line.get_color()) == ("half", "--", style.ORANGE)


def test_valley_levels_hold_the_loss_they_should() -> None:
    ax = plotting.valley(HESSIAN, MINIMUM)
    levels = [line for line in ax.get_lines() if line.get_gid() == "level"]
    losses = []
    for line in levels:
        distance = torch.from_numpy(line.get_xydata()) - MINIMUM
        on_line = ((distance @ HESSIAN) * distance).sum(1) / 2
        torch.testing.assert_close(on_line, on_line[:1].expand_as(on_line), rtol=1e-9, atol=0)
        losses.append(float(on_line[0]))
    assert losses == pytest.approx([4.0**k for k in range(-7, 5)])
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1.0, 5.0), (-3.0, 3.0))


def test_valley_levels_go_round_once_about_a_minimum_with_a_name() -> None:
    ax = plotting.valley(HESSIAN, MINIMUM, reach=0.5)
    *levels, star = ax.get_lines()
    for line in levels:
        x, y = torch.from_numpy(line.get_xydata() - MINIMUM.numpy()).unbind(1)
        turns = torch.atan2(x[:-1] * y[1:] - y[:-1] * x[1:], x[:-1] * x[1:] + y[:-1] * y[1:])
        assert abs(turns.sum().item()) == pytest.approx(2 * torch.pi)
        assert line.get_color() == style.MUTED
    assert (*drawn(ax, len(levels)), star.get_marker()) == ([2.0], [0.0], "*")
    assert (star.get_label(), star.get_color()) == ("minimum", style.GREEN)
    assert not ax.xaxis.get_gridlines()[0].get_visible()
    assert ax.get_xlim() == (1.5, 2.5)


def test_descent_path_draws_route_and_start() -> None:
    ax = plotting.descent_path(torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
    assert drawn(ax, 0) == ([0.0, 2.0], [1.0, 3.0])
    assert drawn(ax, 1) == ([0.0], [1.0])
    route, start = ax.get_lines()
    assert (route.get_label(), route.get_marker(), route.get_color()) == ("route", "o", style.BLUE)
    assert (start.get_label(), start.get_marker(), start.get_color()) == ("start", "s", style.ORANGE)
    assert plotting.descent_path([[0.0, 1.0]], label="Adam").get_lines()[0].get_label() == "Adam"


@pytest.mark.parametrize(("low", "high", "ticks"), [(1, 10, [1, 10]), (2, 6, [2, 3, 5])])
def test_a_logarithmic_axis_shows_powers_or_two_three_and_five(
    low: float, high: float, ticks: list[float]
) -> None:
    ax = plotting.loss_curve([1.0, 10.0], marker="o")
    assert ax.get_lines()[0].get_marker() == "o"
    ax.set_ylim(low, high)
    assert [tick for tick in ax.get_yticks() if low <= tick <= high] == ticks


def test_figure_is_one_accessible_self_contained_element() -> None:
    markup = figure_html(plotting.loss_curve([4.0, 1.0], label="run"), CAPTION)
    root = svg(markup)
    assert root.get("role") == "img"
    caption_id = root.get("aria-labelledby")
    assert (
        f'<figcaption id="{caption_id}">Three words at least, and 1 &lt; 2 &amp; so on.</figcaption>'
        in markup
    )
    words = [element.text for element in root.iter() if element.text]
    assert {"loss", "updates done", "run", "10⁰"} <= set(words)
    assert re.search(r"font-size: [\d.]+", markup)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|<style|url\((?!#)", markup)


def test_ids_are_used_and_differ_between_figures() -> None:
    def ids(caption: str) -> set[str]:
        markup = figure_html(plotting.loss_curve([4.0, 1.0], marker="o"), caption)
        names = re.findall(r' id="([^"]+)"', markup)
        assert len(names) == len(set(names))
        assert set(names) == set(re.findall(r'(?:url\(#|href="#|labelledby=")([^")]+)', markup))
        return set(names)

    assert not ids("The first of two captions.") & ids("The second of two captions.")


def test_colours_are_names_with_fallbacks() -> None:
    markup = figure_html(plotting.valley(HESSIAN, MINIMUM), CAPTION)
    bare = re.sub(r"var\(--figure-[a-z]+, #[0-9a-f]{6}\)", "", markup)
    assert not re.findall(r"#[0-9a-f]{6}", bare.split("<svg")[1])
    assert "--figure-muted" in markup


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figure_colours_contrast_with_the_paper(theme: str) -> None:
    css = (ROOT / "book" / "_static" / "course.css").read_text(encoding="utf-8")
    block = css.split(f'html[data-theme="{theme}"] {{')[1].split("}")[0]
    colours = dict(re.findall(r"--figure-([a-z]+): (#[0-9a-f]{6})", block))
    assert set(colours) == set(style.COLOUR_NAMES.values())
    for name in set(colours) - {"paper", "grid"}:
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    if theme == "light":
        assert {v: k for k, v in style.COLOUR_NAMES.items()} == colours


def test_show_gives_caption_and_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append((bundle, raw)))
    show(plotting.loss_curve([2.0, 1.0]), CAPTION)
    ((bundle, raw),) = shown
    assert raw
    assert bundle["text/plain"] == CAPTION
    assert bundle["text/html"].startswith('<figure class="lesson-figure"')


def test_plotting_touches_no_global_state() -> None:
    before = matplotlib.rcParams.copy()
    figure_html(plotting.loss_curve([2.0, 1.0], label="x"), CAPTION)
    assert matplotlib.rcParams.copy() == before
    assert not any(
        "pyplot" in path.read_text(encoding="utf-8") for path in (ROOT / "lessons_pkg").rglob("*.py")
    )
