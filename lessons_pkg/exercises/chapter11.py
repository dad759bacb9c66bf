"""Chapter 11's lessons: answers computed with torch, and the wrong ones we can explain."""

import math
import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, optim
from torch.nn import functional as F
from torch.optim import lr_scheduler

from lessons_pkg.exercises.exercise import Case, Exercise, Mistake

LETTERS, BATCH = 26, 64  # exercise 11.1
RATE = 0.2  # exercise 11.5
Row = tuple[float, ...]
CLIPPED: tuple[Row, Row] = ((1.0, 2.0), (2.0, 4.0))  # exercise 11.4


Four = tuple[float, float, float, float]


def starts(
    letters: float = math.log(LETTERS),
    summed: float | None = None,
    mse: float = 1.0,
    logit: float = math.log(2),
) -> Four:
    """Losses at which four fresh networks should start."""
    return letters, BATCH * letters if summed is None else summed, mse, logit


def _losses() -> list[Case]:
    pairs = [(1.531, 10), (1.4612, 10), (0.8, 3), (1.0, 2), (3.7, 100)]
    return [(torch.tensor(loss, dtype=torch.float64), torch.tensor(c)) for loss, c in pairs]


def _share(loss: Tensor, classes: Tensor) -> Tensor:
    """Solve the two prices for the share: where the 1 stands right, and where it stands wrong."""
    logits = F.one_hot(torch.tensor([0]), int(classes)).double()
    right, wrong = (F.cross_entropy(logits, torch.tensor([k])) for k in (0, 1))
    return (wrong - loss) / (wrong - right)


def _between(loss: Tensor, classes: Tensor) -> Tensor:
    chance, floor = math.log(int(classes)), math.log(math.e + int(classes) - 1) - 1
    return (chance - loss) / (chance - floor)


def _ordered(*lines: int) -> Callable[[], tuple[int, ...]]:
    return lambda: lines


def _optimizer(rate: float) -> optim.Optimizer:
    return optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)


def _rates(make: Callable[[optim.Optimizer], Any], count: int = 7) -> Row:
    """First rates of a schedule: the optimizer itself need not step, which PyTorch would warn about."""
    optimizer, used = _optimizer(RATE), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        for _ in range(count):
            used.append(float(optimizer.param_groups[0]["lr"]))
            scheduler.step()
    return tuple(used)


def seven_rates(start: float = 0.25, total: int = 3, size: int = 2, count: int = 7) -> Row:
    """Run exercise 11.5, or what somebody makes of it who read an argument wrong."""

    def make(optimizer: optim.Optimizer) -> lr_scheduler.SequentialLR:
        warm = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=total)
        stairs = lr_scheduler.StepLR(optimizer, step_size=size, gamma=0.1)
        return lr_scheduler.SequentialLR(optimizer, [warm, stairs], milestones=[3])

    return _rates(make, count)


def _compounding() -> Row:
    def make(optimizer: optim.Optimizer) -> lr_scheduler.ChainedScheduler:
        warm = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=3)
        return lr_scheduler.ChainedScheduler([warm, lr_scheduler.StepLR(optimizer, 2, 0.1)])

    return _rates(make)


def slow_start() -> tuple[float, float, int]:
    """Rates at which a first step from 2 and from 5 is mirrored at 0; the shortest warm-up."""

    def mirrored(w: float) -> float:
        at = torch.tensor(w, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad((at.square() - 1).square() / 2, at)
        return 2 * w / slope.item()

    return mirrored(2.0), mirrored(5.0), next(k for k in range(1, 99) if 0.4 / k < mirrored(3.0))


def _edges() -> tuple[float, float]:
    return 2 / (6 * 2**2 - 2), 2 / (6 * 5**2 - 2)


def clipped(pair: tuple[Row, Row] = CLIPPED, limit: float = 2.5) -> Row:
    """Let PyTorch clip two gradients together; return the length before, and the entries after."""
    parameters = [torch.zeros(len(row), dtype=torch.float64) for row in pair]
    gradients = [torch.tensor(row, dtype=torch.float64) for row in pair]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    length = torch.nn.utils.clip_grad_norm_(parameters, limit)
    return float(length), *torch.cat(gradients).tolist()


def _each_alone() -> Row:
    return 5.0, *(entry for row in CLIPPED for entry in clipped((row, ()))[1:])


def _noise_cases() -> list[Case]:
    draw = torch.Generator().manual_seed(0)
    shapes = [((6, 1), 2), ((5, 3), 1), ((7, 2), 3), ((4, 2), 4)]
    return [(torch.randn(s, generator=draw, dtype=torch.float64), torch.tensor(b)) for s, b in shapes]


def noise_by_counting(gradients: Tensor, size: Tensor) -> Tensor:
    """Go through all batches there are."""
    batches = [gradients[list(rows)].mean(0) for rows in combinations(range(len(gradients)), int(size))]
    return (torch.stack(batches) - gradients.mean(0)).square().sum(1).mean()


def _spread(gradients: Tensor) -> Tensor:
    return (gradients - gradients.mean(0)).square().sum(1).mean()


EXERCISES: dict[str, Exercise] = {
    "11.1": Exercise(
        starts,
        "Each is the loss of an answer that knows nothing: even odds, or the mean.",
        (
            Mistake(
                lambda: starts(math.log10(LETTERS), logit=math.log10(2)),
                "PyTorch's log is the natural one: ln, not the logarithm to base 10.",
            ),
            Mistake(
                lambda: starts(math.log2(LETTERS), logit=1.0),
                "Those are bits; PyTorch's log is ln.",
            ),
            Mistake(
                lambda: starts(1 / LETTERS, logit=0.5),
                "Those are the probabilities. The loss is minus their logarithm.",
            ),
            Mistake(
                lambda: starts(summed=LETTERS * math.log(LETTERS)),
                "The sum goes over the batch, 64 examples, not over the letters.",
            ),
            Mistake(
                lambda: starts(summed=math.log(LETTERS)), "The second is a sum over 64 examples, not a mean."
            ),
            Mistake(
                lambda: starts(mse=0.0),
                "The third: at the mean you pay the variance, which standardising has made 1.",
            ),
            Mistake(lambda: starts(logit=0.5), "The fourth: 0.5 is the probability; its loss is -ln 0.5."),
            Mistake(
                lambda: starts(logit=0.0), "The fourth: a logit of 0 is a probability of one half, at a loss."
            ),
        ),
        labels=("26 letters", "summed", "MSE", "one logit"),
    ),
    "11.1b": Exercise(
        _share,
        "Right ones cost one less than wrong ones, so the loss tells how many there are.",
        (
            Mistake(
                lambda loss, c: (-loss).exp(), "That holds for an honest cross-entropy; this one has a floor."
            ),
            Mistake(lambda loss, c: 1 - _share(loss, c), "That is the share of wrong ones."),
            Mistake(
                lambda loss, c: _share(loss, c) - 1, "You have subtracted the loss from the floor: add 1."
            ),
            Mistake(lambda loss, c: _share(loss, c + 1), "Beside the 1 stand C - 1 zeros, not C of them."),
            Mistake(
                _between,
                "Between ln C and the floor is not linear in the share: ask what a wrong answer costs.",
            ),
        ),
        cases=_losses,
    ),
    "11.2": Exercise(
        _ordered(2, 3, 6, 7, 0),  # tests/package/data lets the ladder answer, for three seeds
        "Four of the five are found, each by another rung, and one passes all eight.",
        (
            Mistake(_ordered(1, 3, 6, 7, 0), "The first: its data are fine. What is the loss at the start?"),
            Mistake(
                _ordered(2, 2, 6, 7, 0),
                "The second: probabilities that are more even pass at ln 3. Where does the loss get stuck?",
            ),
            Mistake(
                _ordered(2, 3, 4, 7, 0),
                "The third: all gradients are there. Whose input does a row use?",
            ),
            Mistake(
                _ordered(2, 3, 5, 7, 0), "The third: its step keeps the promise. Whose input does a row use?"
            ),
            Mistake(_ordered(2, 3, 6, 3, 0), "The fourth: wrong labels are learned by heart as well."),
            Mistake(
                _ordered(2, 3, 6, 7, 7),
                "The fifth is better than blind, on rows that it has learned. No rung looks for copies.",
            ),
            Mistake(
                _ordered(2, 3, 6, 7, 8),
                "The fifth: both measurements agree. No rung looks for copies.",
            ),
        ),
        labels=("wide", "squashed", "centred", "shifted", "copied"),
    ),
    "11.3": Exercise(
        noise_by_counting,
        "One divided by B, and nothing at all once every example is in the batch.",
        (
            Mistake(
                lambda g, b: _spread(g) / b, "That is with replacement: the factor (N-B)/(N-1) is missing."
            ),
            Mistake(lambda g, b: _spread(g) / b * (len(g) - b) / len(g), "Divide by N - 1, not by N."),
            Mistake(lambda g, b: noise_by_counting(g, b).sqrt(), "The squared distance, without a root."),
            Mistake(
                lambda g, b: noise_by_counting(g, b) / g.shape[1],
                "Add up the d entries: the squared length is a sum.",
            ),
            Mistake(
                lambda g, b: noise_by_counting(g, b) / (1 - 1 / len(g)), "V divides by N: var(correction=0)."
            ),
            Mistake(lambda g, b: noise_by_counting(g, b) * b, "That is not divided by B."),
        ),
        cases=_noise_cases,
    ),
    "11.4": Exercise(
        clipped,
        "One length, one factor for all four entries, and the direction stays.",
        (
            Mistake(
                _each_alone, "That clips each parameter alone. All of them share one length, and one factor."
            ),
            Mistake(lambda: (5.0, 1.0, 2.0, 2.0, 2.5), "That clips each entry, as clip_grad_value_ does."),
            Mistake(lambda: (2.5, *clipped()[1:]), "It returns the length before clipping, not after."),
            Mistake(lambda: (5.0, 1.0, 2.0, 2.0, 4.0), "5 is more than the limit: the entries must shrink."),
            Mistake(lambda: clipped(limit=1.0), "That is for the limit 1; here it is 2.5."),
            Mistake(lambda: (25.0, 0.1, 0.2, 0.2, 0.4), "The length is the root of 25."),
        ),
        labels=("returned", "1 becomes", "2 becomes", "2 becomes", "4 becomes"),
    ),
    "11.4b": Exercise(
        _ordered(3, 4, 5, 2, 1),
        "Both halves add up first; then one length, one limit, one step.",
        (
            Mistake(
                _ordered(3, 4, 2, 5, 1), "The second half is added after clipping, and nothing limits it."
            ),
            Mistake(_ordered(3, 4, 5, 1, 2), "Clipped after the step: too late for it."),
            Mistake(_ordered(3, 2, 4, 5, 1), "After zero_grad there is nothing to clip."),
            Mistake(_ordered(4, 3, 5, 2, 1), "zero_grad between the halves throws the first one away."),
            Mistake(_ordered(4, 5, 3, 2, 1), "zero_grad throws both halves away before the step."),
            Mistake(
                _ordered(4, 5, 2, 1, 3), "That works as well. Begin with zero_grad, as the question asks."
            ),
            Mistake(_ordered(3, 5, 4, 2, 1), "That works as well. Take the first half first."),
        ),
        labels=("first", "second", "third", "fourth", "fifth"),
    ),
    "11.5": Exercise(
        seven_rates,
        "The second schedule starts at the milestone, with the full rate and a count of its own.",
        (
            Mistake(lambda: seven_rates(1 / 3), "The start factor is 0.25; a third is the default."),
            Mistake(
                lambda: seven_rates(count=8)[1:],
                "You count from 1: the first step is t = 0, and uses a quarter of the rate.",
            ),
            Mistake(
                lambda: tuple(RATE * (0.25 + 0.75 * t / 4) for t in range(3)) + seven_rates()[3:],
                "total_iters is 3: after three steps the full rate is reached, not after four.",
            ),
            Mistake(lambda: seven_rates(total=2), "The fourth step has the full rate, not the third."),
            Mistake(lambda: seven_rates(size=1), "The staircase goes down every two steps, not every one."),
            Mistake(
                lambda: (*seven_rates()[:3], 0.02, 0.002, 0.002, 0.0002),
                "The second schedule counts from its milestone, not from step 0.",
            ),
            Mistake(
                lambda: (*seven_rates()[:3], 0.02, 0.02, 0.002, 0.002),
                "The staircase drops after two steps of its own, which have the full rate.",
            ),
            Mistake(lambda: tuple(r / RATE for r in seven_rates()), "Those are factors: times 0.2."),
            Mistake(
                _compounding, "That is both at once, as if chained. The second one waits for its milestone."
            ),
            Mistake(lambda: seven_rates(start=1.0), "There is no warm-up in these rates."),
        ),
        labels=("seven rates",),
    ),
    "11.6": Exercise(
        slow_start,
        "The start decides which first rate is small enough, not the curvature alone.",
        (
            Mistake(
                lambda: (*_edges(), slow_start()[2]),
                "Those are the edges at the start, 2 / curvature. A longer step may still lead inwards.",
            ),
            Mistake(
                lambda: (*_edges(), 11),
                "Those go by the edge at the start, 2 / curvature. A longer step may still lead inwards.",
            ),
            Mistake(
                lambda: (*slow_start()[:2], 11),
                "The third goes by the edge at 3, which is 0.038; the first step leads inwards up to 1/8.",
            ),
            Mistake(
                lambda: (*slow_start()[:2], 3), "The third: 0.4 / 3 is 0.133, and from 3 that is too much."
            ),
            Mistake(
                lambda: (*slow_start()[:2], 5), "The third: 5 is enough, and one fewer is enough as well."
            ),
            Mistake(lambda: (1 / 4, 1 / 25, slow_start()[2]), "Subtract 1 from the square first."),
            Mistake(
                lambda: (1 / 6, 1 / 48, slow_start()[2]),
                "At those rates the first step lands on 0; twice as far it still does not lead outwards.",
            ),
            Mistake(lambda: (3.0, 24.0, slow_start()[2]), "One divided by these."),
            Mistake(lambda: (0.5, 0.5, slow_start()[2]), "0.5 is the edge at the minimum; ask the start."),
        ),
        labels=("from 2", "from 5", "updates"),
    ),
}
