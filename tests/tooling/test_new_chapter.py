"""`make chapter`: what it writes is whole, and entered once in each list."""

import ast
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.book.test_notebooks import SECTIONS, TAGS
from tests.helpers.project import CHAPTERS, ROOT, code_cells, load, source
from tools import chapter
from tools.colab import rules

LISTS = ("_toc.yml", "lessons_pkg/exercises/__init__.py")
NEXT = len(CHAPTERS) + 1


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A copy of what `make chapter` touches, after it."""
    for folder in ("book", "tests", "lessons_pkg/exercises"):
        (tmp_path / folder).mkdir(parents=True)
    for path in CHAPTERS:
        (tmp_path / "book" / path.name).touch()
    for name in LISTS:
        shutil.copy(ROOT / name, tmp_path / name)
    chapter.begin(tmp_path, "a-trial", "A trial")
    return tmp_path


def test_it_is_entered_once_behind_the_last_chapter(begun: Path) -> None:
    for name in LISTS:
        before, after = ((root / name).read_text(encoding="utf-8").splitlines() for root in (ROOT, begun))
        added = [line for line in after if line not in before]
        assert [line for line in after if line in before] == before
        assert all(str(NEXT) in line for line in added)
        for line in added:
            assert str(NEXT - 1) in after[after.index(line) - 1]
    assert len(added) == 2


def test_its_notebook_has_every_part_that_the_gate_asks_for(begun: Path) -> None:
    path = begun / "book" / f"{NEXT:02d}-a-trial.ipynb"
    notebook = load(path)
    written = (ROOT / "tools" / "new" / "chapter.txt").read_text(encoding="utf-8")
    assert len(notebook["cells"]) == len(re.findall("(?m)^=== ", written))
    text = "\n".join(source(cell) for cell in notebook["cells"])
    headings = re.findall(r"(?m)^## (.+)$", text)
    assert [heading.split(":")[0] for heading in headings] == SECTIONS
    assert not re.search(r"@[A-Z]+@", text)
    assert rules.text_problems(notebook) == rules.code_problems(notebook) == []
    tags = [tag for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])]
    assert sorted(tags) == sorted({"taught", "hide-output", "hide-cell"} & TAGS)
    assert any(
        "def line_points(" in source(cell) and '"""' not in source(cell) for cell in code_cells(notebook)
    )
    assert json.loads(path.read_text(encoding="utf-8"))["cells"][0]["id"] == "title"


def test_its_exercise_and_their_test_are_programs_about_this_chapter(begun: Path) -> None:
    for name in (f"lessons_pkg/exercises/chapter{NEXT:02d}.py", f"tests/test_checks_chapter{NEXT:02d}.py"):
        program = (begun / name).read_text(encoding="utf-8")
        ast.parse(program)
        assert f'"{NEXT:02d}.1"' in program


@pytest.mark.parametrize(
    "given", [(), ("Weight Decay", "x"), ("weight-decay", "")], ids=["nothing", "spaces", "no title"]
)
def test_without_a_name_and_a_title_it_says_what_it_needs(
    given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert chapter.main(list(given)) == 1
    assert capsys.readouterr().out == f"{chapter.ASK}\n"
