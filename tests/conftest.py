import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A slow machine is no failure, and a gate that passed once must pass again.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
CHAPTERS = [path for path in NOTEBOOKS if re.match(r"\d\d-", path.name)]  # the others are reference pages
HTML = ROOT / "_build" / "html"
PAGES = [
    f"book/{path.stem}.html"
    for path in sorted((ROOT / "book").glob("*.*"))
    if path.suffix in (".md", ".ipynb")
]


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def load(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: str(path.stem))
def notebook(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each notebook: what holds for it is that it was executed, compared, and runs in Colab."""
    return load(request.param)


@pytest.fixture(params=CHAPTERS, ids=lambda path: str(path.stem))
def chapter(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each chapter: a notebook with the anatomy of one."""
    return load(request.param)
