"""What `make handouts` prints and writes: exercises alone on the sheet, everything in the key."""

import builtins
import re
from pathlib import Path

import nbformat
import pytest

from tests.helpers.project import LESSONS, ROOT, load, markdown
from tools.handouts import EXERCISE, names, notebook, sheet

pytestmark = pytest.mark.site

CHAPTERS = sorted({path.parent for path in LESSONS})


def lessons_of(folder: Path) -> list[str]:
    return [path.with_suffix("").relative_to(ROOT).as_posix() for path in sorted(folder.glob("*.ipynb"))]


def numbers_of(lessons: list[str]) -> list[str]:
    titles = (EXERCISE.findall(markdown(load(ROOT / f"{lesson}.ipynb"))) for lesson in lessons)
    return [title.split(":")[0] for page in titles for title in page]


def test_a_sheet_asks_every_exercise_and_gives_nothing_away() -> None:
    folder = CHAPTERS[3]
    lessons = lessons_of(folder)
    blank, key = (sheet(folder.relative_to(ROOT).as_posix(), lessons, key) for key in (False, True))
    for text in (blank, key):
        assert re.findall(r"<h3>(Exercise [\d.]+\w?)", text) == numbers_of(lessons)
    assert blank.count('class="room"') == len(numbers_of(lessons)) > 0
    assert "<details" not in blank
    assert "not attempted" not in blank
    assert "Ninety-five of a hundred" in key, "said after 4.1 is solved"
    assert "Ninety-five of a hundred" not in blank
    assert key.count(">Solution<") >= len(numbers_of(lessons))


@pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)
def test_a_notebook_of_exercises_holds_what_they_need(folder: Path) -> None:
    lessons = lessons_of(folder)
    for answers in (False, True):
        made = nbformat.reads(notebook(folder.name, lessons, answers), as_version=4)
        text = "\n".join(cell.source for cell in made.cells)
        assert re.findall(r"(?m)^### (Exercise [\d.]+\w?)", text) == numbers_of(lessons)
        assert ("<summary>Hint" in text) == answers
        code = [names(cell) for cell in made.cells if cell.cell_type == "code"]
        bound, used = (set().union(*part) for part in zip(*code, strict=True))
        assert used - bound - {*dir(builtins), "display", "get_ipython"} == set()
