"""Where things lie in the project, and how a notebook is read."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [path for path in sorted((ROOT / "book").rglob("*.ipynb")) if path.parent.name[0] != "."]
LESSONS = [path for path in NOTEBOOKS if re.match(r"\d\d-", path.parent.name)]
HTML = ROOT / "_build" / "html"
TOC = re.findall(r"(?m)^[ -]*(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [f"{name}.html" for name in TOC]
EDITION = [
    path for path in NOTEBOOKS if path.relative_to(ROOT).with_suffix("").as_posix() in TOC
]  # in _toc.yml


def source_of(page: str) -> Path:
    """Return the file that a page of the book, given with or without its ending, is made from."""
    name = page.removesuffix(".html")
    (path,) = [path for kind in (".ipynb", ".md") if (path := ROOT / f"{name}{kind}").exists()]
    return path


def page_of(path: Path) -> str:
    """Return the page that is made from a file."""
    return path.relative_to(ROOT).with_suffix(".html").as_posix()


def name_of(path: Path) -> str:
    """Name a notebook in a list of cases: 01/1-one-training-step, or 02-backprop-grad-fn."""
    return f"{path.parent.name[:2]}/{path.stem}" if path in LESSONS else path.stem


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def markdown(notebook: dict[str, Any]) -> str:
    return "\n\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def load(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def pyproject() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


PROJECT: dict[str, Any] = pyproject()["project"]


def pins() -> list[Requirement]:
    """What constraints.txt holds: the lock, as pip reads it."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]
