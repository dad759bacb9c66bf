"""What keeps the course running in Colab, as far as reading shows it; and that each mistake is seen.

The student notebooks run in an emulation of Colab in tests/tooling/test_colab_emulation.py: `make test-colab`.
"""

from collections.abc import Callable
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.project import PROJECT, ROOT
from tools import colab_rules
from tools.colab_emulation import pins

DEPENDENCIES: list[str] = PROJECT["dependencies"]
MODULES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "lessons_pkg").rglob("*.py"))}
LIVE = MODULES[ROOT / "lessons_pkg" / "sliders" / "live.py"]


def test_colabs_versions_satisfy_the_package_as_they_are() -> None:
    has = {canonicalize_name(pin.name): pin.specifier for pin in map(Requirement, pins())}
    for need in map(Requirement, DEPENDENCIES):
        (exact,) = has[canonicalize_name(need.name)]
        assert need.specifier.contains(exact.version), f"{need}, and Colab has {exact.version}"
    assert colab_rules.ceilings(DEPENDENCIES) == []


def test_everything_imported_is_declared(notebook: dict[str, Any]) -> None:
    assert colab_rules.undeclared([colab_rules.code_of(notebook)], DEPENDENCIES) == set()


def test_everything_that_the_package_imports_is_declared() -> None:
    assert colab_rules.undeclared(list(MODULES.values()), DEPENDENCIES) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.stem))
def test_the_package_uses_nothing_that_ipywidgets_7_lacks(path: Any) -> None:
    assert colab_rules.widget_problems(MODULES[path]) == []


def cells(kind: str, text: str) -> dict[str, Any]:
    first = {"cell_type": "code", "source": "import sys", "metadata": {}, "outputs": []}
    return {"cells": [first, {"cell_type": kind, "source": text, "metadata": {}, "outputs": []}]}


CODE, TEXT, WIDGET = colab_rules.code_problems, colab_rules.text_problems, colab_rules.widget_problems
PLANTED: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    "upper pin": (colab_rules.ceilings, ["numpy<2"], "numpy<2"),
    "missing dependency": (lambda sources: colab_rules.undeclared(sources, DEPENDENCIES), ["import seaborn"], "seaborn"),
    "widget of ipywidgets 8": (WIDGET, LIVE.replace("widgets.VBox(", "widgets.Stack("), "Stack"),
    "keyword that 7.7.1 ignores": (WIDGET, "import ipywidgets as w\nw.IntSlider(tooltip='x')", "tooltip="),
    "keyword by a dictionary": (WIDGET, LIVE.replace('"description":', '"text_color": "red", "description":'), "text_color="),
    "widget of a notebook": (CODE, cells("code", "import ipywidgets"), "custom widget"),
    "file": (CODE, cells("code", 'torch.load("weights.pt")'), "file"),
    "directive": (TEXT, cells("markdown", "```{note}\nx\n```"), "directive"),
    "role": (TEXT, cells("markdown", "see {ref}`x`"), "role"),
}  # fmt: skip


@pytest.mark.parametrize(("check", "given", "words"), PLANTED.values(), ids=PLANTED)
def test_a_planted_mistake_is_seen(check: Callable[[Any], Any], given: Any, words: str) -> None:
    assert any(words in problem for problem in check(given))


def test_what_7_has_is_left_alone() -> None:
    assert WIDGET("import ipywidgets as w\nw.Button(tooltip='x')") == []
    assert WIDGET("ax.plot(x, behavior=1)") == [], "no widgets here"
