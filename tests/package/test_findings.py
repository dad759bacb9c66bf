"""What gave way when the course was tried (K1 to K25 of its findings), each with its right value.

K8, deep graphs, is among the graphs' own tests: one process tries them all.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from torch.nn import functional

import lessons_pkg
from lessons_pkg import graph, guards, losses, models, optim, plotting, sliders
from lessons_pkg.losses import multitask

CAPTION = "Two figures with one caption."
F64 = torch.float64


def ids(markup: str) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', markup))


def line(points: list[float], size: tuple[float, float] = (5.0, 3.2), **look: Any) -> Axes:
    return plotting.loss_curve(points, log=False, ax=plotting.new_axes(size=size), **look)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    import IPython.display

    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, *, raw: bundles.append(bundle))
    return bundles


def test_k01_two_figures_with_one_caption_share_no_id() -> None:
    below = plotting.figure_html(line([3, 1, 2], (5, 5), marker="^"), CAPTION)
    above = plotting.figure_html(line([3, 1, 2], (5, 2), marker="o"), CAPTION)
    assert ids(above)
    assert not ids(above) & ids(below)
    low, high = (plotting.figure_html(line([3, end, 2]), CAPTION) for end in (1.0, 1.5))  # only data differ
    assert not ids(low) & ids(high)
    assert plotting.figure_html(line([3, 1, 2], (5, 5), marker="^"), CAPTION) == below


def test_k01_two_sliders_with_one_caption_share_no_id(shown: list[dict[str, Any]]) -> None:
    for end in (1.0, 1.5):
        sliders.explore(lambda lr, end=end: (line([3, lr, end], marker="o"), CAPTION), lr=[0.1, 0.2])
    one, two = (ids(bundle["text/html"]) for bundle in shown)
    assert len(one) == len(two) > 4
    assert not one & two


def test_k01_ids_do_not_hang_on_the_last_digits_of_coordinates() -> None:
    one, two = (
        plotting.figure_html(line([0.37 + shift, 1.0], marker="o"), "One caption.") for shift in (0.0, 1e-3)
    )
    names = r' id="(fig-[0-9a-f]{8})'  # a number follows where a process draws a figure again
    assert re.findall(names, one) == re.findall(names, two) != []


def test_k02_k03_are_bound_by_name_and_chosen_from_the_authors_values(shown: list[dict[str, Any]]) -> None:
    def draw(momentum: float = 0.9, lr: float = 0.1) -> tuple[Axes, str]:
        return line([momentum, lr]), f"{momentum:g} and {lr:g}"

    sliders.explore(draw, lr=[0.01, 0.5])
    assert shown[0]["text/plain"] == "0.9 and 0.01"


@pytest.mark.parametrize("caption", ["学习率是1。损失下降得更快", "Loss falls.", "Убывает"])
def test_k04_a_caption_in_any_language(caption: str) -> None:
    assert caption in plotting.figure_html(line([2, 1]), caption)


@pytest.mark.parametrize("caption", ["", "  \n"])
def test_k04_but_not_an_empty_one(caption: str) -> None:
    with pytest.raises(ValueError, match=r"^caption must say what the figure shows"):
        plotting.figure_html(line([2, 1]), caption)


def test_k05_a_float32_value_is_found_by_its_decimal(shown: list[dict[str, Any]]) -> None:
    drawn: list[float] = []

    def draw(lr: float) -> tuple[Axes, str]:
        drawn.append(lr)
        return line([1, lr]), f"The rate is {lr:.4g}."

    sliders.explore(draw, lr=torch.tensor([0.5, 0.1]), start=0.1)
    assert shown[0]["text/plain"] == "The rate is 0.1."
    assert len(drawn) == 2, "each value is drawn once"
    sliders.explore(draw, lr=[torch.tensor(0.5), np.float32(0.1)], start=np.float32(0.1))
    assert shown[1]["text/plain"] == "The rate is 0.1."


def test_k05_values_may_be_tuples_or_complex(shown: list[dict[str, Any]]) -> None:
    def draw(at: Any) -> tuple[Axes, str]:
        return line([1, abs(complex(*at)) if isinstance(at, tuple) else abs(at)]), f"At {at}."

    sliders.explore(draw, at=((1, 2), (3, 4)), start=(3, 4))
    sliders.explore(draw, at=[1 + 1j, 2 + 0j])
    assert [bundle["text/plain"] for bundle in shown] == ["At (3, 4).", "At (1+1j)."]
    with pytest.raises(ValueError, match="the values of at must be finite"):
        sliders.explore(draw, at=[complex("inf"), 1j])
    with pytest.raises(TypeError, match="each value of at must be one thing, got a tensor"):
        sliders.explore(draw, at=[torch.ones(2), torch.zeros(2)])


@pytest.mark.parametrize("start", [1.0, 0.0])
def test_k05_a_value_that_fails_is_named_and_the_others_stay(
    shown: list[dict[str, Any]], start: float
) -> None:
    def draw(lr: float) -> tuple[Axes, str]:
        return line([1, 1 / lr]), f"It ends at {1 / lr:g}."

    with pytest.warns(UserWarning, match=r"^explore: draw failed at lr=0: ZeroDivisionError: float division"):
        sliders.explore(draw, lr=[1.0, 0.0, 2.0], start=start)
    page = shown[0]["text/html"]
    assert re.findall("<td>(.*?)</td>", page) == [
        "It ends at 1.", "lr=0: ZeroDivisionError: float division by zero", "It ends at 0.5.",
    ]  # fmt: skip
    assert set(re.findall(r'data-frame="(\d)"', page)) == {"0", "2"}
    assert ("data-shown" in re.sub("<(style|script)>.*?</", "", page, flags=re.DOTALL)) == (start == 1.0)


def test_k05_two_hundred_frames_are_small(shown: list[dict[str, Any]]) -> None:
    def draw(lr: float) -> tuple[Axes, str]:
        ax = plotting.loss_curve((1 - lr) ** torch.arange(60.0, dtype=F64))
        ax.set_ylim(1e-7, 10)
        return ax, f"The loss at the rate {lr:g} after sixty updates."

    sliders.explore(draw, lr=[k / 250 for k in range(1, 21)])  # a tenth of them: a test may not take long
    assert 10 * len(shown[0]["text/html"]) < 2_000_000


def test_k05_frames_with_the_same_words_lie_alike_and_others_have_room() -> None:
    from lessons_pkg.sliders.static import frame

    def with_ticks(words: list[str]) -> Axes:
        ax = line([1, 2])
        ax.set_yticks([1, 2], words)
        return ax

    first = frame(0, ["a"], with_ticks(["1", "2"]), CAPTION)
    same, wide = (
        frame(0, ["b"], with_ticks(words), CAPTION, first.layout)
        for words in (["1", "2"], ["one hundred million", "2"])
    )
    assert same.artists == first.artists
    assert same.layout == first.layout
    assert wide.artists == frame(0, ["c"], with_ticks(["one hundred million", "2"]), CAPTION).artists
    assert first.layout
    assert wide.layout
    assert wide.layout.places[0][0] > first.layout.places[0][0] + 0.1


def constants(count: int) -> list[graph.Node]:
    x = y = torch.ones((), requires_grad=True)
    for _ in range(count):
        y = y * 1.0001
    return graph.walk(y, [("x", x)])


def test_k06_a_chain_stays_a_chain() -> None:
    assert graph.tree(constants(1200)).splitlines() == [
        *["MulBackward0 (below, None)"] * 1200, "AccumulateGrad x",
    ]  # fmt: skip
    assert graph.tree(constants(2)).splitlines() == [
        "MulBackward0", "- MulBackward0", "  - AccumulateGrad x", "  - None", "- None",
    ]  # fmt: skip


def test_k06_what_is_met_again_has_its_line_printed() -> None:
    x = torch.ones((), requires_grad=True)
    square = x * x
    assert graph.tree(graph.walk(square.exp() + square.sin(), [("x", x)])).splitlines() == [
        "AddBackward0",
        "- ExpBackward0",
        "  MulBackward0 (line 3)",
        "  - AccumulateGrad x (line 4)",
        "  - AccumulateGrad x (again, line 4)",
        "- SinBackward0",
        "  MulBackward0 (again, line 3)",
    ]


def test_k09_a_used_up_generator_is_named() -> None:
    net = torch.nn.Linear(2, 1)
    loss = net(torch.ones(1, 2)).sum()
    used, named = net.parameters(), net.named_parameters()
    list(used), list(named)
    with pytest.warns(UserWarning, match=r"^clip_grad_norm_: parameters is an empty or used-up iterator"):
        assert optim.clip_grad_norm_(used, 1.0) == 0
    with pytest.warns(UserWarning, match=r"^walk: parameters is an empty or used-up iterator"):
        graph.walk(loss, named)
    graph.walk(loss)  # without parameters nothing is said


BOX = [0.0, 0, 2, 2]
CIOU: list[tuple[list[float], float, list[float]]] = [
    ([0, 1, 2, 1], 1.05, [0, 0.2 / torch.pi, 0, -0.2 / torch.pi]),
    ([1, 0, 1, 2], 1.05, [0.2 / torch.pi, 0, -0.2 / torch.pi, 0]),
    ([1, 1, 1, 1], 1.05, [0, 0, 0, 0]),
]


@pytest.mark.parametrize(("box", "value", "slopes"), CIOU)
def test_k10_complete_iou_of_a_flat_box_and_of_a_point(
    box: list[float], value: float, slopes: list[float]
) -> None:
    given = torch.tensor(box, dtype=F64, requires_grad=True)
    loss = losses.complete_box_iou_loss(given, torch.tensor(BOX, dtype=F64))
    loss.backward()
    assert loss.item() == pytest.approx(value, abs=1e-6)
    assert given.grad is not None
    assert given.grad.tolist() == pytest.approx(slopes, abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_k11_no_loss_has_no_infinite_weight(dtype: torch.dtype) -> None:
    s = torch.tensor([-1e4 if dtype == F64 else -100.0], dtype=dtype, requires_grad=True)
    loss = losses.uncertainty_weighted(torch.zeros(1, dtype=dtype), s)
    loss.backward()
    assert s.grad is not None
    assert (loss.item(), s.grad.item()) == (s.item() / 2, 0.5)
    s = torch.tensor([-100.0], requires_grad=True)
    losses.uncertainty_weighted(torch.ones(1), s).backward()
    assert s.grad is not None
    assert s.grad.item() == -torch.inf, "a loss that is there keeps its slope"


def test_k12_the_promise_about_zero_ends_where_the_docstring_says() -> None:
    model, truth = torch.tensor([0.0, -torch.inf]), torch.tensor([1.0, 0.0])
    assert losses.kl_div(model, truth, reduction="sum").isnan()
    assert functional.kl_div(model, truth, reduction="sum").isnan()
    assert losses.kl_div(torch.tensor([0.0, -5.0]), truth, reduction="sum") == 0
    assert r"0 \cdot (-\infty)" in (losses.kl_div.__doc__ or "")


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_k13_a_mean_over_no_weight_is_nan(smoothing: float) -> None:
    z, target = torch.randn(3, 4), torch.tensor([0, 1, 1])
    for module in (losses, functional):
        loss = module.cross_entropy(z, target, weight=torch.tensor([0.0, 0, 1, 1]), label_smoothing=smoothing)
        assert loss.isnan()


def test_k14_types_are_as_documented() -> None:
    half, whole = torch.tensor([0.3], dtype=torch.bfloat16), torch.tensor([0.1])
    assert losses.huber_loss(half, whole).dtype == torch.float32
    assert functional.huber_loss(half, whole).dtype == torch.bfloat16
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert losses.binary_cross_entropy_with_logits(half, half).dtype == torch.bfloat16
        assert losses.nll_loss(half, torch.tensor(0)).dtype == torch.bfloat16
    for loss, words in (
        (losses.huber_loss, "of mixed types"),
        (losses.binary_cross_entropy, "of mixed types"),
        (losses.binary_cross_entropy_with_logits, "autocast"),
        (losses.nll_loss, "autocast"),
    ):
        assert words in " ".join((loss.__doc__ or "").lower().split())


def test_k16_weights_under_autocast_say_so() -> None:
    logits, weight = torch.zeros(1, 3, dtype=torch.bfloat16), torch.ones(3)
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        pytest.raises(
            TypeError, match=r"^cross_entropy: weight .* \(under autocast: give input\.float\(\)\)"
        ),
    ):
        losses.cross_entropy(logits, torch.tensor([0]), weight)


LOOKED_AT: list[tuple[Callable[[], Any], str]] = [
    (lambda: losses.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0])), "lie in"),
    (lambda: losses.cross_entropy(torch.zeros(1, 3), torch.tensor([7])), "lie in 0..2"),
]


@pytest.mark.parametrize(("call", "words"), LOOKED_AT)
def test_k17_a_look_at_values_can_be_left_out(call: Callable[[], Any], words: str) -> None:
    with guards.check_values(False):
        with suppress(RuntimeError):  # a wrong index gets torch's own words, on the CPU
            assert call() is not None
        with guards.check_values(True), pytest.raises(ValueError, match=words):
            call()
        with pytest.raises(TypeError, match="floating-point"):
            losses.mse_loss(torch.tensor([1]), torch.tensor([1]))  # types and shapes are looked at
    with pytest.raises(ValueError, match=words):
        call()
    with pytest.raises(TypeError, match="on must be True or False"), guards.check_values(0):  # type: ignore[arg-type]
        pass


def test_k18_a_wrong_weight_names_the_function() -> None:
    with pytest.raises(ValueError, match=r"^mse_loss: .*weight \(3,\)"):
        losses.mse_loss(torch.ones(2), torch.ones(2), weight=torch.ones(3))


def test_k19_parts_are_reachable_from_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (losses, guards):
        name = part.__name__.removeprefix("lessons_pkg.")
        monkeypatch.delattr(lessons_pkg, name)  # as where nobody has imported it yet
        assert getattr(lessons_pkg, name) is part


def test_k22_shape_of_the_package() -> None:
    assert "project_conflicting" in multitask.__all__
    assert isinstance(models.SigmoidMLP(2, 3, 2), models.MLP)
    assert list(models.SigmoidMLP(2, 3, 2).state_dict()) == list(models.MLP(2, 3, 2).state_dict())
    assert list(models.MLP(2, 3, 2).state_dict()) == [
        "layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias",
    ]  # fmt: skip
    x = torch.ones((), requires_grad=True)
    root, node = graph.walk(x.exp(), [("x", x)])
    assert (root.is_leaf, node._replace(label="renamed").is_leaf) == (False, True)


@pytest.mark.parametrize("given", [np.array([[2, 1], [0, 3]]), [[2, 1], [0, 3]]], ids=["array", "lists"])
def test_k22_tables_and_images_may_be_arrays(given: Any) -> None:
    same = plotting.confusion_table(torch.tensor([[2, 1], [0, 3]]))
    assert plotting.figure_html(plotting.confusion_table(given), CAPTION) == plotting.figure_html(
        same, CAPTION
    )
    plotting.image_grid(np.array([given]), ["one"])
    with pytest.raises(TypeError, match="counts must be a tensor of real numbers"):
        plotting.confusion_table([["a", "b"], ["c", "d"]])
