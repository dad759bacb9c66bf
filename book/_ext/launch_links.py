"""Below each notebook's title: where its student copy runs, which `make book` writes. And link previews."""

import os
import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

BRANCH = os.environ.get("NOTEBOOKS", "notebooks")  # CI pushes it; a tag has one of its own
COLAB = "https://colab.research.google.com/github/{place}/blob/{branch}/{path}"


def link_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the line below the title: tools/student_notebooks.py writes what it leads to."""
    title = doctree.next_node(nodes.title)
    if title is None or not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    path = f"{docname.removeprefix('book/')}.ipynb"
    place = app.config.html_theme_options["repository_url"].removeprefix("https://github.com/")
    colab = COLAB.format(place=place, branch=BRANCH, path=path)
    download = f"{'../' * docname.count('/')}notebooks/{path}"
    line = (
        f'<p class="run-it"><a href="{escape(colab)}">Open in Colab</a> '
        f'<a href="{escape(download)}" download>Download</a></p>'
    )
    title.parent.insert(title.parent.index(title) + 1, nodes.raw("", line, format="html"))


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Say what search engines and link previews show: title, first paragraph, picture."""
    if doctree is None:
        return
    if pagename == app.config.root_doc:
        context["docstitle"] = ""  # else the browser's tab would say the course's name twice
    text = next((paragraph.astext() for paragraph in doctree.findall(nodes.paragraph)), "")
    words, base = escape(" ".join(text.split())[:300]), app.config.html_baseurl
    tags = {
        "og:type": "website", "og:site_name": escape(app.config.html_title),
        "og:title": re.sub("<[^>]+>", "", context["title"]), "og:description": words,
        "og:url": f"{base}{pagename}.html", "og:image": f"{base}_static/preview.png",
        "og:image:alt": "The first page of this course",
    }  # fmt: skip
    lines = [f'<meta property="{name}" content="{content}">' for name, content in tags.items()]
    lines.append(f'<meta name="description" content="{words}">')
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    context["metatags"] = "\n".join([context.get("metatags", ""), *lines])


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("doctree-resolved", link_notebook)
    app.connect("html-page-context", describe)
