"""Chapter 16: answers computed with torch, and the wrong ones we can explain."""

import functools
import warnings
from collections.abc import Callable
from itertools import combinations

import torch
from torch import nn, optim
from torch.optim import lr_scheduler, swa_utils

from lessons_pkg.exercises.exercise import Exercise, Mistake

SHARES = torch.tensor([18, 3, 3])  # exercise 16.1: rows of each rank


def factor() -> float:
    """Solve for what rank 1's mean must be multiplied by: averaged over ranks, it is its part of the sum."""
    losses = torch.ones(int(SHARES.sum()), dtype=torch.float64, requires_grad=True)
    wanted = losses.sum() / len(losses)
    means = torch.stack([part.mean() for part in losses.split(SHARES.tolist())])
    row = int(SHARES[0])  # the first of rank 1
    (right,) = torch.autograd.grad(wanted, losses)
    (plain,) = torch.autograd.grad(means.mean(), losses)
    return (right[row] / plain[row]).item()


def _share() -> float:
    return (SHARES[1] / SHARES.sum()).item()


CHANGES = {  # exercise 16.2: what is said of whoever thinks that it changes nothing, or something
    1: "Change 1 clears before the forward pass instead of after it: `backward()` finds the same zeros.",
    2: "Change 2 clears at the end; before the first step there is nothing to clear.",
    3: "Change 3 adds each batch's slopes to those of all batches before.",
    4: "Change 4 asks for what is given and for the filling, too: other questions, other slopes.",
    5: "Change 5 clips what has been used already: long slopes go into the step uncut.",
    6: "Change 6 moves the rate first: each step has the rate of the next one.",
    7: "Change 7 averages old weights: the average is one step late, the weights never read it.",
}

ORDERS = {
    5: "step clip schedule average",
    6: "clip schedule step average",
    7: "clip average step schedule",
}


def three_steps(change: int = 0) -> torch.Tensor:
    """Return the weights after three steps of lesson 16.2 on a small network, with one change or none."""
    from lessons_pkg.data import additions
    from lessons_pkg.losses import next_token_loss
    from lessons_pkg.models import TinyTransformer

    part, _ = additions(10, held_out=20)
    torch.manual_seed(0)
    model = TinyTransformer(d=8, heads=2, layers=1).double()
    adamw = optim.AdamW(model.parameters(), lr=0.01)
    schedule = lr_scheduler.LambdaLR(adamw, lambda step: (step + 1) / 5)
    ema = swa_utils.AveragedModel(model)
    for ids, labels in zip(part.x[:24].split(8), part.y[:24].split(8), strict=True):
        if change == 1:
            adamw.zero_grad()
        count = (labels[:, 1:] != -100).sum()
        loss = next_token_loss(model(ids), ids if change == 4 else labels, reduction="sum") / count
        if change not in (1, 2, 3):
            adamw.zero_grad()
        loss.backward()
        moves: dict[str, Callable[[], object]] = {
            "clip": lambda: nn.utils.clip_grad_norm_(model.parameters(), 1.0),
            "step": adamw.step,
            "schedule": schedule.step,
            "average": lambda: ema.update_parameters(model),
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of change 6
            for name in ORDERS.get(change, "clip step schedule average").split():
                moves[name]()
        if change == 2:
            adamw.zero_grad()
    return nn.utils.parameters_to_vector(model.parameters()).detach()


@functools.cache
def harmless() -> tuple[int, ...]:
    """Try each change, and list those that leave the weights as they are."""
    plain = three_steps()
    return tuple(change for change in CHANGES if torch.equal(three_steps(change), plain))


def _wrong_sets() -> list[tuple[int, ...]]:
    """List the answers with one or two faults."""
    right, every = {1, 2, 7}, sorted(CHANGES)
    faults = [{*one} for count in (1, 2) for one in combinations(every, count)]
    return [tuple(sorted(right ^ fault)) for fault in faults]


def _first_fault(answer: tuple[int, ...]) -> str:
    return CHANGES[min({*answer} ^ {1, 2, 7})]


EXERCISES: dict[str, Exercise] = {
    "16.1": Exercise(
        factor,
        "Three rows of 24, times three ranks.",
        (
            Mistake(_share, "That is its share of the rows. The average over ranks divides by 3 once more."),
            Mistake(lambda: 1.0, "Then its three rows weigh as much as rank 0's eighteen."),
            Mistake(lambda: float(SHARES[1]), "That makes a sum of it. Divide by all rows, times ranks."),
            Mistake(lambda: 1 / factor(), "Upside down: few rows must weigh less, not more."),
            Mistake(lambda: (len(SHARES) * SHARES[0] / SHARES.sum()).item(), "That is the factor of rank 0."),
            Mistake(lambda: 1 / len(SHARES), "The average over the ranks is taken already, behind it."),
            Mistake(lambda: _share() / len(SHARES), "The average over ranks divides by 3: multiply by it."),
        ),
        labels=("factor",),
    ),
    "16.2": Exercise(
        harmless,
        "The optimizer reads slopes and a rate, and it finds the same ones.",
        tuple(Mistake(lambda answer=answer: answer, _first_fault(answer)) for answer in _wrong_sets()),
        labels=("numbers",),
    ),
}
