"""Ways through the course, whose titles and minutes are read from its lessons."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lesson_map import Page, number_of, read_chapters, total, words
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
    """``{plan} Week``: a table of lines like ``2: 2, 3.1``, with links to what they name, and its minutes."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the table. A number without a page is an error."""
        chapters, rows = read_chapters(), []
        for label, _, numbers in (line.rpartition(": ") for line in self.content):
            try:
                pages = list(dict.fromkeys(find(number, chapters) for number in numbers.split(", ")))
            except LookupError as wrong:
                raise self.error(f"{label}: {wrong}") from None
            for page in pages:
                self.env.note_dependency(str(page.path))
            links = ", ".join(f"{number_of(page)}{page.link}" for page in pages)
            rows.append([label, links, words(total(pages))])
        return self.parse_text_to_nodes(markdown_table([self.arguments[0], "Lessons", "Minutes"], rows))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_directive("plan", Plan)
