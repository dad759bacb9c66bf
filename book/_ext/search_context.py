"""A line of context for each hit of the search; Sphinx would fetch it, which browsers refuse from a file."""

import html
import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx


def first_words(element: nodes.Element) -> str:
    """Give the beginning of the first paragraph, without formulas."""
    for paragraph in element.findall(nodes.paragraph):
        parts = paragraph.findall(lambda node: isinstance(node, nodes.Text | nodes.math))
        text = "".join("…" if isinstance(part.parent, nodes.math) else str(part) for part in parts)
        return html.escape(shorten(text, 100, placeholder=" …"))
    return ""


def places(document: str, tree: nodes.document) -> Iterator[tuple[str, str]]:
    """Give the address and first words of the page, its sections, and its terms."""
    yield document, first_words(tree)
    for section in tree.findall(nodes.section):
        yield from ((f"{document}#{name}", first_words(section)) for name in section["ids"])
    for item in tree.findall(addnodes.glossary):
        for entry in item.findall(nodes.definition_list_item):
            terms = [name for term in entry.findall(nodes.term) for name in term["ids"]]
            yield from ((f"{document}#{name}", first_words(entry)) for name in terms)


def add_context(app: Sphinx, error: Exception | None) -> None:
    """Write them into the index, for search_scorer.js."""
    path = Path(app.outdir) / "searchindex.js"
    if error is None and path.exists():
        trees = ((name, app.env.get_doctree(name)) for name in sorted(app.env.found_docs))
        lines = dict(place for name, tree in trees for place in places(name, tree))
        index = path.read_text(encoding="utf-8")
        context = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
        path.write_text(f"Search.context={context};{index}", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", add_context)
