"""Chapter 14: answers computed with torch, and the wrong ones we can explain."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional as F

from lessons_pkg.exercises.exercise import Exercise, Mistake

TEXT, WIDTH = "9+95=401.", 12  # exercise 14.1
ASKED, MEANS = (10, 30, 60), (3.0, 2.0, 1.0)  # exercise 14.2: words of each micro-batch, and their mean loss
BATCH = (4, 1024, 50_257)  # exercise 14.3: texts, positions, words
COSINES = ((0.8, 0.2), (0.1, 0.9))  # exercise 14.4
PAIR = (-12.0, -14.0, -13.0, -13.5)  # exercise 14.5: policy chosen, rejected; reference chosen, rejected


def terms(
    *, shift: int = 1, given: bool = False, equals: bool = False, end: bool = True, pad: bool = False
) -> int:
    """Count the labels that are asked, with ``shift``; the options are what learners leave in or out."""
    labels = torch.tensor(list(TEXT.ljust(WIDTH, "#").encode()))
    place = torch.arange(WIDTH)
    kept = place > TEXT.index("=") - equals
    if given:
        kept |= place <= TEXT.index("=")
    kept &= (labels != ord("#")) | pad
    kept &= (labels != ord(".")) | end
    return int(kept[shift:].sum())


def over_all(weights: tuple[int, ...] = ASKED) -> tuple[float, float]:
    """Return the loss over all words, each micro-batch weighed, and its perplexity."""
    share = torch.tensor(weights, dtype=torch.float64)
    loss = float((share * torch.tensor(MEANS, dtype=torch.float64)).sum() / share.sum())
    return loss, math.exp(loss)


def gigabytes(
    dtype: torch.dtype = torch.bfloat16, unit: float = 1e9, batch: tuple[int, ...] = BATCH
) -> float:
    """Return the size of all logits of a batch."""
    return math.prod(batch) * dtype.itemsize / unit


def slope_of_a_stranger(temperature: float = 0.5, columns: float = 0.0) -> float:
    """Slope by the upper right cosine; ``columns`` is the columns' share of the loss."""
    s = torch.tensor(COSINES, dtype=torch.float64, requires_grad=True)
    z, labels = s / temperature, torch.arange(2)
    loss = (1 - columns) * F.cross_entropy(z, labels) + columns * F.cross_entropy(z.T, labels)
    (slope,) = torch.autograd.grad(loss, s)
    return slope[0, 1].item()


def loss_and_slope(
    beta: float = 0.1, *, swapped: bool = False, reference: bool = True, both: bool = True
) -> tuple[float, float]:
    """Loss of one pair, and its slope by the log probability of what was preferred."""
    four = torch.tensor(PAIR, dtype=torch.float64, requires_grad=True)
    chosen, rejected, its_chosen, its_rejected = four
    margin = chosen - rejected - (its_chosen - its_rejected if reference else 0)
    if not both:
        margin = chosen - its_chosen
    loss = -F.logsigmoid(beta * (-margin if swapped else margin))
    (slope,) = torch.autograd.grad(loss, four)
    return loss.item(), slope[0].item()


def _with_slope(change: Callable[[float], float]) -> Callable[[], tuple[float, float]]:
    def answer() -> tuple[float, float]:
        loss, slope = loss_and_slope()
        return loss, change(slope)

    return answer


EXERCISES: dict[str, Exercise] = {
    "14.1": Exercise(
        terms,
        "Three digits and the end sign.",
        (
            Mistake(lambda: terms(end=False), "The end sign is asked, too: without it no answer ever ends."),
            Mistake(
                lambda: terms(equals=True),
                "The = is given. It asks for the first digit; nothing asks for it.",
            ),
            Mistake(lambda: terms(pad=True), "The three # behind the end are not asked."),
            Mistake(lambda: terms(given=True), "That asks for the sum as well: all that is given is -100."),
            Mistake(lambda: terms(given=True, shift=0), "Those are all signs of the text. Which are given?"),
            Mistake(
                lambda: terms(given=True, pad=True),
                "Those are all positions but the last. Leave out what is -100.",
            ),
            Mistake(lambda: terms(given=True, pad=True, shift=0), "That is the whole row, # and all."),
        ),
        labels=("terms",),
    ),
    "14.2": Exercise(
        over_all,
        "Every word counts once; the exponential comes last.",
        (
            Mistake(lambda: over_all((1, 1, 1)), "That is the mean of the means: weigh each by its words."),
            Mistake(
                lambda: (over_all()[0], sum(map(math.exp, MEANS)) / 3),
                "The loss is right. The perplexity is the exponential of that one loss, not a mean of three.",
            ),
            Mistake(
                lambda: (
                    over_all()[0],
                    sum(n * math.exp(m) for n, m in zip(ASKED, MEANS, strict=True)) / 100,
                ),
                "The loss is right. Take the exponential of it, last; not before the mean.",
            ),
            Mistake(
                lambda: (over_all()[0] / 3, math.exp(over_all()[0] / 3)),
                "Divided by 3 once too often: the words are all counted already.",
            ),
            Mistake(
                lambda: (100 * over_all()[0], math.exp(100 * over_all()[0])),
                "That is the sum over all words: divide it by how many they are.",
            ),
            Mistake(
                lambda: over_all(ASKED[::-1]), "The weights are the wrong way round: 10 words had the loss 3."
            ),
        ),
        labels=("loss", "perplexity"),
    ),
    "14.3": Exercise(
        gigabytes,
        "And that is before the softmax, and before their slopes.",
        (
            Mistake(lambda: gigabytes(torch.float32), "That is 4 bytes a number; bfloat16 has 2."),
            Mistake(lambda: 8 * gigabytes(), "Those are bits: 8 of them are a byte."),
            Mistake(lambda: gigabytes(batch=BATCH[::2]), "Each of a text's 1024 positions has logits."),
            Mistake(lambda: gigabytes(batch=BATCH[1:]), "The batch holds 4 texts."),
            Mistake(
                lambda: gigabytes(unit=2**30),
                "Right in GiB, of 2 to the 30 bytes. In GB, of 1e9 bytes, it is more.",
            ),
            Mistake(lambda: gigabytes(unit=1e6), "Those are megabytes."),
            Mistake(
                lambda: gigabytes() / 2,
                "That is how many numbers there are, in billions. Each takes 2 bytes.",
            ),
        ),
        labels=("GB",),
    ),
    "14.4": Exercise(
        slope_of_a_stranger,
        "A positive slope: a step makes this cosine smaller.",
        (
            Mistake(lambda: slope_of_a_stranger() / 2, "The chain rule through s / τ brings a factor 1 / τ."),
            Mistake(lambda: slope_of_a_stranger() * 2, "The mean over the N = 2 rows divides by 2."),
            Mistake(
                lambda: -slope_of_a_stranger(),
                "The sign: 1 is subtracted on the diagonal only, and this pair is no partner.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(1.0),
                "That is at τ = 1. Divide the cosines by 0.5 before the softmax.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(columns=0.5),
                "That is both directions together; only the rows were asked for.",
            ),
            Mistake(
                lambda: slope_of_a_stranger(columns=1.0),
                "You took the softmax down the column. A row holds one query's candidates.",
            ),
            Mistake(
                lambda: slope_of_a_stranger() - 1,
                "That is the partner's form, share minus 1, and this pair is no partner.",
            ),
        ),
        labels=("slope",),
    ),
    "14.5": Exercise(
        loss_and_slope,
        "The pair is ranked right by 0.15 only, so nearly half of the full pull is left.",
        (
            Mistake(
                lambda: loss_and_slope(reference=False),
                "The reference is missing: count from where it stands, not from 0.",
            ),
            Mistake(
                lambda: (loss_and_slope(reference=False)[0], loss_and_slope()[1]),
                "The slope is right. The loss leaves out the reference.",
            ),
            Mistake(
                lambda: loss_and_slope(swapped=True),
                "Chosen and rejected are swapped: the loss is above ln 2.",
            ),
            Mistake(
                lambda: (loss_and_slope(swapped=True)[0], loss_and_slope()[1]),
                "The slope is right. The loss is that of the swapped pair.",
            ),
            Mistake(
                _with_slope(lambda slope: 10 * slope),
                "The slope: β stands before the margin, so it comes down.",
            ),
            Mistake(
                _with_slope(lambda slope: -0.1 - slope),
                "The slope is -β times the sigmoid of -m, not of m: a pair that is ranked right pulls less.",
            ),
            Mistake(
                _with_slope(lambda slope: -slope),
                "The slope's sign: a larger log p of the chosen answer lowers the loss.",
            ),
            Mistake(lambda: loss_and_slope(1.0), "β is missing in both: the margin is 0.1 times 1.5."),
            Mistake(
                lambda: loss_and_slope(both=False),
                "You counted the chosen answer only: the rejected one has moved, too.",
            ),
        ),
        rtol=1e-3,  # -0.0463 is four decimals
        labels=("loss", "slope"),
    ),
}
