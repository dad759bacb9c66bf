"""The first page: a slider out of a chapter, and the chapters by the questions that they answer."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from minutes import read_chapters
from openings import BOOK, opening, slider
from relative_links import page_link


class StoredSlider(SphinxDirective):
    """``{slider} 01-mse-regression``: that chapter's slider, from its stored output; there is no copy."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the slider from the notebook."""
        path = BOOK / f"{self.arguments[0]}.ipynb"
        self.env.note_dependency(str(path))
        return [nodes.raw("", slider(path), format="html")]


class Questions(SphinxDirective):
    """``{questions}``: every chapter, by the question below its title."""

    def run(self) -> list[nodes.Node]:
        """Build a list from the chapters."""
        listed = nodes.bullet_list(classes=["questions"])
        for chapter in read_chapters():
            self.env.note_dependency(str(chapter.path))
            link = page_link(self.env, chapter.title, chapter.path.stem)
            asks = nodes.raw("", f"<br>{opening(chapter.path)}", format="html")
            listed += nodes.list_item("", nodes.paragraph("", "", link, asks))
        return [listed]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("slider", StoredSlider)
    app.add_directive("questions", Questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
