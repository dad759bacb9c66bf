"""A line's name in a legend comes from where its data come from: two names cannot be swapped by hand."""

import ast
import re

from tests.helpers.project import ROOT, code_cells, load, source


def typed_labels(code: str) -> list[str]:
    """Return the labels that a cell types as plain text, if it types several; one cannot be swapped."""
    tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", code))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    drawing = [call for call in calls if getattr(call.func, "attr", "") != "explore"]  # its label is an axis
    labels = [word.value for call in drawing for word in call.keywords if word.arg == "label"]
    typed = [str(label.value) for label in labels if isinstance(label, ast.Constant)]
    return typed if len(typed) > 1 else []


def test_no_lesson_types_its_legend() -> None:
    lessons = [path for path in (ROOT / "book").rglob("*.ipynb") if re.match(r"\d\d-", path.parent.name)]
    found = {path.stem: typed for path in lessons for cell in code_cells(load(path))
             if (typed := typed_labels(source(cell)))}  # fmt: skip
    assert not found, "take names from the dict that holds the data: `for name, losses in runs.items()`"

    two = "ax.plot(adam, label='Adam')\nax.plot(sgd, label='SGD')"
    assert typed_labels(two) == ["Adam", "SGD"], "the look itself sees them"
