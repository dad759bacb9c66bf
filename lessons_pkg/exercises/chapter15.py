"""Chapter 15's lessons: answers computed with torch, and the wrong ones we can explain."""

import math
from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from lessons_pkg.exercises.exercise import Exercise, Mistake, undisturbed
from lessons_pkg.optim import orthogonalize, warmup_cosine
from lessons_pkg.optim.muon import QUINTIC

LARGEST = 12.0  # exercise 15.1: the largest entry of a gradient
PEAK, WARMUP, TOTAL, STEP = 3e-4, 100, 1000, 325  # exercise 15.2
DECAY, LEFT = 0.999, 0.01  # exercise 15.3
STATES = ("model", "optimizer", "scheduler", "ema")  # of a run in exercise 15.4
Save = Callable[[SimpleNamespace], Any]
Load = Callable[[SimpleNamespace, Any], Any]
MATRIX = (3.0, 0.03)  # the diagonal of exercise 15.5


def safe_scale() -> int:
    """Double the scale while the largest entry stays finite in 16 bits."""
    scale = 1
    while torch.tensor(LARGEST * scale * 2).half().isfinite():
        scale *= 2
    return scale


def rate(step: int = STEP) -> float:
    """Rate of exercise 15.2."""
    return PEAK * warmup_cosine(step, WARMUP, TOTAL)


def _done() -> float:
    return (STEP - WARMUP) / (TOTAL - WARMUP)


def steps_until(left: float = LEFT, decay: float = DECAY) -> int:
    """Count the steps until the start's share is below ``left``."""
    share, steps = 1.0, 0
    while share >= left:
        share, steps = share * decay, steps + 1
    return steps


def small_run(seed: int) -> SimpleNamespace:
    """Make a fresh run: a small network, AdamW, a schedule, an average, and a generator of its own."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    optimizer = optim.AdamW(model.parameters(), lr=0.1)
    return SimpleNamespace(
        model=model,
        optimizer=optimizer,
        scheduler=LambdaLR(optimizer, lambda t: (t + 1) / 10),
        ema=AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9)),
        draw=torch.Generator().manual_seed(seed),
        step=0,
    )


def train_on(run: SimpleNamespace, steps: int) -> None:
    """Take a few steps towards a rule that depends on the number of the step."""
    for _ in range(steps):
        x = torch.randn(8, 3, generator=run.draw, dtype=torch.float64) + run.step % 4
        loss = F.mse_loss(run.model(x), x[:, :2].sin())
        run.optimizer.zero_grad()
        loss.backward()
        run.optimizer.step()
        run.scheduler.step()
        run.ema.update_parameters(run.model)
        run.step += 1


def _same(a: Any, b: Any) -> bool:
    """Tell whether two states are equal, to the last bit."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.equal(a, b)
    return bool(a == b)


def _held(run: SimpleNamespace) -> list[Any]:
    """Copy what a run holds, in the order of the exercise's labels."""
    rates = [group["lr"] for group in run.optimizer.param_groups], run.scheduler.last_epoch
    parts = run.model.state_dict(), run.ema.state_dict(), run.optimizer.state_dict()["state"]
    return deepcopy([*parts, rates, run.draw.get_state(), run.step])


def resumed(save: Save, load: Load, steps: int) -> Any:
    """Stop a run after ``steps``, let it go on, and load what was saved into a fresh one; for exercise 15.4.

    Args:
        save: takes the run, returns what is to be kept.
        load: takes a fresh run and what was kept.
        steps: before the stop.

    Returns:
        1 or 0 for each of weights, average, moments, rate, random numbers and step: whether the fresh run
        holds what the stopped one held. ``...`` if ``save`` returns it.

    Raises:
        What ``save`` and ``load`` raise.
    """
    with undisturbed():
        run, again = small_run(seed=0), small_run(seed=1)
        train_on(run, steps)
        held = _held(run)
        saved = save(run)
        if saved is ...:
            return ...
        train_on(run, 4)
        load(again, saved)
        return tuple(int(_same(a, b)) for a, b in zip(held, _held(again), strict=True))


def kept(run: SimpleNamespace, without: str = "", copied: bool = True) -> dict[str, Any]:
    """Keep all that a run holds but one thing, and copies unless ``copied`` is False."""
    saved = {name: getattr(run, name).state_dict() for name in STATES}
    saved |= {"draw": run.draw.get_state(), "step": run.step}
    saved.pop(without, None)
    return deepcopy(saved) if copied else saved


def put_back(run: SimpleNamespace, saved: dict[str, Any]) -> None:
    """Load what was kept."""
    for name in set(STATES) & set(saved):
        getattr(run, name).load_state_dict(saved[name])
    if "draw" in saved:
        run.draw.set_state(saved["draw"])
    run.step = saved.get("step", run.step)


def _without(name: str) -> Callable[[int], Any]:
    return lambda steps: resumed(lambda run: kept(run, name), put_back, steps)


def _weights_alone(run: SimpleNamespace) -> dict[str, Any]:
    return {"model": deepcopy(run.model.state_dict())}


def one_round(first: float, second: float, coefficients: tuple[float, ...] = QUINTIC) -> tuple[float, float]:
    """Send two singular values through one round of exercise 15.5."""
    a, b, c = coefficients
    s = torch.tensor([first, second], dtype=torch.float64)
    s = a * s + b * s**3 + c * s**5
    return float(s[0]), float(s[1])


def rounds(count: int) -> tuple[float, float]:
    """Divide both values by the norm, and send them through ``count`` rounds."""
    s = torch.tensor(MATRIX, dtype=torch.float64)
    first, second = (s / s.norm()).tolist()
    for _ in range(count):
        first, second = one_round(first, second)
    return first, second


def _in_16_bits() -> tuple[float, ...]:
    return tuple(orthogonalize(torch.tensor(MATRIX).diag(), steps=1).diag().tolist())


EXERCISES: dict[str, Exercise] = {
    "15.1": Exercise(
        safe_scale,
        "12 times 4096 fits into float16, and 12 times 8192 does not.",
        (
            Mistake(
                lambda: torch.finfo(torch.float16).max / LARGEST,
                "That is the limit itself. The scale is a power of two below it.",
            ),
            Mistake(lambda: 2 * safe_scale(), "12 times 8192 is 98304: infinite. Halve it once more."),
            Mistake(lambda: 2**16, "That is where GradScaler starts. Here the first step would be skipped."),
            Mistake(lambda: safe_scale() // 2, "One halving too many: 12 times twice that still fits."),
            Mistake(lambda: 12, "That is the power. The scale is 2 to the power 12."),
        ),
        labels=("scale",),
    ),
    "15.2": Exercise(
        rate,
        "A quarter of the way down in time, and still at 85 % of the peak: a cosine falls slowly at first.",
        (
            Mistake(lambda: PEAK * (1 - _done()), "That is a straight line down, not a cosine."),
            Mistake(
                lambda: PEAK * (1 + math.cos(math.pi * STEP / TOTAL)) / 2,
                "The cosine begins after the warm-up: subtract its 100 steps, above and below.",
            ),
            Mistake(
                lambda: PEAK * math.cos(math.pi / 2 * _done()),
                "That is a quarter of a wave. The schedule takes half of one, and (1 + cos) / 2 of it.",
            ),
            Mistake(
                lambda: PEAK * (1 - math.cos(math.pi * _done())) / 2,
                "With 1 - cos the rate would rise. It is 1 + cos.",
            ),
            Mistake(lambda: rate() / PEAK, "That is the share. Times the peak, 0.0003."),
            Mistake(lambda: 2 * rate(), "1 + cos goes from 2 to 0: halve it."),
            Mistake(lambda: PEAK, "The full rate is reached at step 99; from step 100 on it falls."),
        ),
        labels=("rate",),
    ),
    "15.3": Exercise(
        steps_until,
        "More than four times the memory of 1000 steps: ln 100 is 4.6.",
        (
            Mistake(lambda: 1000, "That is the memory, 1 / (1 - decay). By then the start still has 37 %."),
            Mistake(lambda: steps_until(decay=0.99), "That is for the decay 0.99; here it is 0.999."),
            Mistake(
                lambda: round(LEFT / (1 - DECAY)),
                "The share is 0.999 to the power of the steps, not a quotient.",
            ),
            Mistake(
                lambda: round((1 - LEFT) / (1 - DECAY)),
                "The share does not fall on a line: each step takes a thousandth of what is left.",
            ),
            Mistake(lambda: math.log(LEFT) / math.log(DECAY), "Nearly: steps are whole. Round up."),
            Mistake(lambda: steps_until() - 1, "One step short: there the share is still just above 1 %."),
            Mistake(lambda: steps_until(left=0.001), "That is for a thousandth. One per cent is 0.01."),
        ),
        labels=("steps",),
    ),
    "15.4": Exercise(
        lambda steps: resumed(kept, put_back, steps),
        "The fresh run holds what the stopped one held, and not what it went on to.",
        (
            Mistake(_without("model"), "The weights are missing: the fresh run has its own."),
            Mistake(
                _without("optimizer"),
                "The optimizer's state is missing: Adam's moments, and the rate.",
            ),
            Mistake(
                _without("scheduler"),
                "The scheduler's state is missing: its count is 0, and the warm-up comes again.",
            ),
            Mistake(
                _without("ema"), "The average is missing, or its count n_averaged: ema has a state_dict, too."
            ),
            Mistake(_without("draw"), "The random numbers go on elsewhere: keep run.draw.get_state()."),
            Mistake(_without("step"), "The step is missing: the fresh run begins again with the data."),
            Mistake(
                lambda steps: resumed(lambda run: kept(run, copied=False), put_back, steps),
                "Those are views: what you kept has moved with the model. Copy it when you save.",
            ),
            Mistake(
                lambda steps: resumed(_weights_alone, put_back, steps),
                "Only the weights are there. What else does the next step read?",
            ),
            Mistake(
                lambda steps: resumed(kept, lambda run, saved: None, steps),
                "Nothing is as it was at the stop. Copy when you save; put it all back into the given run.",
            ),
        ),
        cases=lambda: [3, 5],
        labels=("weights", "average", "moments", "rate", "random numbers", "step"),
    ),
    "15.5": Exercise(
        lambda: rounds(1),
        "Divided by the norm, then one polynomial for each; the small one has more than tripled.",
        (
            Mistake(lambda: one_round(*MATRIX), "Divide by the norm first: beyond 1 it explodes."),
            Mistake(lambda: rounds(1)[::-1], "Those are the two, the other way round."),
            Mistake(lambda: rounds(5), "That is after five rounds. Stop after the first."),
            Mistake(lambda: rounds(2), "That is after two rounds. Stop after the first."),
            Mistake(lambda: (1.0, 1.0), "That is the exact answer, by the SVD. One round is not enough."),
            Mistake(lambda: rounds(0), "Those are the values before the round: divided by the norm."),
            Mistake(_in_16_bits, "Those are the values in 16 bits. Compute the polynomial by itself."),
        ),
        labels=("from 3", "from 0.03"),
    ),
}
