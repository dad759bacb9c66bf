"""Chapter 7's lessons: answers computed with torch, and the wrong ones we can explain."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

TRUTH = torch.tensor([0.5, 0.5], dtype=torch.float64)
MODEL = torch.tensor([0.75, 0.25], dtype=torch.float64)
TRUE_BOX, BOX = (0.0, 0.0, 4.0, 2.0), (2.0, 1.0, 6.0, 4.0)
FRAMES = torch.tensor([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.1, 0.3, 0.6]], dtype=torch.float64)


def _divergence(q: Tensor, p: Tensor) -> float:
    return functional.kl_div(p.log(), q, reduction="sum").item()


def _both_ways(scale: float = 1.0) -> tuple[float, float]:
    return scale * _divergence(TRUTH, MODEL), scale * _divergence(MODEL, TRUTH)


def _cross_entropies() -> tuple[float, float]:
    return -(TRUTH * MODEL.log()).sum().item(), -(MODEL * TRUTH.log()).sum().item()


def _forward_twice() -> tuple[float, float]:
    return _both_ways()[0], _both_ways()[0]


def _shares() -> list[Case]:
    return [torch.tensor(share, dtype=torch.float64) for share in (0.1, 9 / 23, 0.8, 1.0)]


def _areas() -> tuple[float, float, float]:
    """Intersection, union and enclosing area of the two boxes, by painting unit squares."""
    area = torch.zeros(2, 4, 6)
    for k, box in enumerate((TRUE_BOX, BOX)):
        x1, y1, x2, y2 = (int(edge) for edge in box)
        area[k, y1:y2, x1:x2] = 1
    shared, union = area.prod(0), area.amax(0)
    return shared.sum().item(), union.sum().item(), float(union.numel())


def _on_areas(formula: Callable[[float, float, float], float]) -> float:
    return formula(*_areas())


def _diou(i: float, u: float, e: float) -> float:
    centres = [[(box[k] + box[k + 2]) / 2 for k in (0, 1)] for box in (TRUE_BOX, BOX)]
    c2 = sum((max(TRUE_BOX[k + 2], BOX[k + 2]) - min(TRUE_BOX[k], BOX[k])) ** 2 for k in (0, 1))
    return 1 - i / u + math.dist(*centres) ** 2 / c2


def dice_of(sure: int, rim: int, q: float, *, called: bool) -> float:
    """Dice of many pixels: ``sure`` ones are object, ``rim`` others with ``q``, called object or not."""
    said, true = sure + rim * called, sure + rim * q
    return 2 * (sure + rim * q * called) / (said + true)


def break_even(sure: int = 100, rim: int = 300) -> float:
    """Frequency from which on the Dice is better if the rim is called object, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        q = (low + high) / 2
        better = dice_of(sure, rim, q, called=True) > dice_of(sure, rim, q, called=False)
        low, high = (low, q) if better else (q, high)
    return low


def text_probability(labels: tuple[int, ...]) -> float:
    """Probability of a text under ``FRAMES``, by torch's CTC loss."""
    lengths = torch.tensor([len(FRAMES)]), torch.tensor([len(labels)])
    loss = functional.ctc_loss(FRAMES.log(), torch.tensor(labels), *lengths, reduction="sum")
    return math.exp(-loss.item())


def _paths(*paths: str) -> float:
    products = [FRAMES[range(3), ["-ab".index(symbol) for symbol in path]].prod() for path in paths]
    return float(torch.stack(products).sum())


def pulls(score: float = -1.0) -> tuple[float, float]:
    """Minus the slopes of the minimax and the non-saturating loss with respect to a fake's score."""
    f = torch.tensor([score, score], dtype=torch.float64, requires_grad=True)
    minimax, non_saturating = _player_losses(f)
    (slopes,) = torch.autograd.grad(minimax[0] + non_saturating[1], f)
    return -slopes[0].item(), -slopes[1].item()


def _player_losses(f: Tensor) -> tuple[Tensor, Tensor]:
    return functional.logsigmoid(-f), -functional.logsigmoid(f)


def _losses_of_players() -> tuple[float, float]:
    minimax, non_saturating = _player_losses(torch.tensor(-1.0, dtype=torch.float64))
    return minimax.item(), non_saturating.item()


def _slopes_of_players() -> tuple[float, float]:
    minimax, non_saturating = pulls()
    return -minimax, -non_saturating


EXERCISES = {
    "7.1": Exercise(
        _both_ways,
        "Two different numbers: KL is not symmetric.",
        (
            Mistake(lambda: _both_ways()[::-1], "These are the two numbers in the other order."),
            Mistake(lambda: _both_ways(1 / math.log(2)), "That is in bits; PyTorch's logarithm is natural."),
            Mistake(lambda: _both_ways(0.5), "You divided by the two classes, as the default 'mean' does."),
            Mistake(lambda: _both_ways(-1.0), "The fractions are upside down: a divergence is not negative."),
            Mistake(
                _forward_twice, "The first is right. The second averages over p: its weights change too."
            ),
            Mistake(_cross_entropies, "Those are cross-entropies; subtract the entropies, or use fractions."),
        ),
        labels=("KL(q, p)", "KL(p, q)"),
    ),
    "7.2": Exercise(
        lambda J: 2 * J / (1 + J),
        "For one true mask the two measures rank all predictions alike.",
        (
            Mistake(lambda J: J / (2 - J), "That is the way back, from Dice to IoU."),
            Mistake(lambda J: 1 - 2 * J / (1 + J), "That is the loss; the coefficient was asked for."),
            Mistake(lambda J: J / (1 + J), "Dice counts the intersection twice, above too."),
            Mistake(
                lambda J: 2 * J / (1 - J) if J < 1 else math.inf,
                "That can be larger than 1: the two masks have 1 + J together. Add, do not subtract.",
            ),
            Mistake(lambda J: 2 * J, "The two masks together are larger than their union: divide."),
            Mistake(
                lambda J: 2 * J / (2 + J),
                "The union has area 1; the two masks together have 1 + J, not 2 + J.",
            ),
        ),
        cases=_shares,
    ),
    "7.2b": Exercise(
        break_even,
        "Below one half: Dice calls object what is more often background.",
        (
            Mistake(lambda: 0.5, "That is where BCE's answer crosses one half. Compare the two Dice."),
            Mistake(
                lambda: dice_of(100, 300, break_even(), called=True),
                "That is the Dice reached there; the q is half of it.",
            ),
            Mistake(lambda: 1 / 4, "That is the share of the sure pixels among all 400."),
            Mistake(lambda: 3 / 4, "That is the share of the others among all 400."),
        ),
        labels=("q",),
    ),
    "7.3": Exercise(
        partial(_on_areas, lambda i, u, e: 1 - i / u + (e - u) / e),
        "A loss beyond 1: the empty corners of the enclosing box weigh more than the overlap.",
        (
            Mistake(
                partial(_on_areas, lambda i, u, e: i / u - (e - u) / e),
                "That is the GIoU; the loss is 1 minus it.",
            ),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / u),
                "That is the IoU loss; add the uncovered share.",
            ),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / u - (e - u) / e),
                "The uncovered share makes the loss larger, not smaller.",
            ),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / (u + i) + (e - u - i) / e),
                "The sum of the areas counts the intersection twice; the union counts it once.",
            ),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / u + (e - u) / u),
                "The uncovered area is divided by the enclosing area, not by the union.",
            ),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / e),
                "You divided the shared area by the enclosing one; the IoU divides it by the union.",
            ),
            Mistake(partial(_on_areas, _diou), "That is the DIoU loss, with the distance of the centres."),
            Mistake(
                partial(_on_areas, lambda i, u, e: 1 - i / u + (20 - u) / 20),
                "The enclosing box is 6 wide: the right edges are at 4 and at 6.",
            ),
        ),
    ),
    "7.4": Exercise(
        lambda: (text_probability((1, 2)), text_probability((1, 1))),
        "Five paths against one: a doubled letter must spend a frame on the blank.",
        (
            Mistake(
                lambda: (text_probability((1, 1)), text_probability((1, 2))), "These are in the other order."
            ),
            Mistake(
                lambda: (_paths("-ab", "a-b", "ab-"), text_probability((1, 1))),
                "A letter may last for two frames: aab and abb read 'ab' too.",
            ),
            Mistake(
                lambda: (_paths("a-b"), text_probability((1, 1))), "That is only one of five paths of 'ab'."
            ),
            Mistake(
                lambda: (text_probability((1, 2)), _paths("-aa", "a-a", "aa-")),
                "Without a blank between them the two letters are merged into one.",
            ),
            Mistake(
                lambda: (text_probability((1, 2)), _paths("-aa", "a-a", "aa-", "aaa")),
                "-aa, aa- and aaa read 'a': repeated letters are merged before the blanks are removed.",
            ),
            Mistake(
                lambda: (-math.log(text_probability((1, 2))), -math.log(text_probability((1, 1)))),
                "Those are the losses; the probabilities were asked for.",
            ),
        ),
        labels=('"ab"', '"aa"'),
    ),
    "7.5": Exercise(
        pulls,
        "The two add up to 1, and the worse the fake, the more of it the second has.",
        (
            Mistake(lambda: pulls()[::-1], "These are in the other order: minimax first."),
            Mistake(
                _losses_of_players, "Those are the losses; the pulls were asked for, minus their slopes."
            ),
            Mistake(_slopes_of_players, "A pull is minus the slope: both losses pull the score up."),
            Mistake(lambda: pulls(0.0), "That is the pull at the score 0, where the two are equal."),
        ),
        labels=("minimax", "non-saturating"),
    ),
}
