"""A line's name in a legend comes from where its data come from: two names cannot be swapped by hand."""

from typing import Any

from tests.helpers.legends import typed_labels
from tests.helpers.project import code_cells, source


def test_no_notebook_types_its_legend(notebook: dict[str, Any]) -> None:
    found = {cell["id"]: typed for cell in code_cells(notebook) if (typed := typed_labels(source(cell)))}
    assert not found, "take names from the dict that holds the data: `for name, losses in runs.items()`"


def test_two_typed_labels_are_seen() -> None:
    two = "ax.plot(adam, label='Adam')\nax.plot(sgd, label='SGD')"
    assert typed_labels(two) == ["Adam", "SGD"]
