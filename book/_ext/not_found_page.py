"""The page for addresses that lead nowhere: GitHub Pages shows 404.html, at whatever depth was asked for."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

BODY = """<h1>There is no such page</h1>
<p>The address is mistyped, or the page has another name now. Search for what you need:</p>
<form class="lost" action="search.html" role="search">
<input name="q" type="search" aria-label="Search the course"> <button>Search</button>
</form>
<p>Or begin at <a href="index.html">the first page</a>.</p>"""


def not_found_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Give Sphinx the page; its addresses start at the root of the published book."""
    base = f'<base href="{urlsplit(app.config.html_baseurl).path or "/"}">'
    yield "404", {"title": "No such page", "body": BODY, "metatags": base}, "page.html"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-collect-pages", not_found_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
