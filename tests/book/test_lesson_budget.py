"""Each lesson within its budget. Chapters that are not yet cut into lessons have none."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.project import ROOT
from tools.lesson_budget import faults, measure

LESSONS = [path for path in sorted((ROOT / "book").rglob("*.ipynb")) if re.match(r"\d\d-", path.parent.name)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name[:2]}/{path.stem}")
def test_a_lesson_keeps_its_budget(path: Path) -> None:
    print(*measure(path), sep="\n")
    assert not faults(path)


def cells(words: int = 900, predicts: int = 1, lines: int = 3, columns: int = 46) -> list[dict[str, Any]]:
    """A lesson that is within its budget, unless asked for more."""
    drawing = {"data": {"text/html": ["<figure><svg></svg></figure>"]}}
    code = ["check('1.1', ...)\n", *["predict('1.1', [])\n"] * predicts, *["x" * columns + "\n"] * lines]
    text = f"{'word ' * words}\n\n## As the article has it\n\n## Keep\n\n**In your own code** one line.\n\n## At work"
    figure = {"cell_type": "code", "source": [], "metadata": {"tags": ["hide-input"]}, "outputs": [drawing]}
    fold = "<details><summary>Hint 1</summary>" + "folded " * 2000 + "</details>"
    seen = {
        "cell_type": "code",
        "source": code,
        "metadata": {},
        "outputs": [{"text": ["1.1: correct. " + "a " * 50]}],
    }
    markdown = [{"cell_type": "markdown", "source": [one], "metadata": {}} for one in (fold, text)]
    return [markdown[0], figure, markdown[1], figure, seen]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"words": 1300}, ["words: 1314, at most 1300"]),
        ({"lines": 15}, ["lines in a cell: 17, at most 15"]),
        ({"columns": 47}, ["columns of code: 47, at most 46"]),
        ({"predicts": 0}, ["Predict: 0, at least 1"]),
        ({"predicts": 2}, ["Predict: 2, only one"]),
    ],
    ids=["within", "words", "lines", "columns", "no Predict", "two"],
)
def test_a_fault_is_named(tmp_path: Path, change: dict[str, int], said: list[str]) -> None:
    path = tmp_path / "01-x" / "1-y.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({"cells": cells(**change)}), encoding="utf-8")
    assert [one for one in faults(path) if "pictures" not in one] == said
