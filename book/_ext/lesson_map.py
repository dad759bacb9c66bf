"""The course as its pages announce it: what each chapter and lesson asks, needs and takes; the first page."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from relative_links import left_out_line
from result_tables import markdown_table

BOOK = Path(__file__).resolve().parents[1]
TITLE = re.compile(r"(?m)^# (.+)\n\n(.+)$")
NEEDS = re.compile(r"(?m)^\*You need\*: (.+?)\.?(?= \*Minutes\*|$)")
MINUTES = re.compile(r"(?m)\*Minutes\*: (\d+)(?:(?: to |[^\d\s])(\d+))?\b")
SLIDER = re.compile(r'(?s)<figure class="lesson-slider".*')

NO_SUCH_PAGE = """<h1>There is no such page</h1>
<p>The address is mistyped, or the page has another name now. Search for what you need:</p>
<form class="lost" action="search.html" role="search">
<input name="q" type="search" aria-label="Search the course"> <button>Search</button>
</form>
<p>Or begin at <a href="index.html">the first page</a>.</p>"""
ELSEWHERE = """<script>{
const base = document.querySelector("base");
if (location.protocol === "file:") base.remove();
else if (!location.pathname.startsWith(base.getAttribute("href"))) base.href = "/";
}</script>"""


class Page(NamedTuple):
    """A lesson, or a chapter: ``index.md`` in a folder of lessons."""

    path: Path
    title: str
    question: str
    needs: str
    minutes: tuple[int, int]  # the least that it takes, and the most
    lessons: "tuple[Page, ...]" = ()

    @property
    def link(self) -> str:
        """The title as a link that works from any page of the book."""
        address = self.path.as_posix()
        return f"[{self.title}]({address[address.rindex('/book/') :]})"


def read_page(path: Path, lessons: tuple[Page, ...] = ()) -> Page:
    """Read what one page announces. Raises ValueError that names the file if something is missing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "".join(json.loads(text)["cells"][0]["source"])
    title, needs, minutes = TITLE.search(text), NEEDS.search(text), MINUTES.search(text)
    if title is None or not (lessons or (needs and minutes)):
        name = f"{path.parent.name}/{path.name}"
        raise ValueError(f"{name}: it needs a title, a question, and '*You need*: … *Minutes*: N'")
    own = (int(minutes[1]), int(minutes[2] or minutes[1])) if minutes else (0, 0)
    question, need = (
        re.sub(r"\*\*|\[([^]]+)\]\([^)]+\)", r"\1", words)  # its links are meant from there
        for words in (title[2], needs[1] if needs else lessons[0].needs)
    )
    return Page(path, title[1], question, need, total(lessons) if lessons else own, lessons)


def number_of(page: Page) -> str:
    """Write a lesson's number, "3.1 "; that of a chapter is in its title."""
    chapter, lesson = page.path.parent.name.split("-")[0], page.path.name.split("-")[0]
    return f"{int(chapter)}.{lesson} " if chapter.isdigit() and lesson.isdigit() else ""


def total(pages: Sequence[Page]) -> tuple[int, int]:
    """Add the minutes of pages."""
    return sum(page.minutes[0] for page in pages), sum(page.minutes[1] for page in pages)


def words(minutes: tuple[int, int]) -> str:
    """Write a range of minutes."""
    return "\N{EN DASH}".join(map(str, dict.fromkeys(minutes)))


def read_chapters(env: BuildEnvironment | None = None, book: Path = BOOK) -> list[Page]:
    """Read all chapters in order; with ``env`` what is in this edition, and build again when it changes."""

    def in_edition(path: Path) -> bool:
        if env is not None:
            env.note_dependency(str(path))
        return env is None or env.path2doc(path) in env.found_docs

    chapters = []
    for chapter in sorted(book.glob("[0-9][0-9]-*/index.md")):
        lessons = sorted(chapter.parent.glob("[0-9]*.ipynb"))
        if in_edition(chapter):
            chapters.append(
                read_page(chapter, tuple(read_page(lesson) for lesson in lessons if in_edition(lesson)))
            )
    return chapters


def find(number: str, chapters: list[Page]) -> Page:
    """Find chapter "3" or lesson "3.1"."""
    for page in (each for chapter in chapters for each in (chapter, *chapter.lessons)):
        if number == (number_of(page).strip() or page.title.split(" ")[0]):
            return page
    raise LookupError(f"there is no {number}")


class ChapterTimes(SphinxDirective):
    """``{chapter-times}``: every chapter with its minutes and what it needs; ``{lessons}`` of one chapter.

    ``{lessons} 1 2`` lists some of them, from the first number to the second.
    """

    optional_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Build the table, with the sum below."""
        pages, head, last = read_chapters(self.env), ["Chapter", "Minutes", "You need"], "needs"
        if self.name == "lessons":
            head, last = ["Lesson", "Minutes", "Its question"], "question"
            here = Path(self.env.doc2path(self.env.docname))
            start, stop = map(int, self.arguments or (1, 99))
            lessons = [lesson for page in pages if page.path == here for lesson in page.lessons]
            pages = [lesson for lesson in lessons if start <= int(lesson.path.name.split("-")[0]) <= stop]
        rows = [[number_of(page) + page.link, words(page.minutes), getattr(page, last)] for page in pages]
        (table,) = self.parse_text_to_nodes(markdown_table(head, [*rows, ["all", words(total(pages)), ""]]))
        table["classes"].append("times")  # type: ignore[index]
        return [table]


class StoredSlider(SphinxDirective):
    """``{slider} 01-mse-regression/1-one-training-step``: that lesson's first slider, as it is stored."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the slider from the notebook."""
        path = BOOK / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(path))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if SLIDER.match(page := "".join(output.get("data", {}).get("text/html", ""))):
                    return [nodes.raw("", page, format="html")]
        raise self.error(f"no stored slider in {path}")


class Plan(SphinxDirective):
    """``{plan} Week``: a table of lines like ``2: 2, 3.1``, with links to what they name, and its minutes.

    What this edition leaves out goes from the table to a line below it; weeks are counted without it.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the table. A number that no page of the course has is an error."""
        course, edition = read_chapters(), read_chapters(self.env)
        present = {page.path: page for chapter in edition for page in (chapter, *chapter.lessons)}
        rows: list[list[str]] = []
        left_out: list[Path] = []
        for label, _, numbers in (line.rpartition(": ") for line in self.content):
            try:
                named = list(dict.fromkeys(find(number, course).path for number in numbers.split(", ")))
            except LookupError as wrong:
                raise self.error(f"{label}: {wrong}") from None
            left_out += [path for path in named if path not in present]
            if pages := [present[path] for path in named if path in present]:
                links = ", ".join(f"{number_of(page)}{page.link}" for page in pages)
                rows.append([str(len(rows) + 1) if label.isdigit() else label, links, words(total(pages))])
        table = self.parse_text_to_nodes(markdown_table([self.arguments[0], "Lessons", "Minutes"], rows))
        return [*table, left_out_line(left_out)] if left_out else table


class Parts(SphinxDirective):
    """``{parts}``: for each part its hours, and its chapters by the question below their titles."""

    def run(self) -> list[nodes.Node]:
        """Build a list for each part of the contents that has chapters."""
        chapters = {self.env.path2doc(page.path): page for page in read_chapters(self.env)}
        contents, parts = self.env.external_site_map, []  # type: ignore[attr-defined]
        for part in contents.root.subtrees:
            pages = [chapters[document] for document in part.items if document in chapters]
            if not pages:
                continue
            lessons, (least, most) = sum(len(page.lessons) for page in pages), total(pages)
            hours = words((round(least / 60), round(most / 60)))
            lines = [f"**{part.caption}**: {lessons} lessons, {hours} hours\n"]
            lines += [f"- {page.link}\\\n  {page.question}" for page in pages]
            parts.append(nodes.container("", *self.parse_text_to_nodes("\n".join(lines)), classes=["part"]))
        return [nodes.container("", *parts, classes=["parts"])]


def not_found_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give Sphinx what GitHub Pages shows at whatever depth: its addresses start at the book's root.

    From a file, and from `make serve`, that is another root.
    """
    base = f'<base href="{urlsplit(app.config.html_baseurl).path or "/"}">' + ELSEWHERE
    yield "404", {"title": "No such page", "body": NO_SUCH_PAGE, "metatags": base}, "page.html"


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("chapter-times", ChapterTimes)
    app.add_directive("lessons", ChapterTimes)
    app.add_directive("slider", StoredSlider)
    app.add_directive("plan", Plan)
    app.add_directive("parts", Parts)
    app.connect("html-collect-pages", not_found_page)
