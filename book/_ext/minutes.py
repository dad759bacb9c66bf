"""Read from the chapters themselves how long each takes and what it needs."""

import json
import re
from pathlib import Path
from typing import NamedTuple

BOOK = Path(__file__).resolve().parents[1]
LINE = re.compile(r"(?m)^\*You need\*: (.+?)\.? \*Minutes\*: (\d+)\b")


class Chapter(NamedTuple):
    """One chapter, as its first cell announces it."""

    path: Path
    title: str
    needs: str
    minutes: int


def read_chapter(path: Path) -> Chapter:
    """Read one chapter's first cell. Raises ValueError that names the file if the line is missing."""
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title, line = re.match(r"# (.+)", first), LINE.search(first)
    if title is None or line is None:
        raise ValueError(f"{path.name}: the first cell needs a title and a line '*You need*: … *Minutes*: N'")
    return Chapter(path, title[1], line[1], int(line[2]))


def read_chapters(book: Path = BOOK) -> list[Chapter]:
    """Read all chapters, in order."""
    return [read_chapter(path) for path in sorted(book.glob("[0-9][0-9]-*.ipynb"))]
