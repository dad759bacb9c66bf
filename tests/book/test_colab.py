"""What keeps the course running in Colab, as far as reading shows it; and that each mistake is seen.

The notebooks themselves run in an emulation of Colab in `test_colab_runs.py`: `make test-colab`.
"""

import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.helpers.project import NOTEBOOKS, ROOT, load
from tests.tooling.test_project import PROJECT
from tools.colab import environment, rules
from tools.colab.runtimes import NEWEST, RUNTIMES, pins, unmet

DEPENDENCIES: list[str] = PROJECT["dependencies"]
MODULES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "lessons_pkg").rglob("*.py"))}


@pytest.mark.parametrize("runtime", RUNTIMES, ids=lambda path: str(path.stem))
def test_colabs_versions_satisfy_the_package_as_they_are(runtime: Path) -> None:
    assert unmet(DEPENDENCIES, runtime) == []
    assert colab_rules.ceilings(DEPENDENCIES) == []


def test_the_lists_are_colabs_of_which_the_newest_is_emulated() -> None:
    assert len(RUNTIMES) >= 3
    assert NEWEST.name == "runtime-2026-08-19-py3.13.txt"
    for runtime in RUNTIMES:
        names = {pin.name for pin in pins(runtime)}
        assert {"torch", "ipython", "ipywidgets", "ipykernel", "numpy", "matplotlib"} <= names
        assert all([one.operator for one in pin.specifier] == ["=="] for pin in pins(runtime))


def test_everything_imported_is_declared(notebook: dict[str, Any]) -> None:
    assert colab_rules.undeclared([colab_rules.code_of(notebook)], DEPENDENCIES) == set()


def test_everything_that_the_package_imports_is_declared() -> None:
    assert colab_rules.undeclared(list(MODULES.values()), DEPENDENCIES) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.stem))
def test_the_package_uses_nothing_that_ipywidgets_7_lacks(path: Path) -> None:
    assert colab_rules.widget_problems(MODULES[path]) == []


# ---- Plant each mistake in a copy of the real thing, and ask the check that guards the real thing. ----

CHAPTER = load(NOTEBOOKS[0])
LIVE = MODULES[ROOT / "lessons_pkg" / "sliders" / "live.py"]


def planted(kind: str, text: str) -> dict[str, Any]:
    """Return the first chapter with one cell more."""
    copy = deepcopy(CHAPTER)
    copy["cells"].append({"cell_type": kind, "source": text, "metadata": {}, "outputs": []})
    return copy


def in_slider(old: str, new: str) -> str:
    """Return the slider's module with one line changed."""
    assert old in LIVE
    return LIVE.replace(old, new)


def dependencies(text: str) -> list[str]:
    return [*DEPENDENCIES, text]


PLANTED: dict[str, tuple[Callable[[], Any], str]] = {
    "missing dependency of a notebook": (
        lambda: colab_rules.undeclared([colab_rules.code_of(planted("code", "import seaborn as sns"))], DEPENDENCIES), "seaborn"),
    "missing dependency of the package": (
        lambda: colab_rules.undeclared([*MODULES.values(), "from pandas.api import types"], DEPENDENCIES), "pandas"),
    "dependency that Colab has not": (lambda: unmet(dependencies("ipympl>=0.9"), NEWEST), "ipympl"),
    "ipywidgets 8 by its floor": (lambda: unmet(dependencies("ipywidgets>=8"), NEWEST), "Colab has 7.7.1"),
    "numpy upper pin": (lambda: colab_rules.ceilings(dependencies("numpy<2")), "numpy<2"),
    "numpy upper pin that no runtime meets": (lambda: unmet(dependencies("numpy<2"), NEWEST), "Colab has 2.1.3"),
    "widget of ipywidgets 8": (
        lambda: colab_rules.widget_problems(in_slider("widgets.VBox(", "widgets.Stack(")), "Stack"),
    "keyword that 7.7.1 ignores in silence": (
        lambda: colab_rules.widget_problems(in_slider("SelectionSlider(options", "SelectionSlider(behavior='tap', options")),
        "behavior="),
    "keyword by way of a dictionary": (
        lambda: colab_rules.widget_problems(in_slider('"description":', '"text_color": "red", "description":')), "text_color="),
    "widget of a notebook": (lambda: colab_rules.code_problems(planted("code", "import ipywidgets")), "custom widget"),
    "relative file, read": (lambda: colab_rules.code_problems(planted("code", 'torch.load("weights.pt")')), "file"),
    "relative file, opened": (lambda: colab_rules.code_problems(planted("code", 'text = open("a.csv")')), "file"),
    "relative file, shown": (lambda: colab_rules.text_problems(planted("markdown", "![x](_static/x.png)")), "relative"),
    "raw directive": (lambda: colab_rules.text_problems(planted("markdown", "```{note}\nx\n```")), "directive"),
    "raw directive, with colons": (lambda: colab_rules.text_problems(planted("markdown", ":::{tip}\nx\n:::")), "directive"),
    "raw role": (lambda: colab_rules.text_problems(planted("markdown", "see {ref}`x`")), "role"),
}  # fmt: skip


@pytest.mark.parametrize(("check", "words"), PLANTED.values(), ids=PLANTED)
def test_a_planted_mistake_is_seen(check: Callable[[], Any], words: str) -> None:
    assert any(words in problem for problem in check())


def tooltip(kind: str) -> str:
    return f"import ipywidgets as w\nw.{kind}(tooltip='x')"


def test_what_7_has_is_left_alone() -> None:
    assert colab_rules.widget_problems(tooltip("Button")) == []
    assert colab_rules.widget_problems(tooltip("IntSlider")) == ["tooltip="]
    assert colab_rules.widget_problems("ax.plot(x, behavior=1)") == [], "no widgets here"


def test_every_pin_of_a_list_is_a_requirement() -> None:
    assert all(isinstance(pin, Requirement) for runtime in RUNTIMES for pin in pins(runtime))


# ---- What `make test-colab` says where it cannot run. ----


def test_an_older_python_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert environment.main() == 1
    assert (
        "Colab's versions need Python 3.11 or newer: make clean test-colab PYTHON=" in capsys.readouterr().out
    )


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the sentence before comes first")
def test_a_failed_install_is_told_and_leaves_nothing_that_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "CACHE", tmp_path / "cache")
    failed = subprocess.CompletedProcess([], 1, "", "pip's words")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert environment.main() == 1
    said = capsys.readouterr().out
    assert "pip's words\nColab's versions could not be installed. Is there a network?" in said
    assert list((tmp_path / "cache").iterdir()) == []
