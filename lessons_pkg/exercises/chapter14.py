"""Chapter 14: answers computed with torch, and the wrong ones we can explain."""

import math

import torch

from lessons_pkg.exercises.exercise import Exercise, Mistake

TEXT, WIDTH = "9+95=401.", 12  # exercise 14.1
ASKED, MEANS = (10, 30, 60), (3.0, 2.0, 1.0)  # exercise 14.2: words of each micro-batch, and their mean loss
BATCH = (4, 1024, 50_257)  # exercise 14.3: texts, positions, words


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
}
