"""Attacks on what a person wrote in a notebook: code, text, the set-up cell, links."""

import re
from pathlib import Path
from random import Random
from typing import Any

from tools.attack.cells import asked
from tools.attack.change import Attack, Change, Holds, OnCell, compared, drawn
from tools.notebooks import text_of
from tools.spoiling import other
from tools.typed import NUMBER, facts, shown

LINKS = "tests/test_site.py::test_every_link_within_the_book_has_its_target"
SET_UP = "test_first_code_cell_sets_up"
BOOK = r"(?<=\.io/loss-gradient-step/book/)"


def where(pattern: str, kind: str = "code") -> Holds:
    """Return whether a cell of this kind has the pattern."""
    return lambda cell: bool(cell.cell_type == kind and re.search(pattern, cell.source))


def in_source(cell: Any, match: re.Match[str], wrong: str) -> str:
    """Write something else there."""
    cell.source = cell.source[: match.start()] + wrong + cell.source[match.end() :]
    return f"{match[0]!r} became {wrong!r}"


def substituted(pattern: str) -> OnCell:
    """Change one match of a pattern."""

    def change(_: Any, cell: Any, generator: Random) -> str:
        match = generator.choice(list(re.finditer(pattern, cell.source)))
        return in_source(cell, match, other(match[0], generator))

    return change


def link(pattern: str) -> Attack:
    """Change where a link within the book leads to; the message is to name that address."""

    def change(root: Path, generator: Random) -> Change:
        path, notebook, cell = drawn(root, where(pattern, "markdown"), generator)
        match = generator.choice(list(re.finditer(pattern, cell.source)))
        wrong = other(match[0], generator)
        said = in_source(cell, match, wrong)
        path.write_text(text_of(notebook), encoding="utf-8")
        return Change(f"{path.stem}: {said}", wrong)

    return Attack(change, "browser", (LINKS,))


def set_up(pattern: str) -> Attack:
    """Change a match of a pattern in the cell that installs the package."""
    return asked(substituted(pattern), where(pattern), SET_UP)


def without_line(_: Any, cell: Any, generator: Random) -> str:
    """Delete one line of a cell."""
    lines = cell.source.splitlines()
    lost = lines.pop(generator.randrange(len(lines)))
    cell.source = "\n".join(lines)
    return f"without {lost!r}"


def states(cell: Any) -> bool:
    """Whether a text has numbers."""
    return bool(facts(cell))


def typed_number(notebook: Any, cell: Any, generator: Random) -> str:
    """Change a digit of a number in the text, so that it is one that the notebook shows nowhere."""
    everywhere = set().union(*map(shown, notebook.cells))
    right = generator.choice(facts(cell))
    wrong = right
    while wrong in everywhere or not NUMBER.fullmatch(wrong):
        at = generator.choice([n for n, sign in enumerate(right) if sign.isdigit()])
        wrong = right[:at] + other(right[at], generator) + right[at + 1 :]
    before = cell.source
    for match in NUMBER.finditer(before):
        if match[0] == right:
            said = in_source(cell, match, wrong)
            if wrong in facts(cell):
                return said
            cell.source = before  # that one stood in a heading
    raise IndexError(f"{right} stands nowhere")


SEED = r"(?<=manual_seed\()\d(?=\))"
WORD = r"(?<=print\(\")[A-Za-z]{2,}|(?<=print\(f\")[A-Za-z]{2,}"
ATTACKS: dict[str, Attack] = {
    "seed": compared(substituted(SEED), where(SEED), later=True),
    "printed word of the code": compared(substituted(WORD), where(WORD), later=True),
    "number of the text": asked(
        typed_number, states, "test_every_number_in_the_text_stands_in_code_or_output"
    ),
    "set-up: version": set_up(r"(?<=runtime\.start\(\")\d"),
    "set-up: address": set_up(r"(?<=git\+https://github\.com/)[\w/-]+"),
    "set-up: line": asked(without_line, where(r"runtime\.start\("), SET_UP),
    "link: page": link(BOOK + r"[\w-]+(?=\.html)"),
    "link: place in a page": link(BOOK + r"[\w-]+\.html#[\w-]+(?=\))"),
}
