"""Each lesson within its budget."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.project import LESSONS, load, name_of
from tools.lesson_budget import faults, measure


@pytest.mark.parametrize("path", LESSONS, ids=name_of)
def test_a_lesson_keeps_its_budget(path: Path) -> None:
    print(*measure(path), sep="\n")
    assert not faults(path)


def cell(kind: str, *lines: str) -> dict[str, Any]:
    return {"cell_type": kind, "source": [*lines], "metadata": {}, "outputs": []}


def test_what_is_too_much_is_named_and_folds_are_not_counted(tmp_path: Path) -> None:
    path = tmp_path / LESSONS[0].parent.name / LESSONS[0].name
    path.parent.mkdir()
    lesson = load(LESSONS[0])
    lesson["cells"].append(cell("markdown", "<details>" + "folded " * 2000 + "</details>"))
    path.write_text(json.dumps(lesson), encoding="utf-8")
    assert [said for said in faults(path) if "At work" not in said] == []
    long = ["predict('1.1', [])\n", "x" * 47 + "\n", *["y\n"] * 14]
    lesson["cells"] += [cell("markdown", "word " * 1300), cell("code", *long)]
    path.write_text(json.dumps(lesson), encoding="utf-8")
    said = " ".join(faults(path))
    for words in (
        "words: ",
        "lines in a cell: 16, at most 15",
        "columns of code: 47,",
        "Predict: 2, only one",
    ):
        assert words in said
