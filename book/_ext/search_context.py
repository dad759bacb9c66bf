"""A line of context for each hit of the search; Sphinx would fetch it, which browsers refuse from a file.

The index is the largest file that a reader loads. What is looked up by name needs no context, and a drawing's
labels, which Sphinx joins to words like "10weight", no place in it.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

WITHOUT = ("book/ledger", "book/reference/ledger-evidence", "book/package-api")
LABELS = re.compile(r"\d+[^\W\d_]{2,}.*|[^_]{25,}")


def first_words(element: nodes.Element) -> str:
    """Give the beginning of the first paragraph, with the shortest of its formulas."""
    paragraph = next(iter(element.findall(nodes.paragraph)), nodes.paragraph())
    parts = (
        "…" if isinstance(text.parent, nodes.math) and re.search(r"[\\{]", text) else text
        for text in paragraph.findall(nodes.Text)
    )
    return html.escape(shorten("".join(parts), 80, placeholder=" …"))


def places(document: str, tree: nodes.document) -> Iterator[tuple[str, str]]:
    """Give the address and first words of the page, its sections, and its terms."""
    yield document, first_words(tree)
    for section in tree.findall(nodes.section):
        yield from ((f"{document}#{name}", first_words(section)) for name in section["ids"])
    for item in tree.findall(addnodes.glossary):
        for entry in item.findall(nodes.definition_list_item):
            terms = [name for term in entry.findall(nodes.term) for name in term["ids"]]
            yield from ((f"{document}#{name}", first_words(entry)) for name in terms)


def dense(value: object) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def add_context(app: Sphinx, error: Exception | None) -> None:
    """Write them into the index, for search_scorer.js."""
    path = Path(app.outdir) / "searchindex.js"
    if error is None and path.exists():
        pages = sorted({*app.env.found_docs}.difference(WITHOUT))
        context = dict(place for name in pages for place in places(name, app.env.get_doctree(name)))
        index = json.loads(re.sub(r"^Search\.setIndex\(|\)$", "", path.read_text(encoding="utf-8")))
        index["terms"] = {word: where for word, where in index["terms"].items() if not LABELS.fullmatch(word)}
        path.write_text(f"Search.context={dense(context)};Search.setIndex({dense(index)})", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("build-finished", add_context)
