"""What an attack is, and how one is made on a notebook."""

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
    asked: tuple[str, ...] = ()  # instead of what the attack says, where that depends on the place


class Attack(NamedTuple):
    """A kind of change, and who is to notice it."""

    change: Callable[[Path, Random], Change]  # IndexError: there is nothing of this kind
    part: str  # the gate's, as `make` calls it
    asked: tuple[str, ...] = ()  # tests or files in place of all of that part's


OnCell = Callable[[Any, Any, Random], str]  # of (notebook, cell, generator): changes the cell, says how
Holds = Callable[[Any], bool]  # whether a cell has what this attack changes


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that nbval counts, in its order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    """Return a cell's tags."""
    return list(cell.metadata.get("tags", []))


def drawn(root: Path, holds: Holds, generator: Random) -> tuple[Path, Any, Any]:
    """Draw a notebook, then one of its cells that fits: with one seed, all attacks draw the same one."""
    paths = sorted((root / "book").glob("*.ipynb"))
    for path in generator.sample(paths, len(paths)):
        notebook = nbformat.read(path, as_version=4)
        if fitting := [cell for cell in notebook.cells if holds(cell)]:
            return path, notebook, generator.choice(fitting)
    raise IndexError("no cell fits")


def in_notebook(spoil: OnCell, holds: Holds) -> Callable[[Path, Random], Change]:
    """Make an attack on one cell, of which the message is to name the notebook."""

    def change(root: Path, generator: Random) -> Change:
        path, notebook, cell = drawn(root, holds, generator)
        line = cell.source.strip().split("\n")[0][:50]
        said = spoil(notebook, cell, generator)
        path.write_text(text_of(notebook), encoding="utf-8")
        return Change(f"{path.stem}, {line!r}: {said}", path.stem)

    return change


def compared(spoil: OnCell, holds: Holds, *, later: bool = False) -> Attack:
    """Make an attack that only running the notebook shows; the message is to name the cell as nbval does.

    ``later``: this cell, or one after it, as with a seed that is set here and drawn from there.
    """

    def change(root: Path, generator: Random) -> Change:
        path, notebook, cell = drawn(root, holds, generator)
        number = [one.id for one in code_cells(notebook)].index(cell.id)
        said = spoil(notebook, cell, generator)
        path.write_text(text_of(notebook), encoding="utf-8")
        place = f"{path.name}::Cell {number}"
        name = f"FAILED book/{path.name}::Cell" if later else place
        return Change(f"{place}: {said}", name, (path.relative_to(root).as_posix(),))

    return Attack(change, "nbval")
