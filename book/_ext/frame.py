"""What stands around a page's text: logo, where to run it, what link previews show, links onwards."""

import re
from html import escape
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from openings import BOOK, opening

PREVIEW = (1200, 630)  # what link previews cut to; tools/preview.py draws it


def set_logo(app: Sphinx, config: Config) -> None:
    """Put the logo into the page: as part of it, it has the colours of the theme that is on."""
    drawing = (BOOK / "_static" / "logo.svg").read_text(encoding="utf-8").strip()
    config.html_theme_options["logo"] = {"text": f"{drawing} {escape(config.html_title)}"}


def doors(url: str, branch: str, docname: str) -> str:
    """Write the links below a notebook's title; Binder looks for a repository, so there must be one."""
    place = url.removeprefix("https://github.com/")
    path = f"{docname}.ipynb"
    links = [("Open in Colab", f"https://colab.research.google.com/github/{place}/blob/{branch}/{path}")]
    if "_" not in place.split("/")[0]:  # the placeholder: GitHub allows no underscore in an owner's name
        address = f"https://mybinder.org/v2/gh/{place}/{branch}?urlpath={quote(f'lab/tree/{path}', safe='')}"
        links.append(("Open in Binder", address))
    return " ".join(f'<a href="{escape(address)}">{words}</a>' for words, address in links)


def link_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put plain links to where it runs below the title of every page that is a notebook."""
    title = doctree.next_node(nodes.title)
    if title is None or not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    options = app.config.html_theme_options
    links = doors(options["repository_url"], options["repository_branch"], docname)
    title.parent.insert(
        title.parent.index(title) + 1, nodes.raw("", f'<p class="run-it">{links}</p>', format="html")
    )


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Say what search engines and link previews show: title, first paragraph, picture."""
    if doctree is None:
        return
    text = next((paragraph.astext() for paragraph in doctree.findall(nodes.paragraph)), "")
    title = re.sub("<[^>]+>", "", context["title"])
    if pagename == app.config.root_doc:
        context["docstitle"] = ""  # else the browser's tab would say the course's name twice
    words = escape(" ".join(text.split())[:300])
    base, (width, height) = app.config.html_baseurl, PREVIEW
    tags = {
        "og:type": "website", "og:site_name": escape(app.config.html_title), "og:title": title,
        "og:description": words, "og:url": f"{base}{pagename}.html", "og:image": f"{base}_static/preview.png",
        "og:image:width": width, "og:image:height": height, "og:image:alt": "The first page of this course",
    }  # fmt: skip
    lines = [f'<meta property="{name}" content="{content}">' for name, content in tags.items()]
    lines.append(f'<meta name="description" content="{words}">')
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    context["metatags"] = "\n".join([context.get("metatags", ""), *lines])


def say_why(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Add to the links at a page's end why one would go there: what stands below that page's title."""
    for way in ("prev", "next"):
        link = context.get(way) or {"link": "index.html"}  # neither that nor the first page needs a reason
        name = link["link"].rsplit("/", 1)[-1].removesuffix(".html")
        if name != "index":
            (path,) = [path for kind in (".ipynb", ".md") if (path := BOOK / f"{name}{kind}").exists()]
            context[f"{way}_title"] = f'{link["title"]}<span class="why">{opening(path)}</span>'


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", set_logo)
    app.connect("doctree-resolved", link_notebook)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", say_why)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
