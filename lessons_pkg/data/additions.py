"""Sums written as text, for a network that is to learn to add."""

from collections.abc import Sequence

import torch
from torch import Tensor

from lessons_pkg.data.splits import Part
from lessons_pkg.guards import Given, both, guarded, int64, must, sequence, whole

VOCABULARY = "0123456789+=.#"  # '.' ends a text, '#' fills it up
NUMBER_OF = {sign: k for k, sign in enumerate(VOCABULARY)}
TEXTS = both(
    sequence("texts"),
    must(
        f"be strings of {VOCABULARY}",
        lambda texts: all(isinstance(t, str) and set(t) <= set(VOCABULARY) for t in texts),
        "texts",
    ),
)
IDS = both(
    int64("ids"),
    must(
        f"be (N, T), from 0 to {len(VOCABULARY) - 1}",
        lambda ids: ids.ndim == 2 and ((ids >= 0) & (ids < len(VOCABULARY))).all(),
        "ids",
    ),
)


def _fits(name: str, given: Given) -> None:
    """Refuse a text that is longer than its row."""
    longest = max(map(len, given["texts"]), default=0)
    if longest > given["width"]:
        raise ValueError(f"{name}: width must be >= {longest}, the longest text, got {given['width']}")


def _leaves_some(name: str, given: Given) -> None:
    """Refuse to hold out everything, the last sum's twin included."""
    most = given["top"] ** 2 - 2
    if given["held_out"] > most:
        raise ValueError(f"{name}: held_out must be <= {most}, top * top - 2, got {given['held_out']}")


@guarded(TEXTS, whole("width", least=1), _fits)
def encode(texts: Sequence[str], width: int = 10) -> Tensor:
    """Write each sign of each text as its place in ``VOCABULARY``, and fill the rows with ``#``.

    Chapters 14 and 16.

    Args:
        texts: N strings of the signs in ``VOCABULARY``.
        width: signs per row, >= the longest text.

    Returns:
        Numbers ``(N, width)``, int64.

    Raises:
        TypeError: ``texts`` are no sequence, or ``width`` is no whole number.
        ValueError: another sign, or a text longer than ``width``.

    Example:
        >>> from lessons_pkg import data
        >>> data.encode(["7+68=57."]).tolist()
        [[7, 10, 6, 8, 11, 5, 7, 12, 13, 13]]
    """
    return torch.tensor([[NUMBER_OF[sign] for sign in text.ljust(width, "#")] for text in texts])


@guarded(IDS)
def decode(ids: Tensor) -> list[str]:
    """Write each row of numbers as text, filling included: the way back from :func:`encode`.

    Chapters 14 and 16.

    Args:
        ids: ``(N, T)``, int64.

    Returns:
        N strings.

    Raises:
        TypeError: ``ids`` hold no whole numbers.
        ValueError: they are no table, or no numbers of signs.

    Example:
        >>> from lessons_pkg import data
        >>> data.decode(data.encode(["7+68=57."]))
        ['7+68=57.##']
    """
    return ["".join(VOCABULARY[k] for k in row) for row in ids.tolist()]


def _labelled(pairs: list[tuple[int, int]], reverse: bool, width: int) -> Part:
    prompts = [f"{a}+{b}=" for a, b in pairs]
    answers = [str(a + b)[:: -1 if reverse else 1] + "." for a, b in pairs]
    ids = encode([prompt + answer for prompt, answer in zip(prompts, answers, strict=True)], width)
    place = torch.arange(width)
    given = place < torch.tensor([[len(prompt)] for prompt in prompts])
    return Part(ids, ids.masked_fill(given | (ids == NUMBER_OF["#"]), -100))


@guarded(
    whole("top", least=2),
    whole("held_out", "width", least=1),
    whole("seed", least=0),
    must("be True or False", lambda value: isinstance(value, bool), "reverse", error=TypeError),
    _leaves_some,
)
def additions(
    top: int = 100, *, held_out: int = 2000, reverse: bool = True, width: int = 10, seed: int = 0
) -> tuple[Part, Part]:
    """Write all sums of two numbers below ``top`` as texts, in two parts: to train on, and held out.

    A text is a sum, its answer with the last digit first, ``.``, and ``#`` up to ``width``: ``7+68=57.##``.
    ``x`` holds its numbers ``(N, width)`` as :func:`encode` gives them, ``y`` the same with -100 where
    nothing is asked: in the sum, and behind the end. No sum is in both parts, in either order: 68+7 is where
    7+68 is.
    Chapters 14 and 16.

    Args:
        top: the numbers are 0 to ``top - 1``.
        held_out: how many sums the second part has; one more where the last one's twin comes with it.
        reverse: whether the answer's last digit comes first, as one adds.
        width: signs per row.
        seed: of the order, >= 0.

    Returns:
        Two parts, in drawn order, on the CPU.

    Raises:
        TypeError: a size or ``seed`` is no whole number, or ``reverse`` neither True nor False.
        ValueError: a size is too small, ``width`` is less than the longest text, or ``held_out``
            leaves nothing.

    Example:
        >>> from lessons_pkg import data
        >>> train, test = data.additions()
        >>> len(train.x), len(test.x), data.decode(train.x[:2])
        (8000, 2000, ['76+82=851.', '82+76=851.'])
    """
    draw = torch.Generator().manual_seed(seed)
    key = torch.rand(top, top, generator=draw, dtype=torch.float64).triu()
    key = key + key.triu(1).T  # the same for a + b and b + a, which stay neighbours
    order = key.flatten().argsort(stable=True).tolist()
    pairs = [divmod(k, top) for k in order]
    if pairs[held_out - 1] == pairs[held_out][::-1]:
        held_out += 1
    return _labelled(pairs[held_out:], reverse, width), _labelled(pairs[:held_out], reverse, width)
