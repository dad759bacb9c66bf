"""Ways through the course, whose titles and minutes are read from its lessons."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lesson_map import Page, number_of, read_chapters, total, words
from relative_links import left_out_line
from result_tables import markdown_table


def find(number: str, chapters: list[Page]) -> Page:
    """Find chapter "3" or lesson "3.1"; a chapter that is one notebook stands for its lessons."""
    chapter, _, lesson = number.partition(".")
    for page in (page for page in chapters if page.title.startswith(f"{chapter} ")):
        if not lesson or not page.lessons:
            return page
        for inside in page.lessons:
            if number_of(inside).strip() == number:
                return inside
    raise LookupError(f"there is no {number}")


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


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("plan", Plan)
