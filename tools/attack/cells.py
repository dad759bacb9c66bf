"""Attacks on a notebook's cells: counts, order, tags, comments."""

from collections.abc import Callable
from random import Random
from typing import Any

import nbformat

from tools.attack.change import Attack, Holds, OnCell, in_notebook, tags


def asked(spoil: OnCell, holds: Holds, *tests: str) -> Attack:
    """Make an attack that reading the notebook shows."""
    ids = (test if "::" in test else f"tests/test_notebooks.py::{test}" for test in tests)
    return Attack(in_notebook(spoil, holds), "unit", tuple(ids))


def is_code(cell: Any) -> bool:
    """Whether a cell is code."""
    return bool(cell.cell_type == "code")


# ---- Counts and order. ----


def count(value: Callable[[int], int | None]) -> OnCell:
    """Write another execution count, or none."""

    def change(_: Any, cell: Any, __: Random) -> str:
        before, cell.execution_count = cell.execution_count, value(cell.execution_count)
        return f"execution count {before} became {cell.execution_count}"

    return change


def swapped_cells(notebook: Any, cell: Any, generator: Random) -> str:
    """Exchange two code cells."""
    cells = notebook.cells
    here = cells.index(cell)
    there = generator.choice([n for n, one in enumerate(cells) if is_code(one) and n != here])
    cells[here], cells[there] = cells[there], cells[here]
    return f"swapped with the cell {there}"


def lost_cell(notebook: Any, cell: Any, _: Random) -> str:
    """Delete a cell."""
    notebook.cells.remove(cell)
    return "deleted"


# ---- Tags and comments. ----


def tagged(tag: str, test: str = "test_tags_hide_nothing_but_answers") -> Attack:
    """Add a tag."""

    def change(_: Any, cell: Any, __: Random) -> str:
        cell.metadata["tags"] = [*tags(cell), tag]
        return f"tagged {tag}"

    return asked(change, lambda cell: is_code(cell) and tag not in tags(cell), test)


def commented(comment: str) -> Attack:
    """Put a comment that nbval obeys before a cell."""

    def change(_: Any, cell: Any, __: Random) -> str:
        cell.source = f"{comment}\n{cell.source}"
        return f"with the comment {comment!r}"

    return asked(change, is_code, "test_an_ignore_tag_has_its_reason_beside_it")


def hidden(_: Any, cell: Any, __: Random) -> str:
    """Hide a cell by metadata that are no tags."""
    cell.metadata["jupyter"] = nbformat.from_dict({"source_hidden": True, "outputs_hidden": True})
    return "hidden by metadata"


def folded(_: Any, cell: Any, __: Random) -> str:
    """Hide a cell's code in Colab."""
    cell.metadata["cellView"] = "form"
    return "folded in Colab"


def raw(_: Any, cell: Any, __: Random) -> str:
    """Make a text one that no page shows."""
    cell.cell_type = "raw"
    return "a raw cell now"


IGNORING = ("nbval-skip", "nbval-ignore-output", "nbval-check-output", "nbval-raises-exception")
HIDING = ("remove-cell", "remove-input", "remove-output", "hide-input", "hide-cell", "hide-output")
COMMENTS = ("NBVAL_SKIP", "NBVAL_IGNORE_OUTPUT", "## NBVAL_IGNORE_OUTPUT", "NBVAL_CHECK_OUTPUT",
            "NBVAL_RAISES_EXCEPTION", "PYTEST_VALIDATE_IGNORE_OUTPUT")  # fmt: skip
ERRORS = "tests/test_from_error_to_chapter.py::test_every_entry_leads_to_a_section_and_has_a_cell_of_its_own"
METADATA = "test_metadata_is_what_colab_needs_and_no_more"
IN_ORDER = "test_cells_were_executed_once_in_order"
ATTACKS: dict[str, Attack] = {
    "cleared count": asked(count(lambda _: None), is_code, IN_ORDER),
    "changed count": asked(count(lambda before: before + 1), is_code, IN_ORDER),
    "swapped cells": asked(swapped_cells, is_code, IN_ORDER),
    "deleted cell": asked(lost_cell, is_code, IN_ORDER, "test_exercises_are_stub_hints_and_solution", ERRORS),
    **{f"tag {tag}": tagged(tag) for tag in (*IGNORING, "skip-execution", *HIDING)},
    "tag raises-exception": tagged("raises-exception", "test_only_meant_errors_are_stored"),
    "tag taught": tagged("taught", "test_taught_code_is_the_packages_code"),
    **{f"comment {comment}": commented(f"# {comment}") for comment in COMMENTS},
    "hiding metadata": asked(hidden, is_code, METADATA),
    "folded in Colab": asked(
        folded, lambda cell: is_code(cell) and "cellView" not in cell.metadata, METADATA
    ),
    "text made raw": asked(raw, lambda cell: not is_code(cell), METADATA),
}
