"""The book's own address: a page that leads to the first one, and that link previews can read."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# No <head> tag, which HTML allows: what has one is a page of the theme to the code that makes pages lighter.
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'">
<title>{title}</title>
<meta name="viewport" content="width=device-width">
{tags}
<meta http-equiv="refresh" content="0; url={target}">
<p><a href="{target}">{title}</a></p>
</html>
"""


def write_door(app: Sphinx, error: Exception | None) -> None:
    """Replace Jupyter Book's redirect, which says nothing about where it leads."""
    if error is None and app.builder.name == "html":
        target = f"{app.config.root_doc}.html"
        first = (Path(app.outdir) / target).read_text(encoding="utf-8")
        tags = re.findall(r'<meta (?:property|name)="(?:og:|twitter:|description)[^>]+>', first)
        page = PAGE.format(title=app.config.html_title, target=target, tags="\n".join(tags))
        (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("build-finished", write_door, priority=950)  # after Jupyter Book wrote its own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
