"""Chapter 15's lessons: answers computed with torch, and the wrong ones we can explain."""

import math

import torch

from lessons_pkg.exercises.exercise import Exercise, Mistake
from lessons_pkg.optim import warmup_cosine

LARGEST = 12.0  # exercise 15.1: the largest entry of a gradient
PEAK, WARMUP, TOTAL, STEP = 3e-4, 100, 1000, 325  # exercise 15.2
DECAY, LEFT = 0.999, 0.01  # exercise 15.3


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
}
