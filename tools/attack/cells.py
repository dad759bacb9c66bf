"""Attacks on a notebook's cells: outputs, counts, tags, comments, order."""

from collections.abc import Callable
from random import Random
from typing import Any

import nbformat

from tools.attack.change import Attack, code_cells, in_notebook, tags
from tools.notebooks import merged
from tools.spoiling import TARGETS, places, spoil

STORED = "tests/test_notebooks.py::"
COMPARED = ("nbval", ("{file}",))


def is_code(cell: Any) -> bool:
    """Whether a cell is code."""
    return bool(cell.cell_type == "code")


def has_output(cell: Any) -> bool:
    """Whether a cell stores something that a reader sees."""
    return is_code(cell) and bool(cell.outputs)


# ---- Outputs. ----


def spoilt_output(target: str) -> Attack:
    """Spoil one digit, word, caption, … of one output."""

    def change(_: Any, cell: Any, generator: Random) -> str:
        cell.outputs = merged(cell.outputs)
        return spoil(cell.outputs, generator.choice(places(cell.outputs, target)), target, generator)

    def holds(cell: Any) -> bool:
        return has_output(cell) and bool(places(merged(cell.outputs), target))

    return Attack(in_notebook(change, holds, stored=True), *COMPARED)


def lost_line(_: Any, cell: Any, generator: Random) -> str:
    """Delete one line that a cell printed."""
    printed = generator.choice([one for one in cell.outputs if "text" in one])
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
    return "its outputs exchanged with another cell's"


# ---- Counts and order. ----


def count(value: Callable[[int], int | None]) -> Attack:
    """Write another execution count, or none."""

    def change(_: Any, cell: Any, __: Random) -> str:
        before, cell.execution_count = cell.execution_count, value(cell.execution_count)
        return f"execution count {before} became {cell.execution_count}"

    return Attack(in_notebook(change, is_code), "unit", (f"{STORED}test_cells_were_executed_once_in_order",))


def swapped_cells(notebook: Any, cell: Any, generator: Random) -> str:
    """Exchange two code cells."""
    code = [n for n, one in enumerate(notebook.cells) if is_code(one) and one is not cell]
    here, there = notebook.cells.index(cell), generator.choice(code)
    cells = notebook.cells
    cells[here], cells[there] = cells[there], cells[here]
    return f"swapped with cell {there}"


def lost_cell(notebook: Any, cell: Any, _: Random) -> str:
    """Delete a cell."""
    notebook.cells.remove(cell)
    return "deleted"


# ---- Tags and comments. ----


def tagged(tag: str, *tests: str, on: Callable[[Any], bool] = is_code) -> Attack:
    """Add a tag."""

    def change(_: Any, cell: Any, __: Random) -> str:
        cell.metadata["tags"] = [*tags(cell), tag]
        return f"tagged {tag}"

    def holds(cell: Any) -> bool:
        return on(cell) and tag not in tags(cell)

    asked = tuple(f"{STORED}{test}" for test in tests or ("test_tags_hide_nothing_but_answers",))
    return Attack(in_notebook(change, holds), "unit", asked)


def commented(comment: str) -> Attack:
    """Put a comment that nbval obeys before a cell."""

    def change(_: Any, cell: Any, __: Random) -> str:
        cell.source = f"{comment}\n{cell.source}"
        return f"with the comment {comment!r}"

    return Attack(
        in_notebook(change, is_code), "unit", (f"{STORED}test_an_ignore_tag_has_its_reason_beside_it",)
    )


def metadata(key: str) -> Attack:
    """Hide a cell by metadata that are no tags."""

    def change(_: Any, cell: Any, __: Random) -> str:
        cell.metadata[key] = nbformat.from_dict({"source_hidden": True, "outputs_hidden": True})
        return f"metadata {key}"

    return Attack(
        in_notebook(change, is_code), "unit", (f"{STORED}test_metadata_is_what_colab_needs_and_no_more",)
    )


TAGS = ("nbval-skip", "nbval-ignore-output", "nbval-check-output", "nbval-raises-exception", "skip-execution",
        "remove-cell", "remove-input", "remove-output", "hide-input", "hide-cell", "hide-output")  # fmt: skip
COMMENTS = ("# NBVAL_SKIP", "# NBVAL_IGNORE_OUTPUT", "## NBVAL_IGNORE_OUTPUT", "#NBVAL_CHECK_OUTPUT",
            "# NBVAL_RAISES_EXCEPTION", "# PYTEST_VALIDATE_IGNORE_OUTPUT")  # fmt: skip
MISSING = (f"{STORED}test_no_output_is_missing",)
ORDER = (f"{STORED}test_cells_were_executed_once_in_order",)
ATTACKS: dict[str, Attack] = {
    **{f"stored {target}": spoilt_output(target) for target in TARGETS},
    "deleted line": Attack(in_notebook(lost_line, lambda c: has_output(c) and any("text" in o for o in c.outputs), stored=True), *COMPARED),
    "deleted output": Attack(in_notebook(lost_output, has_output, stored=True), *COMPARED),
    "swapped outputs": Attack(in_notebook(swapped_outputs, has_output, stored=True), *COMPARED),
    "deleted outputs": Attack(in_notebook(lost_outputs, lambda c: has_output(c) and "print(" in c.source), "unit", MISSING),
    "cleared count": count(lambda _: None),
    "changed count": count(lambda before: before + 1),
    "swapped cells": Attack(in_notebook(swapped_cells, is_code), "unit", ORDER),
    "deleted cell": Attack(in_notebook(lost_cell, is_code), "unit", (*ORDER, f"{STORED}test_exercises_are_stub_hints_and_solution")),
    **{f"tag {tag}": tagged(tag) for tag in TAGS},
    "tag raises-exception": tagged("raises-exception", "test_only_meant_errors_are_stored"),
    "tag taught": tagged("taught", "test_taught_code_is_the_packages_code"),
    **{f"comment {comment}": commented(comment) for comment in COMMENTS},
    "hiding metadata": metadata("jupyter"),
}  # fmt: skip
