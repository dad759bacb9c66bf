"""The gate attacked: what reading shows. `make attack` does all of it, each on a whole copy, every week.

A stored word, number or coordinate is spoilt by `book/conftest.py` after each notebook ran; sources that are
not what ran, and outputs lost or turned, by `test_tools.py`.
"""

import importlib
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from ledger import read_ledger
from nbval import plugin
from nbval.plugin import IPyNbCell

from tests import test_glossary, test_ledger, test_notebooks, test_project, test_site, test_strict
from tests.conftest import HTML, ROOT, code_cells, load, source
from tools.attack.__main__ import ATTACKS
from tools.attack.change import Change
from tools.notebooks import OFFLINE

FILES = ("Makefile", "pyproject.toml", "constraints.txt", ".github/workflows/gate.yml", "tools/book.py", "book/ledger.csv",
         "book/glossary.md", "book/from-error-to-chapter.ipynb", "book/08-your-own-loss.ipynb", "book/09-several-losses.ipynb")  # fmt: skip
ELSEWHERE = ("tests/test_tools.py",)  # starts kernels, or needs a module anew
READ = {
    kind: one.asked
    for kind, one in ATTACKS.items()
    if one.part == "unit" and one.asked and not one.asked[0].startswith(ELSEWHERE) and "formula" not in kind
}


def filled(folder: Path) -> Path:
    """Copy a part of the project, to be spoilt; what was spoilt before is whole again."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "lessons_pkg" / "losses", folder / "lessons_pkg" / "losses", dirs_exist_ok=True)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return filled(tmp_path)


def test_every_test_that_an_attack_asks_is_there() -> None:
    asked = {test.partition("[")[0] for one in ATTACKS.values() for test in one.asked if "::" in test}
    assert len(asked) > 20
    for test in asked:
        file, name = test.split("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), test


def look_there(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the gate's tests read the copy."""
    for module in (test_project, test_strict, test_notebooks):
        monkeypatch.setattr(module, "ROOT", copy)
    monkeypatch.setattr(test_project, "PINS", test_project.pins())
    monkeypatch.setattr(test_ledger, "LEDGER", read_ledger(copy / "book" / "ledger.csv"))


def arguments(change: Change, copy: Path) -> dict[str, Callable[[], Any]]:
    """What the gate's tests are given where this was changed: what pytest has collected there."""
    changed = copy / "book" / f"{change.name}.ipynb"
    name = change.name.strip("[]")
    return {
        "notebook": lambda: load(changed),
        "chapter": lambda: name if len(name) == 2 else load(changed),
        "term": lambda: next(
            (t for t in test_glossary.terms(copy / "book/glossary.md") if t == name), "loss"
        ),
        "request": lambda: SimpleNamespace(node=SimpleNamespace(callspec=SimpleNamespace(id=name))),
        "path": lambda: copy / ".github" / "workflows" / "gate.yml",
    }


def refused(test: str, change: Change, copy: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a test of the gate is red."""
    look_there(copy, monkeypatch)
    file, name = test.removesuffix("]").split("::")
    function = getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), name)
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = {one: arguments(change, copy)[one]() for one in wanted}
    try:
        function(**given)
    except (AssertionError, SyntaxError):  # the set-up cell, tagged as taught, is no plain Python
        return True
    return False


@pytest.mark.parametrize("kind", READ)
def test_a_change_turns_the_gate_red(kind: str, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = ATTACKS[kind].change(copy, Random(f"fast {kind}"))
    assert any(refused(test, change, copy, monkeypatch) for test in READ[kind]), change.said
    filled(copy)
    assert not any(refused(test, change, copy, monkeypatch) for test in READ[kind]), "red without an attack"


def test_a_changed_formula_is_not_what_its_chapter_teaches(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = ATTACKS["formula of a chapter"].change(copy, Random("fast"))
    monkeypatch.setattr(test_notebooks, "ROOT", copy)
    notebooks = [load(path) for path in (copy / "book").glob("*.ipynb")]
    (chapter,) = [
        n for n in notebooks if any(f"def {change.name}(" in source(cell) for cell in code_cells(n))
    ]
    with pytest.raises(AssertionError, match=f"{change.name} differs from the package's"):
        test_notebooks.test_taught_code_is_the_packages_code(chapter)


# ---- The tampering itself: a comparison that always says equal, or that nobody asks. ----


@pytest.fixture
def tampering(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The gate's comparison; what loading it changes is put back."""
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(IPyNbCell, "compare_outputs", IPyNbCell.compare_outputs)
    monkeypatch.setattr(plugin, "coalesce_streams", plugin.coalesce_streams)
    spec = importlib.util.spec_from_file_location("book_conftest", ROOT / "book" / "conftest.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("where", "name", "value", "words"),
    [
        ("IPyNbCell", "compare_outputs", lambda cell, *_: cell.name == "Cell 0", "tampering went unnoticed"),
        ("", "TAMPERINGS", 0, "nothing is tampered with"),
    ],
)
def test_a_comparison_that_sees_nothing_is_seen(
    where: str, name: str, value: Any, words: str, tampering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = [nbformat.v4.new_output("stream", text="1\n")]
    cell = SimpleNamespace(name="Cell 0", cell=SimpleNamespace(outputs=outputs), test_outputs=outputs)
    item = SimpleNamespace(kind="digit", cells=[cell], path=Path("x.ipynb"))
    monkeypatch.setattr(getattr(tampering, where, tampering), name, value)
    with pytest.raises(AssertionError, match=words):
        tampering.TamperItem.runtest(item)


@pytest.mark.site
@pytest.mark.parametrize("wrong", ["04-cross-entropx.html", "04-cross-entropy.html#nowherx"])
def test_a_link_that_leads_nowhere_is_named(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(HTML, tmp_path / "html", copy_function=lambda old, new: Path(new).symlink_to(old))
    page = tmp_path / "html" / "book" / "glossary.html"
    text = page.read_text(encoding="utf-8")
    page.unlink()
    page.write_text(text.replace("</h1>", f'<a href="{wrong}">x</a></h1>', 1), encoding="utf-8")
    monkeypatch.setattr(test_site, "HTML", tmp_path / "html")
    with pytest.raises(AssertionError, match=wrong):
        test_site.test_every_link_within_the_book_has_its_target("book/glossary.html")
