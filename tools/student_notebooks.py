"""Write the copies that readers open and run: no outputs, no answers, links to the published pages.

`make book` puts them into `_build/notebooks` and, with one ZIP of all, into the built book. Outputs stay in
the sources, where they are compared, and on the pages, where they are read.
"""

import functools
import posixpath
import re
import shutil
import subprocess
from copy import deepcopy
from typing import Any

import nbformat
import yaml
from docutils.nodes import make_id

from lessons_pkg._version import __version__
from tools.execute_notebooks import METADATA, ROOT, text_of
from tools.set_repository import current

LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\((?:(?!\w+:)([^)#\s]+)\.(?:md|ipynb))?(#[^)\s]+)?\)")
SOLUTION = "The solution is folded on [the page]({}). Run your own first."
GUESS = "{}\n\nThe answer is folded on [the page]({})."


def absolute(text: str, page: str, base: str, edition: set[str]) -> str:
    """Make links between sources lead to the published pages; to a page left out, their words remain."""

    def link(match: re.Match[str]) -> str:
        if not match[2] and not match[3]:
            return match[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(page), match[2])) if match[2] else page
        return f"[{match[1]}]({base}{there}.html{match[3] or ''})" if there in edition else match[1]

    return LINK.sub(link, text)


def student(
    notebook: Any, page: str, base: str, install: str, edition: set[str], answers: bool = False
) -> Any:
    """Copy a notebook without outputs, and unless ``answers`` without these; the set-up cell stands first."""
    copy, cells, fold = deepcopy(notebook), [], f"{base}{page}.html"
    for cell in copy.cells:
        tags, prompt = cell.metadata.get("tags", []), cell.metadata.get("mystnb", {})
        is_solution = prompt.get("code_prompt_show") == "Solution"
        cell.metadata = nbformat.from_dict({"tags": tags} if "raises-exception" in tags else {})
        if cell.cell_type == "markdown":
            headings = re.findall(r"(?m)^##+ (.+)$", cell.source)
            fold = f"{base}{page}.html#{make_id(headings[-1].replace('`', ''))}" if headings else fold
            cell.source = absolute(cell.source, page, base, edition)
        elif is_solution and not answers:
            cell = nbformat.v4.new_markdown_cell(SOLUTION.format(fold), id=cell.id)
        elif "predict" in tags and not answers:
            options = re.findall(r"(?m)^- .+$", "\n".join(o.data["text/plain"] for o in cell.outputs))
            cell = nbformat.v4.new_markdown_cell(GUESS.format("\n".join(options), fold), id=cell.id)
        else:
            cell.outputs, cell.execution_count = [], None
            if {"hide-input", "hide-cell"} & set(tags):
                cell.metadata.update(cellView="form", jupyter={"source_hidden": True})
            cell.source = re.sub(r'git\+https://[^"]+', install, cell.source)
            cell.source = re.sub(r"runtime\.start\([^)]*\)", f'runtime.start("{__version__}")', cell.source)
        cells.append(cell)
    first = next(k for k, cell in enumerate(cells) if cell.cell_type == "code")
    copy.cells, copy.metadata = [cells[first], *cells[:first], *cells[first + 1 :]], METADATA
    return copy


def pages() -> list[str]:
    """List this edition's pages, in order."""
    return re.findall(r"(?m)^[ -]*(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


@functools.cache
def addresses() -> tuple[str, str, set[str]]:
    """Give what is the same for all copies: where the pages are, what is installed, which pages there are.

    Installed is the commit that the copies were made from, which a plain archive lacks.
    """
    here = current()
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    install = f"git+{here.url}@{git.stdout.strip() or here.ref}"
    base = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
    return base, install, {*pages()}


def copy_of(page: str, answers: bool = False) -> Any:
    """Copy a lesson of this edition."""
    source = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    return student(source, page, *addresses(), answers)


def main() -> None:
    """Write those of this edition."""
    made, shown = ROOT / "_build" / "notebooks", ROOT / "_build" / "html" / "notebooks"
    for page in pages():
        if (ROOT / f"{page}.ipynb").exists():
            written = made / f"{page.removeprefix('book/')}.ipynb"
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(text_of(copy_of(page)), encoding="utf-8")
    shutil.copytree(made, shown, dirs_exist_ok=True)
    shutil.make_archive(str(shown / "all"), "zip", made)


if __name__ == "__main__":
    main()
