"""Links between sources, ``../glossary.md#term-loss``: to anything that has an id, and to pages left out."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform


def page_link(env: BuildEnvironment, words: str, page: str, anchor: str = "") -> addnodes.pending_xref:
    """Make the node that a source's ``[words](page.md#anchor)`` becomes; ``page`` is below book/."""
    return addnodes.pending_xref(
        "", nodes.inline("", words), refdomain="doc", reftarget=f"book/{page}", reftargetid=anchor or None,
        refdoc=env.docname, reftype="myst", refexplicit=True,
    )  # fmt: skip


def know_every_id(app: Sphinx, doctree: nodes.document) -> None:
    """Tell MyST the ids of a page's glossary terms and table rows; it asks only for headings."""
    here = app.env.docname
    known: dict[str, tuple[int, str, str]] = app.env.metadata[here].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.Element):
        names: list[str] = node.get("ids", [])
        for name in names:
            known[name] = (node.line or 0, name, known.get(name, (0, "", ""))[2])
    for link in doctree.findall(addnodes.pending_xref):  # `#name` alone: an id of this page
        if link["reftype"] == "myst" and link["reftarget"] in known:
            link.attributes.update(refdomain="doc", reftarget=here, reftargetid=link["reftarget"])


def left_out_line(sources: Iterable[Path]) -> nodes.paragraph:
    """Name pages that this edition leaves out: a lesson with its number, which a chapter has in its title."""
    titles = []
    for source in sorted(set(sources)):
        title = re.search(r"# (.+?)(?:\\n)?[\"\n]", source.read_text(encoding="utf-8"))
        number = re.search(r"/0*(\d+)-[^/]+/(\d+)-[^/]+$", source.as_posix())
        titles.append((f"{number[1]}.{number[2]} " if number else "") + (title[1] if title else source.stem))
    return nodes.paragraph("", "", nodes.emphasis("", f"Not in this edition: {'; '.join(titles)}"))


class LeftOut(SphinxPostTransform):
    """A page that is not in ``_toc.yml``: links to it become their words, and a line names it."""

    default_priority = 8  # MyST's own resolver has 9, and warns of a page that it does not know

    def run(self, **_: Any) -> None:
        """Replace the links of one page."""
        left_out: set[Path] = set()
        for link in list(self.document.findall(addnodes.pending_xref)):
            page = link["reftarget"]
            if link.get("refdomain") != "doc" or page in self.env.all_docs:
                continue
            for kind in (".ipynb", ".md"):
                if (source := Path(self.app.srcdir, page + kind)).exists():
                    left_out.add(source)
                    link.replace_self(link[0].children)
        if left_out:
            section = next(iter(self.document.findall(nodes.section)), self.document)
            section.append(left_out_line(left_out))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("doctree-read", know_every_id, priority=900)
    app.add_post_transform(LeftOut)
