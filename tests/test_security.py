"""What SECURITY.md promises and no other file tests."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.metadata import requires
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lessons_pkg.plotting import new_axes
from lessons_pkg.plotting.html import figure_html
from lessons_pkg.sliders.live import live_view
from lessons_pkg.sliders.static import frame, slider_html
from tests.conftest import ROOT
from tools import bootstrap

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


@pytest.mark.parametrize("folder", ["tools/site", "benchmarks"])
def test_every_npm_package_is_installed_by_hash(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert str(package.get("integrity", "")).startswith("sha512-"), name


def pins(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each pin of a file, and the hashes that are allowed for its files."""
    text = (ROOT / name).read_text(encoding="utf-8").replace(" \\\n", "")
    for line in text.splitlines():
        if line[0] != "#":
            pin, *hashes = line.split(" --hash=")
            yield re.sub(" +", " ", pin).strip(), [one.strip() for one in hashes]


OF_TORCH = re.compile(r"torch|triton|cuda-.*|nvidia-.*")  # its index decides which files these are


def test_every_python_package_but_torchs_is_installed_by_hash() -> None:
    wanted = [pin for pin, _ in pins("constraints.txt") if not OF_TORCH.fullmatch(Requirement(pin).name)]
    assert [pin for pin, _ in pins("requirements.lock")] == wanted, "run `make constraints`"


@pytest.mark.parametrize("name", ["requirements.lock", "tools/audit.lock"])
def test_every_pin_of_a_lock_is_exact_and_has_hashes(name: str) -> None:
    locked = list(pins(name))
    assert len(locked) > 20
    for pin, hashes in locked:
        assert [one.operator for one in Requirement(pin).specifier] == ["=="]
        assert hashes, pin
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes), pin


def needed(name: str, extra: str = "") -> set[str]:
    """A distribution and everything that it needs here."""
    found, todo = set(), [(name, extra)]
    while todo:
        name, extra = todo.pop()
        found.add((name, extra))
        for need in map(Requirement, requires(name) or []):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                wanted = {(canonicalize_name(need.name), one) for one in ("", *need.extras)}
                todo += sorted(wanted - found)
    return {name for name, _ in found}


def test_nothing_is_needed_here_that_has_no_hash() -> None:
    locked = {canonicalize_name(Requirement(pin).name) for pin, _ in pins("requirements.lock")}
    here = needed("lessons-pkg", "dev") - {"lessons-pkg"}
    assert "pytest" in here
    assert not [name for name in here - locked if not OF_TORCH.fullmatch(name)]


def test_hashes_are_demanded_before_anything_else_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []
    monkeypatch.setattr(bootstrap, "run", lambda command, _: commands.append(" ".join(command)))
    bootstrap.install_pinned("python")
    hashed, pinned = commands
    assert "--require-hashes --no-deps --only-binary :all: -r" in hashed
    assert hashed.endswith("requirements.lock")
    assert "--no-build-isolation" in pinned, "building would fetch setuptools, whichever is newest"
    assert "constraints.txt -e" in pinned


def test_what_the_page_on_security_names_exists() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:tools|tests|book|benchmarks|\.github)(?:/[\w.-]+)*)`", page)
    assert len(files) >= 8
    assert [file for file in files if not (ROOT / file).exists()] == []
    targets = re.findall(r"`make ([\w-]+)", page)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in targets if not re.search(rf"(?m)^{target}:", makefile)] == []
