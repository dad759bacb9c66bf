"""The slider's two lives, without a browser; the browser tests move it."""

import re
import sys
from functools import cache
from typing import Any

import pytest
import torch
from matplotlib.axes import Axes

from lessons_pkg import plotting, sliders
from lessons_pkg.sliders import live
from lessons_pkg.sliders.static import frame, slider_html


def draw(lr: float) -> tuple[Axes, str]:
    ax = plotting.loss_curve([1.0, lr], marker="o")
    ax.set_ylim(1e-3, 1e3)
    return ax, f"The loss ends at {lr:.3f} <here>."


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    import IPython.display

    bundles: list[dict[str, Any]] = []

    def display(bundle: dict[str, Any], *, raw: bool = False) -> None:
        assert raw, "without raw, IPython shows the dictionary itself"
        bundles.append(bundle)

    monkeypatch.setattr(IPython.display, "display", display)
    return bundles


def widgets_of(bundle: dict[str, Any]) -> list[Any]:
    import ipywidgets

    registry = getattr(ipywidgets.widgets.widget, "_instances", None)  # ipywidgets 8
    registry = ipywidgets.Widget.widgets if registry is None else registry  # ipywidgets 7
    box = registry[bundle[live.VIEW]["model_id"]]
    return list(box.children)


def test_one_call_gives_words_page_and_widget(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw, lr=[0.1, 0.2, 1], label="learning rate", start=0.2)
    (bundle,) = shown
    assert bundle["text/plain"] == "The loss ends at 0.200 <here>."
    page = bundle["text/html"]
    assert re.findall(r"<tr><th scope=\"row\">(.*?)</th>", page) == ["0.1", "0.2", "1"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "each frame must have names of its own"
    assert 'type="range" min="0" max="2" step="1" value="1" aria-valuetext="0.2"' in page
    assert "The loss ends at 1.000 &lt;here&gt;." in page
    assert bundle[live.VIEW]["version_major"] == 2


def test_live_slider_offers_the_authors_values_and_takes_any_other(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw, lr=[0.1, 0.2, 0.4])
    slider, field, view = widgets_of(shown[0])
    assert (slider.options, slider.value, slider.description) == (
        (("0.1", 0.1), ("0.2", 0.2), ("0.4", 0.4)),
        0.1,
        "lr",
    )
    assert (slider.style.description_width, slider.layout.width) == ("initial", "95%")  # the name is not cut
    assert "The loss ends at 0.100" in view.value
    slider.index = 1  # a browser moves it by its index
    assert "The loss ends at 0.200" in view.value
    assert field.value == 0.2
    field.value = 0.317
    assert "The loss ends at 0.317" in view.value
    assert view.value.startswith('<figure class="lesson-figure"')


def test_live_slider_of_whole_numbers_and_of_names(shown: list[dict[str, Any]]) -> None:
    def draw_any(**chosen: object) -> tuple[Axes, str]:
        return plotting.loss_curve([1.0, 0.5]), f"The value is {[*chosen.values()]} now."

    sliders.explore(draw_any, steps=[1, 5, 9], start=5)
    slider, field, view = widgets_of(shown[0])
    assert (slider.value, slider.description, type(field).__name__) == (5, "steps", "IntText")
    field.value = 4
    assert "The value is [4] now." in view.value
    sliders.explore(draw_any, name=["SGD", "Adam"], start="Adam")
    slider, view = widgets_of(shown[1])
    assert (slider.value, slider.description) == ("Adam", "name")
    slider.index = 0
    assert "The value is [&#x27;SGD&#x27;] now." in view.value


def draw_pair(momentum: float = 0.5, lr: float = 0.1) -> tuple[Axes, str]:
    ax = plotting.loss_curve([1.0, lr], label="by rate")
    plotting.loss_curve([1.0, momentum], ax=ax, marker="o")
    ax.set_ylim(1e-3, 1e3)
    return ax, f"The rate is {lr:g} and the momentum {momentum:g}."


def test_arguments_are_bound_by_name(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw_pair, lr=[0.2, 0.3])  # the second argument of draw_pair
    assert shown[0]["text/plain"] == "The rate is 0.2 and the momentum 0.5."

    def keyword_only(*, draw: float) -> tuple[Axes, str]:
        return draw_pair(draw)

    sliders.explore(keyword_only, draw=[0.6, 0.7])
    assert shown[1]["text/plain"] == "The rate is 0.1 and the momentum 0.6."


def test_two_parameters_are_a_grid_with_two_controls(shown: list[dict[str, Any]]) -> None:
    words = {"lr": "learning rate"}
    sliders.explore(draw_pair, lr=[0.1, 0.2], momentum=[0.0, 0.5, 0.9], label=words, start={"momentum": 0.5})
    bundle = shown[0]
    assert bundle["text/plain"] == "The rate is 0.1 and the momentum 0.5."
    page = bundle["text/html"]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><th scope="row">(.*?)</th><td>(.*?)</td>', page)
    pairs = [(lr, mu) for lr in ("0.1", "0.2") for mu in ("0", "0.5", "0.9")]
    assert rows == [(lr, mu, f"The rate is {lr} and the momentum {mu}.") for lr, mu in pairs]
    inputs = re.findall(r'<label for="([^"]+)">(.*?)</label><input id="([^"]+)" type="range" (.*?)>', page)
    assert [(label, rest) for _, label, _, rest in inputs] == [
        ("learning rate", 'min="0" max="1" step="1" value="0" aria-valuetext="0.1"'),
        ("momentum", 'min="0" max="2" step="1" value="1" aria-valuetext="0.5"'),
    ]
    assert all(label == name for label, _, name, _ in inputs)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', page)) <= set(ids)


def test_a_grid_draws_each_drawing_once(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw_pair, lr=[0.1, 0.2], momentum=[0.0, 0.5, 0.9])
    layers = re.findall(r'data-frame="([\d ]+)"( data-shown)?', shown[0]["text/html"])
    by_rate = {(numbers, on) for numbers, on in layers if len(numbers.split()) == 3}
    assert by_rate == {("0 1 2", " data-shown"), ("3 4 5", "")}
    assert all(("0" in numbers.split()) == bool(on) for numbers, on in layers)


def test_live_grid_has_two_controls(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw_pair, lr=[0.1, 0.2], momentum=[0.0, 0.5])
    rate, _, momentum, typed, view = widgets_of(shown[0])
    momentum.index = 1
    rate.index = 1
    assert "The rate is 0.2 and the momentum 0.5." in view.value
    typed.value = 0.97
    assert "The rate is 0.2 and the momentum 0.97." in view.value


def test_values_may_be_a_tensor(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw, lr=torch.linspace(0, 1, 3))
    slider, *_ = widgets_of(shown[0])
    assert [value for _, value in slider.options] == [0.0, 0.5, 1.0]
    assert 'aria-valuetext="0"' in shown[0]["text/html"]


def test_a_draw_that_fails_says_so_where_the_reader_looks(shown: list[dict[str, Any]]) -> None:
    def fragile(lr: float) -> tuple[Axes, str]:
        if lr not in (0.1, 0.2):
            raise ZeroDivisionError("by <zero>")
        return draw(lr)

    sliders.explore(fragile, lr=[0.1, 0.2])
    _, field, view = widgets_of(shown[0])
    field.value = 0.15
    assert view.value == "<pre>ZeroDivisionError: by &lt;zero&gt;</pre>"


def test_without_ipywidgets_the_page_remains(
    shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    sliders.explore(draw, lr=[0.1, 0.2])
    assert set(shown[0]) == {"text/plain", "text/html"}


@cache
def page(count: int = 4, label: str = "lr") -> str:
    frames = [frame(k, [str(k)], *draw(0.1 + k)) for k in range(count)]
    return slider_html(frames, labels=[label], start=0)


def test_page_is_self_contained_and_small() -> None:
    markup = page()
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<link|<img|import\(|fetch\(|url\((?!#)", markup)
    single = len(plotting.figure_html(*draw(0.1)))
    assert len(page(8)) - len(page()) < 4 * single / 2, "frames must share what they have in common"


def test_frames_share_layers_and_show_one() -> None:
    markup = page()
    for number in range(4):
        assert f'data-frame="{number}"' in markup
    assert set(re.findall(r'data-frame="(\d)" data-shown', markup)) == {"0"}
    words = re.escape("The loss ends at 0.100 &lt;here&gt;.")
    captions = re.findall(rf'<figcaption id="([^"]+)" aria-live="polite">{words}</figcaption>', markup)
    assert captions
    assert re.findall(r'<svg xmlns="[^>]*" aria-labelledby="([^"]+)">', markup) == captions
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', markup)) <= set(ids)


def test_unlike_frames_become_whole_layers() -> None:
    def unlike(k: int) -> tuple[Axes, str]:
        ax = plotting.loss_curve([1.0, 0.5])
        for _ in range(k % 2):
            plotting.loss_curve([1.0, 0.5], ax=ax, marker="o")
        return ax, f"In frame {k} there are {k % 2 + 1} lines."

    markup = slider_html([frame(k, [str(k)], *unlike(k)) for k in range(3)], labels=["k"], start=1)
    assert markup.count('data-frame="') == 3
    assert 'data-frame="-1"' not in markup
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids))


def test_one_axes_drawn_over_gives_each_frame_its_own_picture() -> None:
    ax = plotting.loss_curve([1.0, 0.5])
    frames = []
    for k, end in enumerate((0.5, 0.1, 0.01)):
        ax.get_lines()[0].set_ydata([1.0, end])
        frames.append(frame(k, [str(k)], ax, f"The loss ends at {end}."))
    layers = re.findall(r'<g data-frame="\d"[^>]*>(.*?)</g></g>', slider_html(frames, labels=["k"], start=0))
    assert len(set(layers)) == 3


def test_values_that_five_digits_cannot_tell_apart_are_written_in_full(shown: list[dict[str, Any]]) -> None:
    sliders.explore(draw, lr=[0.1000001, 0.1000002])
    assert ">0.1000002</th>" in shown[0]["text/html"]


def test_drawings_of_unlike_size_are_refused() -> None:
    frames = [
        frame(k, [str(k)], plotting.new_axes(size=(5, 3 + k)), f"Its height is {3 + k}.") for k in range(2)
    ]
    with pytest.raises(ValueError, match=r"^explore: draw must return figures of one size$"):
        slider_html(frames, labels=["k"], start=0)


def test_ids_of_two_sliders_differ() -> None:
    one, two = (set(re.findall(r' id="([^"]+)"', markup)) for markup in (page(3), page()))
    three = set(re.findall(r' id="([^"]+)"', page(3, label="rate")))
    assert one
    assert not one & two
    assert not one & three


BAD: list[tuple[str, Any, type[Exception], str]] = [
    ("none", lambda: sliders.explore(draw), TypeError, r"one or two parameters, such as lr="),
    ("three names", lambda: sliders.explore(draw, a=[1, 2], b=[1, 2], c=[1, 2]), TypeError, r"got \['a', 'b', 'c'\]"),
    ("other name", lambda: sliders.explore(draw, rate=[1, 2]), TypeError, r"draw cannot be called with rate: missing a required argument: 'lr'"),
    ("pairs", lambda: sliders.explore(draw_pair, lr=range(15), momentum=range(14)), ValueError, "at most 200 frames, got 210"),
    ("one label", lambda: sliders.explore(draw_pair, label="rate", lr=[1, 2], momentum=[1, 2]), TypeError, "with two parameters label must be a dict, got str"),
    ("single", lambda: sliders.explore(draw, lr=[0.1]), ValueError, "lr needs 2 to 200 values, got 1"),
    ("twice", lambda: sliders.explore(draw, lr=[0.1, 0.1]), ValueError, "must differ"),
    ("start", lambda: sliders.explore(draw, start=3, lr=[1, 2]), ValueError, r"start=3 is not among the values of lr: \[1, 2\]"),
    ("nothing", lambda: sliders.explore(draw, lr=[None, 1]), ValueError, "explore: no value of lr may be None: start=None means the first"),
    ("return", lambda: sliders.explore(lambda lr: "no", lr=[1, 2]), TypeError, r"must return \(ax, caption\), got str"),  # type: ignore[arg-type, return-value]
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_bad_input_names_the_rule(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
