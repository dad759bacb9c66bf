"""The package's reference from its docstrings: every public name, by module, with links to the chapters."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

CHAPTERS = {int(path.name[:2]): path.stem for path in Path(__file__).parents[1].glob("[0-9]*.ipynb")}


def public_names(package: ModuleType) -> dict[str, list[str]]:
    """Map each module to its names: those of ``__all__`` or, where there is none, those defined there."""
    defined = [name for name, value in vars(package).items() if name[0] != "_"
               and getattr(value, "__module__", "") == package.__name__]  # fmt: skip
    modules: dict[str, list[str]] = {}
    for name in getattr(package, "__all__", defined):
        modules.setdefault(getattr(package, name).__module__, []).append(name)
    return dict(sorted(modules.items()))


def documented(package: ModuleType, name: str) -> str:
    """Write the line that asks autodoc for one name."""
    path = f"{package.__name__}.{name}"
    is_class = isinstance(getattr(package, name), type)
    return f".. autoclass:: {path}\n   :members:\n" if is_class else f".. autofunction:: {path}\n"


class PackageApi(SphinxDirective):
    """``{package-api} lessons_pkg.losses``: its names, one section for each module that defines some."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let autodoc write each name; a package's only module needs no section of its own."""
        package = import_module(self.arguments[0])
        modules = public_names(package)
        sections: list[nodes.Node] = []
        for path, names in modules.items():
            self.env.note_dependency(str(import_module(path).__file__))
            section = nodes.section(ids=[path.replace(".", "-").replace("_", "-")])
            section += nodes.title("", path.rpartition(".")[2])
            text = [str(import_module(path).__doc__), *(documented(package, name) for name in names)]
            lines = ["```{eval-rst}", *"\n\n".join(text).splitlines(), "```"]
            self.state.nested_parse(StringList(lines, path), self.content_offset, section)
            sections += [section] if len(modules) > 1 else section.children[1:]
        return sections


def link_chapters(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn "Chapter 5" in a docstring into a link, where the book has that chapter."""

    def link(match: re.Match[str]) -> str:
        words = " ".join(match[0].split())
        page = CHAPTERS.get(int(words.split()[-1]))
        return f":doc:`{words} </book/{page}>`" if page else words

    def link_all(match: re.Match[str]) -> str:
        return re.sub(r"(?:Chapters?\s)?\d+", link, match[0])

    text = re.sub(r"Chapters?\s\d+(?:\sand\s\d+)*", link_all, "\n".join(lines))
    lines[:] = text.splitlines()


def align_formulas(app: Sphinx, doctree: nodes.document) -> None:
    """Align a docstring's formula of several lines: Sphinx does so itself, but not for KaTeX."""
    for content in doctree.findall(addnodes.desc_content):
        for block in content.findall(nodes.math_block):
            formula = block.astext()
            if "&" in formula and not formula.startswith(r"\begin"):
                block[:] = [nodes.Text(rf"\begin{{aligned}}{formula}\end{{aligned}}")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("package-api", PackageApi)
    app.connect("autodoc-process-docstring", link_chapters)
    app.connect("doctree-read", align_formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
