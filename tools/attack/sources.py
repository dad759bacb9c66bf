"""Attacks on what a person wrote: a notebook's code and text, its set-up cell, links, the package's formulas."""

import ast
import re
from pathlib import Path
from random import Random
from typing import Any

from tools.attack.cells import COMPARED, STORED, is_code
from tools.attack.change import Attack, Change, constants, edited, in_notebook, operators
from tools.spoiling import other

LINKS = ("tests/test_site.py::test_every_link_within_the_book_has_its_target",)
SEED = r"(?<=manual_seed\()\d+(?=\))"
PRINTED = r"(?<=print\(\")[A-Za-z]{2,}|(?<=print\(f\")[A-Za-z]{2,}"
TYPED = r"(?<![\w.])\d+\.\d+(?![\w.]*\w)|(?<![\w.])\d{3,}(?![\w.]*\w)"
PAGE = r"(?<=\.io/loss-gradient-step/book/)[\w-]+(?=\.html)"
FRAGMENT = r"(?<=\.html#)[\w-]+(?=\))"


def substituted(pattern: str, asked: tuple[str, tuple[str, ...]], *, kind: str = "code") -> Attack:
    """Change one match of ``pattern`` in a cell's source."""

    def change(_: Any, cell: Any, generator: Random) -> str:
        match = generator.choice(list(re.finditer(pattern, cell.source)))
        wrong = other(match[0], generator)
        cell.source = cell.source[: match.start()] + wrong + cell.source[match.end() :]
        return f"{match[0]!r} became {wrong!r}"

    def holds(cell: Any) -> bool:
        return bool(cell.cell_type == kind and re.search(pattern, cell.source))

    return Attack(in_notebook(change, holds, stored=asked == COMPARED), *asked)


def is_setup(cell: Any) -> bool:
    """Whether this is the cell that installs the package."""
    return is_code(cell) and "runtime.start(" in cell.source


def without_line(_: Any, cell: Any, generator: Random) -> str:
    """Delete one line of the set-up cell."""
    lines = cell.source.splitlines()
    lost = lines.pop(generator.randrange(len(lines)))
    cell.source = "\n".join(lines)
    return f"without {lost!r}"
