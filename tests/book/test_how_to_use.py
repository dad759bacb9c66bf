"""How to use this course, for readers and for teachers: times are the lessons', what is named exists."""

import json
import re
from pathlib import Path

import pytest
from lesson_map import find, read_chapters, total
from lesson_map import words as words_of

from tests.helpers.edition import chapters_of_edition
from tests.helpers.html import Cells
from tests.helpers.project import HTML, ROOT

PAGE = (ROOT / "book" / "how-to-use-this-course.md").read_text(encoding="utf-8")
TEACHERS = (ROOT / "book" / "reference" / "for-teachers.md").read_text(encoding="utf-8")


def test_a_chapters_minutes_are_its_lessons(tmp_path: Path) -> None:
    book = tmp_path / "book"
    lesson = "# {}\n\n**Why *{}*?**\n\n*You need*: {}. *Minutes*: {}, exercises included."
    for name, words in {
        "01-a/1-x.ipynb": ("X", "x", "nothing", "25 to 40"),
        "01-a/2-y.ipynb": ("Y", "y", "lesson 1", "20"),
        "02-b/1-z.ipynb": ("Z", "z", "chapter 1", "90"),
    }.items():
        path = book / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"cells": [{"source": [lesson.format(*words)]}]}), encoding="utf-8")
    for name, title in {"01-a": "1 · A", "02-b": "2 · B"}.items():
        (book / name / "index.md").write_text(f"# {title}\n\n**Really?**\n", encoding="utf-8")
    one, two = read_chapters(book=book)
    assert [one.title, one.question, one.needs, one.minutes] == ["1 · A", "Really?", "nothing", (45, 60)]
    assert [lesson.minutes for lesson in one.lessons] == [(25, 40), (20, 20)]
    assert [two.link, words_of(two.minutes)] == ["[2 · B](/book/02-b/index.md)", "90"]
    assert one.link == "[1 · A](/book/01-a/index.md)"
    assert words_of(total([one, two])) == "135\N{EN DASH}150"


@pytest.mark.parametrize("page", [PAGE, TEACHERS], ids=["readers", "teachers"])
def test_no_time_is_typed_by_hand(page: str) -> None:
    assert "```{plan} " in page
    assert not re.search(r"(?i)\d+\s*(?:min|hour)", page)


def test_a_plan_names_what_exists() -> None:
    chapters = read_chapters()
    first, last = chapters[0], chapters[-1]
    assert find("1", chapters) == first
    assert find("1.2", chapters) == first.lessons[1]
    assert find(last.title.split()[0], chapters) == last
    for number in ("1.9", "99", "99.1", "x"):
        with pytest.raises(LookupError, match=f"there is no {number}"):
            find(number, chapters)


def test_every_command_and_file_that_the_page_for_teachers_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    named = re.findall(r"(?m)(?:`|^)make ([a-z-]+)\b", TEACHERS)
    assert {"book", "repository"} <= set(named)
    assert set(named) <= targets
    for name in re.findall(r"`([\w.]+\.(?:md|cff|yml))`", TEACHERS):
        assert (ROOT / name).is_file(), name


@pytest.mark.site
@pytest.mark.parametrize(
    ("page", "weeks"), [("how-to-use-this-course", []), ("reference/for-teachers", [4, 8, 13])]
)
def test_the_built_plans_add_up_the_minutes_of_what_they_link_to(page: str, weeks: list[int]) -> None:
    table = Cells()
    table.feed((HTML / "book" / f"{page}.html").read_text(encoding="utf-8"))
    rows = [row for row in table.rows if len(row) == 3]
    course, edition = read_chapters(), chapters_of_edition()
    present = {page.path: page for chapter in edition for page in (chapter, *chapter.lessons)}
    counts = []
    for plan in re.findall(r"(?s)```{plan} \w+\n(.*?)\n```", TEACHERS if weeks else PAGE):
        lines = [line.split(": ") for line in plan.splitlines()]
        counts.append([len(lines), 0])
        for label, numbers in lines:
            paths = dict.fromkeys(find(number, course).path for number in numbers.split(", "))
            if pages := [present[path] for path in paths if path in present]:
                counts[-1][1] += 1
                wanted = [str(counts[-1][1]) if weeks else label, words_of(total(pages))]
                titles = [row[1] for row in rows if row[::2] == wanted]
                assert any(all(found.title in said for found in pages) for said in titles), wanted
    if weeks:
        assert [lines for lines, _ in counts] == weeks
        left = [week for _, kept in counts for week in range(1, kept + 1)]
        assert [int(row[0]) for row in rows if row[0].isdigit()] == left


@pytest.mark.site
def test_the_built_table_has_every_chapter_and_the_sum() -> None:
    table = Cells()
    table.feed((HTML / "book" / "reference" / "for-teachers.html").read_text(encoding="utf-8"))
    rows = [row for row in table.rows if len(row) == 3]
    chapters = chapters_of_edition()
    for chapter in chapters:
        assert [chapter.title, words_of(chapter.minutes), chapter.needs] in rows
    assert ["all", words_of(total(chapters)), ""] in rows
