"""Imports of the package point one way and cost nothing; no test leans on another; no path of one machine."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.project import ROOT

PACKAGE = ROOT / "lessons_pkg"
TORCH_ONLY = {"data", "exercises", "graph", "guards", "losses", "models", "optim", "runtime"}
MAY_IMPORT = {"plotting": {"plotting", *TORCH_ONLY}, "sliders": {"sliders", "plotting"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write imports in full"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    layer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    outside = {name.split(".")[0] for name in imports(path)}
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("lessons_pkg.")}
    assert not outside & {"book", "tests", "tools", "benchmarks"}
    assert "ipywidgets" not in outside or path == PACKAGE / "sliders" / "live.py"
    if layer in TORCH_ONLY:
        assert not outside & {"matplotlib", "ipywidgets", "numpy"}
    assert not ours & {"plotting", "sliders"} or ours <= MAY_IMPORT.get(layer, {layer, "_version"})


def test_import_costs_nothing_beyond_torch() -> None:
    program = """import sys, types, importlib
sys.modules["torch"] = types.SimpleNamespace(__version__="2.8.0")  # the true one takes seconds
old = set(sys.modules)
import lessons_pkg
print(*set(sys.modules) - old)"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {"lessons_pkg", "lessons_pkg._version"}


@pytest.mark.parametrize("name", ["losses", "optim", "exercises", "plotting", "sliders"])
def test_every_exported_name_exists(name: str) -> None:
    module = importlib.import_module(f"lessons_pkg.{name}")
    assert [one for one in module.__all__ if not hasattr(module, one)] == []


def test_no_test_leans_on_another_and_no_file_on_one_machine() -> None:
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).split()
    for path in [ROOT / name for name in listed if (ROOT / name).is_file()]:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not re.search(r"(?m)^(?:from|import) tests\.(?!helpers)", text), path
        assert not re.search(r"(?<![\w./])/(?:root|work|home)/\w", text) or "tests" in path.parts, path
