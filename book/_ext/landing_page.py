"""The first page: a slider out of a chapter, and the chapters by the questions that they answer."""

import json
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lesson_map import BOOK, read_chapters

SLIDER = re.compile(r'(?s)<figure class="lesson-slider".*')


class StoredSlider(SphinxDirective):
    """``{slider} 01-mse-regression``: that chapter's first slider, as it is stored."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the slider from the notebook, or from the first lesson that has one."""
        paths = [BOOK / f"{self.arguments[0]}.ipynb", *sorted(BOOK.glob(f"{self.arguments[0]}/*.ipynb"))]
        for path in filter(lambda path: path.exists(), paths):
            self.env.note_dependency(str(path))
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                for output in cell.get("outputs", []):
                    if SLIDER.match(page := "".join(output.get("data", {}).get("text/html", ""))):
                        return [nodes.raw("", page, format="html")]
        raise self.error(f"no stored slider in {self.arguments[0]}")


class Questions(SphinxDirective):
    """``{questions}``: every chapter, by the question below its title."""

    def run(self) -> list[nodes.Node]:
        """Build a list from the chapters."""
        text = "\n".join(f"- {page.link}\\\n  {page.question}" for page in read_chapters(self.env))
        (listed,) = self.parse_text_to_nodes(text)
        listed["classes"].append("questions")  # type: ignore[index]
        return [listed]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("slider", StoredSlider)
    app.add_directive("questions", Questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
