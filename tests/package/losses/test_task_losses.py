"""Losses for distributions, masks, boxes and players: against torch, fractions, and plain Python."""

import itertools
import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.nn import functional

from lessons_pkg import losses
from lessons_pkg.losses import dice_loss, kl_div

F64 = torch.float64


def close(ours: Any, wanted: Any, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(ours, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)


def results(function: Callable[..., Tensor], *given: Tensor, **options: Any) -> list[Tensor]:
    leaves = [tensor.detach().clone().requires_grad_() for tensor in given]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="reduction: 'mean' divides")
        value = function(*leaves, **options)
    return [value.detach(), *torch.autograd.grad(value.sum(), leaves)]


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=F64)


# KL


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div_equals_torch(log_target: bool, dtype: torch.dtype) -> None:
    for shape, reduction in itertools.product(
        [(), (3,), (1, 4), (5, 3), (2, 3, 4), (0, 3), (3, 0)], ["batchmean", "mean", "sum", "none"]
    ):
        input, target = normal(*shape), normal(*shape, seed=1)
        if shape:
            input, target = input.log_softmax(-1), target.log_softmax(-1)
        given = (input.to(dtype), (target if log_target else target.exp()).to(dtype))
        options = {"reduction": reduction, "log_target": log_target}
        found, wanted = results(kl_div, *given, **options), results(functional.kl_div, *given, **options)
        assert [(t.shape, t.dtype) for t in found] == [(t.shape, t.dtype) for t in wanted]
        close(found, wanted, {F64: 1e-12, torch.float32: 1e-5}.get(dtype, 0.05))


@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div_edges_equal_torch(log_target: bool) -> None:
    inf = math.inf
    input = torch.tensor([-1.0, -inf, -inf, -2.0, 0.0, inf, math.nan, -1e4, -1.0], dtype=F64)
    target = torch.tensor(
        [0.0, 0.0, 0.5, -0.5, 1.0, 0.5, 0.5, 1e-320, -inf if log_target else 1e4], dtype=F64
    )
    options = {"reduction": "none", "log_target": log_target}
    close(results(kl_div, input, target, **options), results(functional.kl_div, input, target, **options))


def test_kl_div_of_an_impossible_class_is_finite_and_warns_never() -> None:
    q, log_p = torch.tensor([0.0, 1.0], dtype=F64), torch.tensor([0.5, 0.5], dtype=F64).log()
    assert kl_div(log_p, q, reduction="sum").item() == pytest.approx(math.log(2))
    assert kl_div(log_p, q).item() == pytest.approx(math.log(2) / 2)  # warnings are errors here


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(1e-6, 1), st.floats(1e-6, 1)), min_size=1, max_size=8))
def test_kl_div_is_never_negative_and_zero_only_where_equal(pairs: list[tuple[float, float]]) -> None:
    q, p = (part / part.sum() for part in torch.tensor(pairs, dtype=F64).T)
    value = kl_div(p.log(), q, reduction="sum")
    assert value >= -1e-12
    assert value >= (p - q).abs().sum().square() / 2 - 1e-12  # Pinsker
    close(kl_div(q.log(), q, reduction="sum"), torch.zeros((), dtype=F64))


def test_kl_batchmean_divides_by_the_first_dimension_only() -> None:
    input, target = normal(4, 128, 50).log_softmax(-1), normal(4, 128, 50, seed=1).softmax(-1)
    per_token = kl_div(input.flatten(0, 1), target.flatten(0, 1), reduction="batchmean")
    close(kl_div(input, target, reduction="batchmean"), 128 * per_token)
    close(kl_div(input, target), per_token / 50)
    row = kl_div(input[0, 0], target[0, 0], reduction="sum")
    close(kl_div(input[0, 0], target[0, 0], reduction="batchmean"), row / 50)


def test_kl_div_derivatives() -> None:
    log_p = normal(3, 4).log_softmax(1).requires_grad_()
    for target, log_target in [(normal(3, 4, seed=1).softmax(1), False), (normal(3, 4, seed=1), True)]:
        call = lambda a, b: kl_div(a, b, reduction="batchmean", log_target=log_target)  # noqa: E731, B023
        assert gradcheck(call, (log_p, target.requires_grad_()))
        assert gradgradcheck(call, (log_p, target))


# Dice


def plain_dice(p: list[float], t: list[float], smooth: float) -> float:
    shared = sum(a * b for a, b in zip(p, t, strict=True))
    return 1 - (2 * shared + smooth) / (sum(p) + sum(t) + smooth)


unit = st.floats(0, 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 5), st.sampled_from([1e-3, 1.0, 7.0]), st.data())
def test_dice_equals_plain_python(n: int, c: int, pixels: int, smooth: float, data: Any) -> None:
    size = n * c * pixels
    p, t = (torch.tensor(data.draw(st.lists(unit, min_size=size, max_size=size)), dtype=F64).reshape(n, c, pixels)
            for _ in range(2))  # fmt: skip
    each = [[plain_dice(p[i, k].tolist(), t[i, k].tolist(), smooth) for k in range(c)] for i in range(n)]
    close(dice_loss(p, t, smooth=smooth, reduction="none"), torch.tensor(each, dtype=F64))
    close(dice_loss(p, t, smooth=smooth), torch.tensor(each, dtype=F64).mean())
    close(dice_loss(p, t, smooth=smooth, reduction="sum"), torch.tensor(each, dtype=F64).sum())
    pooled = [plain_dice(p[:, k].flatten().tolist(), t[:, k].flatten().tolist(), smooth) for k in range(c)]
    close(dice_loss(p, t, smooth=smooth, batch=True, reduction="none"), torch.tensor(pooled, dtype=F64))


def test_dice_of_masks_known_by_hand() -> None:
    one, other = torch.zeros(2, 1, 1, 6, 6, dtype=F64)
    one[..., :4, :4], other[..., 1:5, 1:5] = 1, 1
    assert dice_loss(one, other, smooth=0).item() == pytest.approx(1 - 18 / 32)
    assert dice_loss(one, other).item() == pytest.approx(1 - 19 / 33)
    assert dice_loss(one, one, smooth=0).item() == 0
    assert dice_loss(one, one.roll(4, -1).roll(4, -2) * (1 - one), smooth=0).item() == 1
    empty = torch.zeros_like(one)
    assert dice_loss(empty, empty).item() == 0
    assert dice_loss(empty, empty, smooth=0).isnan()


@pytest.mark.parametrize(("held_by", "asked_for"), [(4, 0.0), (6, 1.0)])
def test_dice_asks_for_a_decision_where_cross_entropy_asks_for_the_frequency(
    held_by: int, asked_for: float
) -> None:
    """One doubtful pixel beside twenty sure ones: of ten masks, ``held_by`` hold it."""
    masks = torch.ones(10, 1, 21, dtype=torch.float64)
    masks[held_by:, :, -1] = 0.0
    answers = torch.linspace(0, 1, 101, dtype=torch.float64)
    dice, entropies = [], []
    for p in answers:
        said = torch.ones_like(masks)
        said[..., -1] = p
        dice.append(dice_loss(said, masks))
        entropies.append(functional.binary_cross_entropy(said, masks))
    assert answers[torch.stack(dice).argmin()] == asked_for
    assert answers[torch.stack(entropies).argmin()].item() == pytest.approx(held_by / 10)


def test_dice_derivatives() -> None:
    p, t = (
        normal(2, 3, 2, 2).sigmoid().requires_grad_(),
        normal(2, 3, 2, 2, seed=1).sigmoid().requires_grad_(),
    )
    for batch in (False, True):
        call = lambda a, b: dice_loss(a, b, batch=batch, reduction="none")  # noqa: E731, B023
        assert gradcheck(call, (p, t))
        assert gradgradcheck(call, (p, t))


# Boxes

BOXES: dict[str, Callable[..., Tensor]] = {
    "iou": losses.box_iou_loss,
    "giou": losses.generalized_box_iou_loss,
    "diou": losses.distance_box_iou_loss,
    "ciou": losses.complete_box_iou_loss,
}
Corners = tuple[int, int, int, int]


def by_fractions(a: Corners, b: Corners) -> dict[str, float]:
    """The four losses without eps: areas by counting unit squares, then exact fractions."""
    cells = [{(x, y) for x in range(x1, x2) for y in range(y1, y2)} for x1, y1, x2, y2 in (a, b)]
    iou = Fraction(len(cells[0] & cells[1]), len(cells[0] | cells[1]))
    width, height = (max(a[k + 2], b[k + 2]) - min(a[k], b[k]) for k in (0, 1))
    empty = Fraction(width * height - len(cells[0] | cells[1]), width * height)
    doubled = [(a[k] + a[k + 2] - b[k] - b[k + 2]) ** 2 for k in (0, 1)]
    diou = 1 - iou + Fraction(sum(doubled), 4 * (width**2 + height**2))
    slant = [math.atan((x2 - x1) / (y2 - y1)) for x1, y1, x2, y2 in (a, b)]
    v = 4 / math.pi**2 * (slant[0] - slant[1]) ** 2
    penalty = v * v / (1 - float(iou) + v) if v > 0 else 0.0
    return {
        "iou": float(1 - iou),
        "giou": float(1 - iou + empty),
        "diou": float(diou),
        "ciou": float(diou) + penalty,
    }


TINY = 1e-300  # vanishes beside any area; 0 would make the shapes of equal boxes 0/0
corner = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 4), st.integers(1, 4))
box = corner.map(lambda c: (c[0], c[1], c[0] + c[2], c[1] + c[3]))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(box, box), min_size=1, max_size=4))
def test_box_losses_equal_exact_fractions(pairs: list[tuple[Corners, Corners]]) -> None:
    first, second = (torch.tensor([pair[k] for pair in pairs], dtype=F64) for k in (0, 1))
    wanted = [by_fractions(*pair) for pair in pairs]
    for name, loss in BOXES.items():
        each = torch.tensor([row[name] for row in wanted], dtype=F64)
        close(loss(first, second, eps=TINY), each)
        close(loss(second, first, "none", TINY), each)  # symmetric
        close(loss(first, second, reduction="mean", eps=TINY), each.mean())
        close(loss(first, second, reduction="sum", eps=TINY), each.sum())
        close(loss(first[0], second[0], eps=TINY), each[0])
        close(loss(first, second), each, 1e-6)  # the default eps changes little


def test_where_eps_stands() -> None:
    a, b = torch.tensor([0.0, 0, 2, 2], dtype=F64), torch.tensor([1.0, 1, 4, 3], dtype=F64)
    eps, shared, union, enclosing, diagonal, distance = 0.5, 1, 9, 12, 25, 1.5**2 + 1
    iou = shared / (union + eps)
    v = 4 / math.pi**2 * (math.atan(1) - math.atan(1.5)) ** 2
    wanted = {"iou": 1 - iou, "giou": 1 - iou + (enclosing - union) / (enclosing + eps),
              "diou": 1 - iou + distance / (diagonal + eps)}  # fmt: skip
    wanted["ciou"] = wanted["diou"] + v * v / (1 - iou + v + eps)
    for name, loss in BOXES.items():
        assert loss(a, b, eps=eps).item() == pytest.approx(wanted[name], rel=1e-12)


GENERIC = torch.tensor([[0.3, 0.2, 2.1, 1.9], [0.3, 0.2, 2.1, 1.9], [0.1, 0.2, 3.1, 4.2]], dtype=F64)
OTHER = torch.tensor([[1.1, 0.9, 2.8, 3.3], [4.1, 3.9, 5.8, 6.3], [1.1, 1.3, 1.8, 2.2]], dtype=F64)


@pytest.mark.parametrize("name", ["iou", "giou", "diou"])
def test_box_derivatives(name: str) -> None:  # overlapping, apart, inside
    leaves = (GENERIC.clone().requires_grad_(), OTHER.clone().requires_grad_())
    assert gradcheck(BOXES[name], leaves)
    assert gradgradcheck(BOXES[name], leaves)


def test_ciou_holds_its_weight_constant() -> None:
    with torch.no_grad():
        iou = 1 - losses.box_iou_loss(GENERIC, OTHER)
        slant = [torch.atan((b[:, 2] - b[:, 0]) / (b[:, 3] - b[:, 1])) for b in (GENERIC, OTHER)]
        v = 4 / math.pi**2 * (slant[0] - slant[1]).square()
        alpha = v / (1 - iou + v + 1e-7)
    held = lambda a, b: losses.distance_box_iou_loss(a, b) + alpha * (  # noqa: E731
        4 / math.pi**2 * (torch.atan((a[:, 2] - a[:, 0]) / (a[:, 3] - a[:, 1]))
                          - torch.atan((b[:, 2] - b[:, 0]) / (b[:, 3] - b[:, 1]))).square()
    )  # fmt: skip
    close(results(losses.complete_box_iou_loss, GENERIC, OTHER), results(held, GENERIC, OTHER))
    leaves = (GENERIC.clone().requires_grad_(), OTHER.clone().requires_grad_())
    assert gradcheck(held, leaves)
    assert not gradcheck(BOXES["ciou"], leaves, raise_exception=False)


def test_ciou_weighs_the_shape_before_the_boxes_meet() -> None:
    true = torch.tensor([0.0, 0, 4, 2], dtype=F64)
    box = torch.tensor([11.0, -2, 13, 4], dtype=F64)  # apart, and of another shape
    slopes = {name: results(BOXES[name], box, true)[1] for name in ("diou", "ciou")}
    more = (slopes["ciou"] / slopes["diou"])[[0, 2]] - 1
    assert more.tolist() == pytest.approx([0.39, 1.46], abs=0.005)


def test_where_the_gradients_vanish() -> None:
    true = torch.tensor([0.0, 0, 4, 2], dtype=F64)
    apart = torch.tensor([5.0, 0.5, 6, 1.5], dtype=F64)
    touching = torch.tensor([4.0, 0.5, 5, 1.5], dtype=F64)
    inside = torch.tensor([0.5, 0.5, 1.5, 1.5], dtype=F64)
    for box in (apart, touching):
        assert results(losses.box_iou_loss, box, true)[1].abs().max() == 0
        for name in ("giou", "diou", "ciou"):
            assert results(BOXES[name], box, true)[1].abs().max() > 0.01
    move = {name: results(BOXES[name], inside, true)[1][[0, 2]].sum().item() for name in BOXES}
    assert move["iou"] == pytest.approx(0, abs=1e-12)
    assert move["giou"] == pytest.approx(0, abs=1e-12)
    assert move["diou"] < -0.05
    assert move["ciou"] == pytest.approx(move["diou"])


@pytest.mark.parametrize("name", BOXES)
def test_boxes_without_area_and_no_boxes(name: str) -> None:
    point = torch.tensor([[1.0, 1, 1, 1]], dtype=F64)
    value, *_ = results(BOXES[name], point, point + 1)
    assert value.isfinite().all() or name == "ciou"  # 0/0 is no shape
    none = torch.zeros(0, 4, dtype=F64)
    assert BOXES[name](none, none, reduction="mean").item() == 0  # torchvision's choice
    assert BOXES[name](none, none, reduction="sum").item() == 0
    assert BOXES[name](none, none).shape == (0,)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", BOXES)
def test_boxes_of_16_bits_are_computed_in_32(name: str, dtype: torch.dtype) -> None:
    a, b = torch.tensor([[0.0, 0, 300, 300], [10, 20, 400, 90]]), torch.tensor([[20.0, 20, 320, 320]] * 2)
    value, *slopes = results(BOXES[name], a.to(dtype), b.to(dtype))  # 300 * 300 is no number of float16
    assert value.dtype == torch.float32
    wanted, *wanted_slopes = results(BOXES[name], a.to(dtype).float(), b.to(dtype).float())
    assert value.isfinite().all()
    assert torch.equal(value, wanted)
    assert [slope.dtype for slope in slopes] == [dtype, dtype]
    assert all(torch.equal(s, w.to(dtype)) for s, w in zip(slopes, wanted_slopes, strict=True))
    assert BOXES[name](a.to(dtype), b.to(dtype), reduction="mean").isfinite()
    assert BOXES[name](a.double(), b.to(dtype)).dtype == F64


# Players

R, F_ = normal(4, 3), normal(4, 3, seed=1)


def bce(scores: Tensor, label: float, reduction: str = "mean") -> Tensor:
    return functional.binary_cross_entropy_with_logits(
        scores, torch.full_like(scores, label), reduction=reduction
    )


def mse(scores: Tensor, label: float, reduction: str = "mean") -> Tensor:
    return functional.mse_loss(scores, torch.full_like(scores, label), reduction=reduction) / 2


def margin(scores: Tensor, label: float, reduction: str = "mean") -> Tensor:
    sides = torch.full(scores.shape, int(label), dtype=torch.int64)
    return functional.multi_margin_loss(
        torch.stack([torch.zeros_like(scores), scores], -1).reshape(-1, 2),
        sides.reshape(-1),
        reduction=reduction,
    )


@pytest.mark.parametrize("size", [1.0, 30.0, 1e4], ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_adversarial_losses_equal_torch_calls(reduction: str, size: float) -> None:
    real, fake = size * R, size * F_
    pairs: list[tuple[Callable[..., Tensor], Callable[..., Tensor], tuple[Tensor, ...]]] = [
        (losses.minimax_discriminator_loss, lambda r, f: bce(r, 1, reduction) + bce(f, 0, reduction), (real, fake)),
        (losses.minimax_generator_loss, lambda f: -bce(f, 0, reduction), (fake,)),
        (losses.non_saturating_generator_loss, lambda f: bce(f, 1, reduction), (fake,)),
        (losses.least_squares_discriminator_loss, lambda r, f: mse(r, 1, reduction) + mse(f, 0, reduction), (real, fake)),
        (losses.least_squares_generator_loss, lambda f: mse(f, 1, reduction), (fake,)),
        (losses.hinge_generator_loss, lambda f: functional.l1_loss(f, f.detach() + 1e9, reduction=reduction), (fake,)),
    ]  # fmt: skip
    for ours, twin, scores in pairs[:-1]:
        close(results(ours, *scores, reduction=reduction), results(twin, *scores))
    ours, twin, scores = pairs[-1]  # the slope is that of |f - far|; the value is minus the score
    close(results(ours, *scores, reduction=reduction)[1], results(twin, *scores)[1])
    close(ours(fake, reduction="none"), -fake)


def test_hinge_discriminator_equals_the_margin_loss_of_torch() -> None:
    for reduction in ("mean", "sum"):  # torch divides by the number of classes, 2
        twin = lambda r, f: 2 * (margin(r, 1, reduction) + margin(f, 0, reduction))  # noqa: E731, B023
        close(results(losses.hinge_discriminator_loss, R, F_, reduction=reduction), results(twin, R, F_))
    each = losses.hinge_discriminator_loss(R, F_, reduction="none")
    assert each[1, 2].item() == pytest.approx(max(0, 1 - R[1, 2].item()) + max(0, 1 + F_[1, 2].item()))


def test_players_with_batches_of_their_own_and_derivatives() -> None:
    for name in ("minimax", "least_squares", "hinge"):
        discriminator = getattr(losses, f"{name}_discriminator_loss")
        assert discriminator(R[:2], F_).shape == ()
        with pytest.raises(
            ValueError, match=rf"{name}_discriminator_loss: real \(2, 3\) and fake \(4, 3\) differ"
        ):
            discriminator(R[:2], F_, reduction="none")
        assert gradcheck(discriminator, (R.clone().requires_grad_(), F_.clone().requires_grad_()))
    for name in ("minimax", "non_saturating", "least_squares", "hinge"):
        generator = getattr(losses, f"{name}_generator_loss")
        assert gradcheck(generator, (F_.clone().requires_grad_(),))
        if name != "hinge":
            assert gradgradcheck(generator, (F_.clone().requires_grad_(),))


def test_slopes_where_the_discriminator_is_sure() -> None:
    sure = torch.tensor(-40.0, dtype=F64)
    slopes = {name: results(getattr(losses, f"{name}_generator_loss"), sure)[1].item()
              for name in ("minimax", "non_saturating", "least_squares", "hinge")}  # fmt: skip
    assert -1e-17 < slopes["minimax"] < 0
    assert slopes["non_saturating"] == pytest.approx(-1)
    assert slopes["least_squares"] == -41
    assert slopes["hinge"] == -1
