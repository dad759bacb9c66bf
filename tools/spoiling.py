"""Spoil one place of a cell's stored outputs: the gate does it to itself, `make attack` does it to files."""

import random
import re
from collections.abc import Iterator
from typing import Any

Place = tuple[int, int, int]  # which text of the outputs, and from where to where in it

# What to spoil: in which texts, where in them (None: anywhere), and what there.
TARGETS = {
    "digit": ("printed", None, r"\d"),
    "word": ("printed", None, r"[A-Za-z]{2,}"),
    "caption": ("drawing", r"(?<=>)[^<>]+(?=</(?:figcaption|td)>)", r"[A-Za-z]{2,}|\d"),
    "label": ("drawing", r"(?<=>)[^<>]+(?=</(?:text|tspan)>)", r"[A-Za-z]{2,}|\d"),
    "spoken": ("drawing", r'(?:(?<= aria-labelledby=")|(?<= aria-valuetext="))[^"]+', r"[A-Za-z]{2,}|\d"),
    "coordinate": ("drawing", r"<svg.*</svg>", r'(?<= [xy]=")-?[\d.]+(?=")|(?<=[ML] )-?[\d.]+'),
}


def texts(outputs: Any) -> Iterator[tuple[Any, str, str]]:
    """Everything stored that a reader sees, as (holder, key, kind)."""
    for output in outputs:
        if output["output_type"] == "stream":
            yield output, "text", "printed"
        elif output["output_type"] == "error":
            yield output, "evalue", "printed"
        else:
            for mime, text in output["data"].items():
                yield output["data"], mime, "drawing" if "<svg" in "".join(text) else "printed"


def places(outputs: Any, target: str) -> list[Place]:
    """Every place of this target in one cell's stored outputs."""
    kind, where, what = TARGETS[target]
    found: list[Place] = []
    for index, (holder, key, held) in enumerate(texts(outputs)):
        text = "".join(holder[key])
        spans = [(0, len(text))]
        if where:
            spans = [match.span() for match in re.finditer(where, text, re.DOTALL)]
        for start, end in spans if held == kind else []:
            found += [(index, *match.span()) for match in re.compile(what).finditer(text, start, end)]
    return found


def other(found: str, generator: random.Random) -> str:
    """Return another digit for a digit, another word for a word."""
    if found.isdigit() and len(found) == 1:
        return str((int(found) + generator.randint(1, 9)) % 10)
    return found[:-1] + ("x" if found[-1] != "x" else "y")


def _wrong(found: str, target: str, generator: random.Random) -> str:
    if target == "coordinate":
        return f"{float(found) + generator.choice((-1, 1)) * generator.uniform(0.7, 9):.2f}"
    return other(found, generator)


def spoil(outputs: Any, place: Place, target: str, generator: random.Random) -> str:
    """Change this place of the outputs; say what stood there, between its neighbours, and what does now."""
    index, start, end = place
    holder, key, _ = list(texts(outputs))[index]
    text = "".join(holder[key])
    wrong = _wrong(text[start:end], target, generator)
    holder[key] = text[:start] + wrong + text[end:]
    return f"{text[max(0, start - 20) : end + 20]!r}: {text[start:end]!r} became {wrong!r}"
