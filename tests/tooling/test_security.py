"""What SECURITY.md promises and no other file tests."""

import ast
from pathlib import Path

import pytest

from lessons_pkg.plotting import new_axes
from lessons_pkg.plotting.html import figure_html
from lessons_pkg.sliders.static import frame, slider_html
from tests.helpers.project import ROOT

HOSTILE = "a b </svg><img onerror=f()> \"'&<script>"
RUNS_TEXT = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "system",
    "popen",
    "run",
    "Popen",
    "load",
    "loads",
    "urlopen",
}
NO_MODULES = {"pickle", "subprocess", "socket", "urllib", "requests", "http", "ctypes", "shelve", "marshal"}


def test_text_that_is_shown_cannot_become_markup() -> None:
    ax = new_axes()
    ax.set_title(HOSTILE)
    frames = [frame(k, (HOSTILE,), ax, f"{HOSTILE} {k}") for k in range(2)]
    for markup in (figure_html(ax, HOSTILE), slider_html(frames, labels=[HOSTILE], start=0)):
        assert "a b " in markup
        assert "<img" not in markup
        assert markup.count("<script") == ("lesson-slider" in markup)


@pytest.mark.parametrize("path", sorted((ROOT / "lessons_pkg").rglob("*.py")), ids=lambda p: str(p.stem))
def test_the_package_runs_no_text_reads_no_pickle_and_asks_no_server(path: Path) -> None:
    allowed = {"subprocess", "Popen"} if path.stem == "runtime" else set()  # torchrun starts processes
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            harmless = ast.unparse(node.func) in ("re.compile", "load") or (  # an exercise's argument
                name == "eval" and not node.args
            )  # a Module's
            assert name not in RUNS_TEXT - allowed or harmless, ast.unparse(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            assert not {name.split(".")[0] for name in names} & (NO_MODULES - allowed), ast.unparse(node)
