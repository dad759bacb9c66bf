"""The page for addresses that lead nowhere: GitHub Pages shows 404.html, at whatever depth was asked for."""

import re
from collections.abc import Iterator
from pathlib import Path
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
    """Give Sphinx the page."""
    yield "404", {"title": "No such page", "body": BODY}, "page.html"


def hold_from_any_depth(app: Sphinx, error: Exception | None) -> None:
    """Make the page's addresses start at the root of the published book; links within the page stay."""
    path = Path(app.outdir, "404.html")
    if error is None and path.exists():
        base = urlsplit(app.config.html_baseurl).path or "/"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'(\s(?:href|src|action)=")(?![#/]|[a-z]+:)', rf"\g<1>{base}", text)
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-collect-pages", not_found_page)
    app.connect("build-finished", hold_from_any_depth, priority=950)  # after the pages were made lighter
    return {"parallel_read_safe": True, "parallel_write_safe": True}
