"""What must not stand in a notebook or in the package, because Colab would stumble over it."""

import ast
import re
import sys
from collections.abc import Sequence
from typing import Any

from packaging.requirements import Requirement

# In the text of a notebook: what MyST takes and Colab shows raw, or the other way round.
PLAIN = {
    "directive": r"(?m)^\s*(?::{3,}|`{3,}\s*\{)",
    "role": r"\{[\w:]+\}`",
    "target": r"(?m)^\([\w:-]+\)=\s*$",
    "labelled formula": r"\$\$\s*\(",
    "front matter": r"\A---\n",
    "relative image": r"!\[[^\]]*\]\((?!https://)",  # links become absolute in the student notebooks
    "bracket formula": r"\\\(|\\\[",
    "formula glued to a link": r"\)\$[^$\s.,;:)]",
    "footnote": r"\[\^",
    "line of =": r"(?m)^=+$",
}
# In a notebook's code, behind the set-up cell: Colab opens the one file, alone in an empty folder.
CODE = {
    "custom widget manager": r"anywidget|ipympl|%matplotlib|enable_custom_widget_manager|\bipywidgets\b",
    "file": r"\b(?:open|read_csv|imread|loadtxt|read_text|read_bytes)\(|\.load\(\s*f?[\"']",
    "command": r"(?m)^\s*[!%]",
    "import *": r"import \*",
}
FROM = {"IPython": "ipython", "sklearn": "scikit-learn", "cycler": "matplotlib"}  # a module, its distribution
OPTIONAL = {"torchvision"}  # the package says what to do without it


def found(patterns: dict[str, str], text: str) -> list[str]:
    """Name each pattern that stands in ``text``, with what was found."""
    matches = ((what, re.search(pattern, text)) for what, pattern in patterns.items())
    return [f"{what}: {match[0]!r}" for what, match in matches if match]


def text_problems(notebook: dict[str, Any]) -> list[str]:
    """Return what would look broken in Colab."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return found(PLAIN, "\n\n".join("".join(cell["source"]) for cell in cells))


def code_problems(notebook: dict[str, Any]) -> list[str]:
    """Return what would fail in Colab in a notebook's own code."""
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return found(CODE, "\n".join(cells[1:]))


def imported(source: str) -> set[str]:
    """Name the top modules that a piece of Python imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}


def undeclared(sources: Sequence[str], dependencies: Sequence[str]) -> set[str]:
    """Name what is imported and not declared: with `--no-deps`, Colab might not have it."""
    declared = {Requirement(text).name for text in dependencies}
    foreign = set().union(*map(imported, sources)) - set(sys.stdlib_module_names) - {"lessons_pkg"}
    return {name for name in foreign - OPTIONAL if FROM.get(name, name) not in declared}


def ceilings(dependencies: Sequence[str]) -> list[str]:
    """Return the requirements that are more than a floor: one day they would change what Colab has."""
    return [text for text in dependencies if {one.operator for one in Requirement(text).specifier} != {">="}]


def code_of(notebook: dict[str, Any]) -> str:
    """Join a notebook's code into one program; commands of the shell become `pass`."""
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", "\n".join(cells))
