"""What SECURITY.md promises and no other file tests."""

import ast
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lessons_pkg.plotting import new_axes
from lessons_pkg.plotting.html import figure_html
from lessons_pkg.sliders.live import live_view
from lessons_pkg.sliders.static import frame, slider_html
from tests.helpers.project import ROOT

HOSTILE = "a b </svg><img onerror=f()> \"'&<script>"


class Tags(HTMLParser):
    """How often each tag and attribute stands in a piece of markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.update([tag, *(f"{tag} {name}" for name, _ in attrs)])


def drawn(words: str) -> dict[str, str]:
    """Each kind of output that shows texts which a caller gives."""
    ax = new_axes()
    ax.set_title(words)
    ax.text(0, 0.5, words)
    slider = slider_html([frame(k, words, ax, f"{words} {k}") for k in range(2)], label=words, start=0)
    return {"figure": figure_html(ax, words), "slider": slider}


@pytest.mark.parametrize("kind", ["figure", "slider"])
def test_text_that_is_shown_cannot_become_markup(kind: str) -> None:
    harmless, hostile = (drawn(words)[kind] for words in ("a b and nothing more", HOSTILE))
    found = Tags(hostile).found
    assert found == Tags(harmless).found
    assert found["script"] == (kind == "slider")
    assert found["img"] == 0


def test_an_error_of_a_readers_own_drawing_cannot_become_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    import ipywidgets

    boxes: list[Any] = []

    def box(parts: Any) -> SimpleNamespace:
        boxes.append(parts)
        return SimpleNamespace(model_id="")

    monkeypatch.setattr(ipywidgets, "VBox", box)

    def picture(value: int) -> str:
        if value:
            raise ValueError(HOSTILE)
        return ""

    live_view(picture, "k", [0, 1], 0)
    ((control, view),) = boxes
    control.value = 1
    assert Tags(view.value).found == {"pre": 1}


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


@pytest.mark.parametrize(
    "path", sorted((ROOT / "lessons_pkg").rglob("*.py")), ids=lambda path: str(path.stem)
)
def test_the_package_runs_no_text_reads_no_pickle_and_asks_no_server(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert name not in RUNS_TEXT or ast.unparse(node.func) == "re.compile", ast.unparse(node)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            assert not {name.split(".")[0] for name in names} & NO_MODULES, ast.unparse(node)


def test_what_the_page_on_security_names_exists() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:tools|tests|book|benchmarks|\.github)(?:/[\w.-]+)*)`", page)
    assert len(files) >= 8
    assert [file for file in files if not (ROOT / file).exists()] == []
    targets = re.findall(r"`make ([\w-]+)", page)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if not re.search(rf"(?m)^{target}:", makefile)] == []
