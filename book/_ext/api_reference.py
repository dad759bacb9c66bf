"""The package's reference, written by autodoc: docstrings link to the chapters, long formulas are aligned."""

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

CHAPTER = re.compile(r"book/(\d\d)-[\w-]+(?:/index)?")


def link_chapters(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn "Chapter 5" in a docstring into a link, where this edition has that chapter."""
    pages = {int(found[1]): page for page in app.env.found_docs if (found := CHAPTER.fullmatch(page))}

    def link(match: re.Match[str]) -> str:
        words = " ".join(match[0].split())
        page = pages.get(int(words.split()[-1]))
        return f":doc:`{words} </{page}>`" if page else words

    def link_all(match: re.Match[str]) -> str:
        return re.sub(r"(?:Chapters?\s)?\d+", link, match[0])

    lines[:] = re.sub(r"Chapters?\s\d+(?:\sand\s\d+)*", link_all, "\n".join(lines)).splitlines()


def align_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Align a docstring's formula of several lines: Sphinx does so itself, but not for KaTeX."""
    for content in doctree.findall(addnodes.desc_content):
        for block in content.findall(nodes.math_block):
            formula = block.astext()
            if "&" in formula and not formula.startswith(r"\begin"):
                block[:] = [nodes.Text(rf"\begin{{aligned}}{formula}\end{{aligned}}")]


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", link_chapters)
    app.connect("doctree-read", align_formulas)
