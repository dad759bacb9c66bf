"""What an attack is, and how one is made on a notebook."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import nbformat

from tools.notebooks import text_of


class Change(NamedTuple):
    """One thing that was changed."""

    said: str  # in words, for the table
    name: str  # what the gate's message must hold: the spoilt place


class Attack(NamedTuple):
    """A kind of change, and who is to notice it."""

    change: Callable[[Path, Random], Change]  # IndexError: there is nothing of this kind
    part: str  # the gate's, as `make` calls it
    asked: tuple[str, ...]  # in place of that part's folder; {file} is the notebook that was changed


OnCell = Callable[[Any, Any, Random], str]  # of (notebook, cell, generator): changes the cell, says how
Holds = Callable[[Any], bool]  # whether a cell has what this attack changes


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that nbval counts, in its order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    """Return a cell's tags."""
    return list(cell.metadata.get("tags", []))


def edited(path: Path, old: str, new: str) -> None:
    """Replace ``old``, which stands there, by ``new``, once. Raises IndexError where it does not."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise IndexError(f"{path.name} has no {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def first_line(cell: Any) -> str:
    """Return the line by which a person finds a cell."""
    return str(cell.source.strip().split("\n")[0][:50])


def in_notebook(spoil: OnCell, holds: Holds, *, stored: bool = False) -> Callable[[Path, Random], Change]:
    """Make an attack on one cell of one notebook; ``stored``: nbval is to notice, which names the cell.

    The notebook is drawn first: attacks with the same seed attack the same one, so that few have to be run.
    """

    def change(root: Path, generator: Random) -> Change:
        paths = sorted((root / "book").glob("*.ipynb"))
        for path in generator.sample(paths, len(paths)):
            notebook = nbformat.read(path, as_version=4)
            fitting = [cell for cell in notebook.cells if holds(cell)]
            if fitting:
                break
        cell = generator.choice(fitting)
        number = code_cells(notebook).index(cell) if stored else 0
        line = first_line(cell)
        said = spoil(notebook, cell, generator)
        path.write_text(text_of(notebook), encoding="utf-8")
        name = f"{path.name}::Cell {number}" if stored else path.stem
        return Change(f"{path.stem}, {line!r}: {said}", name)

    return change


def constants(tree: ast.AST) -> list[tuple[int, int, int, str]]:
    """Find every number in a piece of Python: line, columns from and to, another number."""
    return [
        (node.lineno, node.col_offset, node.end_col_offset or 0, f"{node.value + 1!r}")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    ]


SIGN = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}


def operators(tree: ast.AST, lines: list[str]) -> list[tuple[int, int, int, str]]:
    """Find every + - * / between two terms on one line: line, columns from and to, another sign."""
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.BinOp) and type(node.op) in SIGN):
            continue
        start, end = node.left.end_col_offset or 0, node.right.col_offset
        if node.left.end_lineno == node.right.lineno:
            between = lines[node.right.lineno - 1][start:end]
            if sign := re.search(r"[-+*/]", between):
                at = start + sign.start()
                found.append((node.right.lineno, at, at + 1, SIGN[type(node.op)]))
    return found
