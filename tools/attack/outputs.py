"""Attacks on what a notebook stores as printed and drawn."""

from random import Random
from typing import Any

from tools.attack.cells import asked, is_code
from tools.attack.change import Attack, code_cells, compared
from tools.notebooks import merged
from tools.spoiling import TARGETS, places, spoil


def has_output(cell: Any) -> bool:
    """Whether a cell stores something that a reader sees."""
    return is_code(cell) and bool(cell.outputs)


def prints(cell: Any) -> bool:
    """Whether a cell stores lines."""
    return has_output(cell) and any("text" in output for output in cell.outputs)


def says_print(cell: Any) -> bool:
    """Whether reading a cell shows that it prints; what an earlier function prints, only nbval sees."""
    return prints(cell) and any(line.startswith("print(") for line in cell.source.splitlines())


def spoilt_output(target: str) -> Attack:
    """Spoil one digit, word, caption, … of one output."""

    def change(_: Any, cell: Any, generator: Random) -> str:
        cell.outputs = merged(cell.outputs)
        return spoil(cell.outputs, generator.choice(places(cell.outputs, target)), target, generator)

    def holds(cell: Any) -> bool:
        return has_output(cell) and bool(places(merged(cell.outputs), target))

    return compared(change, holds)


def lost_line(_: Any, cell: Any, generator: Random) -> str:
    """Delete one line that a cell printed."""
    printed = generator.choice([output for output in cell.outputs if "text" in output])
    lines = printed.text.splitlines(keepends=True)
    lost = lines.pop(generator.randrange(len(lines)))
    printed.text = "".join(lines)
    return f"without the line {lost!r}"


def lost_output(_: Any, cell: Any, generator: Random) -> str:
    """Delete one of a cell's outputs."""
    lost = cell.outputs.pop(generator.randrange(len(cell.outputs)))
    return f"without one output, a {lost['output_type']}"


def lost_outputs(_: Any, cell: Any, __: Random) -> str:
    """Delete what a cell that prints has printed."""
    cell.outputs = []
    return "without its outputs"


def swapped_outputs(notebook: Any, cell: Any, generator: Random) -> str:
    """Exchange the outputs of two cells."""
    rest = [one for one in code_cells(notebook) if has_output(one) and one.outputs != cell.outputs]
    other = generator.choice(rest)
    cell.outputs, other.outputs = other.outputs, cell.outputs
    return f"its outputs exchanged with those of the cell {other.execution_count}"


ATTACKS: dict[str, Attack] = {
    **{f"stored {target}": spoilt_output(target) for target in TARGETS},
    "deleted line": compared(lost_line, prints),
    "deleted output": compared(lost_output, has_output),
    "swapped outputs": compared(swapped_outputs, has_output),
    "deleted outputs": asked(lost_outputs, says_print, "test_no_output_is_missing"),
}
