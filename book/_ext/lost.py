"""The page for addresses that lead nowhere: GitHub Pages shows 404.html, at whatever depth was asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

NAME = "404"
BODY = """<h1>There is no such page</h1>
<p>The address is mistyped, or the page has another name now. Search for what you need:</p>
<form class="lost" action="search.html" role="search"><input name="q" type="search" aria-label="Search the course">
<button>Search</button></form>
<p>Or begin at <a href="book/index.html">the first page</a>, look up
<a href="book/from-error-to-chapter.html">an error message</a> or <a href="book/glossary.html">a word</a>.</p>"""


def lost_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give Sphinx the page."""
    yield NAME, {"title": "No such page", "body": BODY}, "page.html"


def set_base(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Make the page's links hold from any depth: they start at the root of the published book."""
    if pagename == NAME:
        base = urlsplit(app.config.html_baseurl).path or "/"
        tags = f'<base href="{base}">\n<meta name="robots" content="noindex">'
        context["metatags"] = f"{tags}\n{context.get('metatags', '')}"


def keep_to_the_page(app: Sphinx, error: Exception | None) -> None:
    """Let links within the page stay there: they start at the root, too."""
    path = Path(app.outdir) / f"{NAME}.html"
    if error is None and path.exists():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('href="#', f'href="{NAME}.html#'), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-collect-pages", lost_page)
    app.connect("html-page-context", set_base)
    app.connect("build-finished", keep_to_the_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
