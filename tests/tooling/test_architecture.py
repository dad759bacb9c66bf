"""Imports of the package point one way, cost nothing, and nothing is left over."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.project import NOTEBOOKS, ROOT, code_cells, load, source

PACKAGE = ROOT / "lessons_pkg"
TORCH_ONLY = {"data", "losses", "graph", "guards", "optim", "models", "exercises", "runtime"}
MAY_IMPORT = {
    "__init__": {"_version"},
    "_version": set(),
    **{name: {name, "guards", "_version"} if name == "runtime" else {name, "guards"} for name in TORCH_ONLY},
    "plotting": {"plotting"} | TORCH_ONLY,
    "sliders": {"sliders", "plotting"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write imports in full"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    layer = layer_of(path)
    assert layer in MAY_IMPORT, "a new module: give it its place in MAY_IMPORT and in CONTRIBUTING"
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("lessons_pkg.")} & set(MAY_IMPORT)
    assert ours <= MAY_IMPORT[layer]
    outside = {name.split(".")[0] for name in imports(path)}
    assert not outside & {"book", "tests", "tools"}
    if layer in TORCH_ONLY:
        assert not outside & {"matplotlib", "ipywidgets", "IPython", "numpy"}
    if "ipywidgets" in outside:
        assert path.relative_to(PACKAGE).as_posix() == "sliders/live.py"


def test_import_costs_nothing_beyond_torch() -> None:
    program = (
        "import sys, torch; before = set(sys.modules); import lessons_pkg; print(*set(sys.modules) - before)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {"lessons_pkg", "lessons_pkg._version"}


def test_public_names_are_documented_with_their_source_of_truth() -> None:
    import lessons_pkg.losses as losses

    for name in losses.__all__:
        doc = getattr(losses, name).__doc__
        for part in (":math:", "Chapter ", "Raises ", "returns"):
            assert part in doc, f"{name}: docstring lacks {part!r}"
        twins = ("Twin of ``torch.nn.functional.", "Twin of ``torchvision.ops.", "No twin in torch")
        assert any(twin in doc for twin in twins), f"{name}: docstring names no twin, and does not say so"


def test_every_exported_name_is_used_by_a_chapter() -> None:
    code = "\n".join(source(cell) for path in NOTEBOOKS for cell in code_cells(load(path)))
    for part in sorted(TORCH_ONLY | {"plotting", "sliders"}):
        module = importlib.import_module(f"lessons_pkg.{part}")
        own = [
            name
            for name, thing in vars(module).items()
            if getattr(thing, "__module__", "") == module.__name__
        ]
        exported = getattr(module, "__all__", [name for name in own if not name.startswith("_")])
        assert exported
        unused = {name for name in exported if not re.search(rf"\b{name}\b", code)}
        assert unused <= {"figure_html", "guarded"}, (
            f"{part}: used by no chapter"
        )  # behind show, and every loss


def test_every_exported_name_exists() -> None:
    for module in (
        "lessons_pkg",
        "lessons_pkg.losses",
        "lessons_pkg.exercises",
        "lessons_pkg.plotting",
        "lessons_pkg.sliders",
    ):
        loaded = importlib.import_module(module)
        assert all(hasattr(loaded, name) for name in loaded.__all__)
        assert list(loaded.__all__) == sorted(loaded.__all__)
