"""What keeps the course running in Colab, as far as reading shows it; and that each mistake is seen.

The student notebooks run in an emulation of Colab in tests/tooling/test_colab_emulation.py: `make test-colab`.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers import colab_rules
from tests.helpers.colab_emulation import pins
from tests.helpers.project import PROJECT, ROOT

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


# Names and words that ipywidgets 7.7.1 has, too: it takes those of 8 alone without doing anything.
WIDGETS = {"FloatText", "HTML", "IntText", "Layout", "SelectionSlider", "VBox"}
WORDS = {"description", "description_width", "layout", "options", "style", "value", "width"}
OF_THE_VIEW = {"model_id", "names", "strict", "version_major", "version_minor"}


def test_the_live_slider_uses_nothing_that_ipywidgets_7_lacks() -> None:
    nodes = [*ast.walk(ast.parse(LIVE))]
    words = {word.arg for node in nodes if isinstance(node, ast.Call) for word in node.keywords}
    keys = [key for node in nodes if isinstance(node, ast.Dict) for key in node.keys]
    words |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    assert set(re.findall(r"\bwidgets\.(\w+)", LIVE)) <= WIDGETS
    assert words - {None} <= WORDS | OF_THE_VIEW


def cells(kind: str, text: str) -> dict[str, Any]:
    first = {"cell_type": "code", "source": "import sys", "metadata": {}, "outputs": []}
    return {"cells": [first, {"cell_type": kind, "source": text, "metadata": {}, "outputs": []}]}


CODE, TEXT = colab_rules.code_problems, colab_rules.text_problems
PLANTED: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    "upper pin": (colab_rules.ceilings, ["numpy<2"], "numpy<2"),
    "missing dependency": (lambda sources: colab_rules.undeclared(sources, DEPENDENCIES), ["import seaborn"], "seaborn"),
    "widget of a notebook": (CODE, cells("code", "import ipywidgets"), "custom widget"),
    "file": (CODE, cells("code", 'torch.load("weights.pt")'), "file"),
    "directive": (TEXT, cells("markdown", "```{note}\nx\n```"), "directive"),
    "role": (TEXT, cells("markdown", "see {ref}`x`"), "role"),
}  # fmt: skip


@pytest.mark.parametrize(("check", "given", "words"), PLANTED.values(), ids=PLANTED)
def test_a_planted_mistake_is_seen(check: Callable[[Any], Any], given: Any, words: str) -> None:
    assert any(words in problem for problem in check(given))
