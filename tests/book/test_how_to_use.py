"""How to use this course: its times are the chapters', its commands and doors exist."""

import json
import re
from pathlib import Path

import pytest
import yaml
from minutes import read_chapter, read_chapters

from tests.helpers.project import CHAPTERS, HTML, ROOT, load, source
from tests.site.test_site import Cells

PAGE = (ROOT / "book" / "how-to-use-this-course.md").read_text(encoding="utf-8")


def test_the_minutes_are_those_that_the_chapters_announce() -> None:
    found = read_chapters()
    assert [chapter.path for chapter in found] == CHAPTERS
    for chapter in found:
        first = source(load(chapter.path)["cells"][0])
        assert first.startswith(f"# {chapter.title}\n")
        assert f"*Minutes*: {chapter.minutes}, exercises included." in first
        assert f"*You need*: {chapter.needs}" in first


def test_a_chapter_without_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "01-x.ipynb"
    path.write_text(json.dumps({"cells": [{"source": ["# 1 · X\n", "*Minutes*: 90"]}]}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"01-x\.ipynb: the first cell needs a title and a line"):
        read_chapter(path)


def test_no_time_is_typed_by_hand() -> None:
    assert "```{chapter-times}\n```" in PAGE
    assert not re.search(r"(?i)\d+\s*(?:min|hour)", PAGE)


def test_every_command_and_file_that_the_page_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    named = re.findall(r"(?m)(?:`|^)make ([a-z-]+)\b", PAGE)
    assert {"book", "repository"} <= set(named)
    assert set(named) <= targets
    for name in re.findall(r"`([\w.]+\.(?:md|cff|yml))`", PAGE):
        assert (ROOT / name).is_file(), name


def test_the_page_says_what_is_not_tested_and_the_toc_has_both_pages() -> None:
    doors = [
        line for line in PAGE.split("## Doors")[1].split("\n## ")[0].splitlines() if line.startswith("- ")
    ]
    assert len(doors) == 9
    assert all(re.search(r"\*Tested\*[ :]\S*", line) for line in doors)
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    (reference,) = [part["chapters"] for part in parts if part["caption"] == "Reference"]
    files = [chapter["file"] for chapter in reference]
    assert files[0] == "book/how-to-use-this-course"
    assert "book/from-error-to-chapter" in files


@pytest.mark.site
def test_the_built_table_has_every_chapter_and_the_sum() -> None:
    table = Cells()
    table.feed((HTML / "book" / "how-to-use-this-course.html").read_text(encoding="utf-8"))
    rows = [row for row in table.rows if len(row) == 3]
    chapters = read_chapters()
    for chapter in chapters:
        assert [chapter.title, str(chapter.minutes), chapter.needs] in rows
    assert ["all", str(sum(chapter.minutes for chapter in chapters)), ""] in rows
