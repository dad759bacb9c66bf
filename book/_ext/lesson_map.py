"""The course as its pages announce it: chapters, their lessons, what each asks, needs and takes."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from result_tables import markdown_table

BOOK = Path(__file__).resolve().parents[1]
TITLE = re.compile(r"(?m)^# (.+)\n\n(.+)$")
NEEDS = re.compile(r"(?m)^\*You need\*: (.+?)\.?(?= \*Minutes\*|$)")
MINUTES = re.compile(r"(?m)\*Minutes\*: (\d+)(?:[^\d\s](\d+))?\b")


class Page(NamedTuple):
    """A lesson, or a chapter: a notebook, or a folder of lessons with ``index.md``."""

    path: Path
    title: str
    question: str
    needs: str
    minutes: tuple[int, int]
    lessons: "tuple[Page, ...]" = ()

    @property
    def link(self) -> str:
        """The title as a link that works from any page of the book."""
        address = self.path.as_posix()
        return f"[{self.title}]({address[address.rindex('/book/') :]})"


def first_text(path: Path) -> str:
    """Return a page's text, of a notebook the first cell's."""
    text = path.read_text(encoding="utf-8")
    return "".join(json.loads(text)["cells"][0]["source"]) if path.suffix == ".ipynb" else text


def read_page(path: Path, lessons: tuple[Page, ...] = ()) -> Page:
    """Read what one page announces. Raises ValueError that names the file if something is missing."""
    text = first_text(path)
    title, needs, minutes = TITLE.search(text), NEEDS.search(text), MINUTES.search(text)
    if title is None or not (lessons or (needs and minutes)):
        name = f"{path.parent.name}/{path.name}"
        raise ValueError(f"{name}: it needs a title, a question, and '*You need*: … *Minutes*: N'")
    own = (int(minutes[1]), int(minutes[2] or minutes[1])) if minutes else (0, 0)
    question = re.sub(r"\*\*|\[([^]]+)\]\([^)]+\)", r"\1", title[2])
    need = needs[1] if needs else lessons[0].needs
    return Page(path, title[1], question, need, total(lessons) if lessons else own, lessons)


def total(pages: Sequence[Page]) -> tuple[int, int]:
    """Add the minutes of pages: the least that they take, and the most."""
    return sum(page.minutes[0] for page in pages), sum(page.minutes[1] for page in pages)


def words(minutes: tuple[int, int]) -> str:
    """Write a range of minutes."""
    return "\N{EN DASH}".join(map(str, dict.fromkeys(minutes)))


def read_chapters(env: BuildEnvironment | None = None, book: Path = BOOK) -> list[Page]:
    """Read all chapters in order; with ``env`` only what is in this edition, and note what was read."""
    chapters = []
    for path in sorted(book.glob("[0-9][0-9]-*")):
        inside = tuple(map(read_page, filter(known(env), sorted(path.glob("[0-9]*.ipynb")))))
        file = path / "index.md" if path.is_dir() else path
        if file.exists() and known(env)(file):
            chapters.append(read_page(file, inside))
    return chapters


def known(env: BuildEnvironment | None) -> Any:
    """Make a test for whether a page belongs to this edition."""
    return lambda path: env is None or env.path2doc(path) in env.found_docs


def note(env: BuildEnvironment, chapters: list[Page]) -> None:
    """Read the page again when one of these changes."""
    for page in chapters:
        env.note_dependency(str(page.path))
        note(env, list(page.lessons))


class ChapterTimes(SphinxDirective):
    """``{chapter-times}``: every chapter with its minutes and what it needs."""

    def run(self) -> list[nodes.Node]:
        """Build the table, with the sum below."""
        chapters = read_chapters(self.env)
        note(self.env, chapters)
        rows = [[page.link, words(page.minutes), page.needs] for page in chapters]
        rows.append(["all", words(total(chapters)), ""])
        return self.parse_text_to_nodes(markdown_table(["Chapter", "Minutes", "You need"], rows))


class Lessons(SphinxDirective):
    """``{lessons}`` on a chapter's page: its lessons, what each asks, and how long it takes."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        here = Path(self.env.doc2path(self.env.docname))
        (chapter,) = [page for page in read_chapters(self.env) if page.path == here]
        note(self.env, [chapter])
        rows = [[page.link, page.question, words(page.minutes)] for page in chapter.lessons]
        rows.append(["all", "", words(chapter.minutes)])
        return self.parse_text_to_nodes(markdown_table(["Lesson", "asks", "Minutes"], rows))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("chapter-times", ChapterTimes)
    app.add_directive("lessons", Lessons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
