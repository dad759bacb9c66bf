"""Nothing beside the files that are known makes the gate softer, and no test is one that cannot fail."""

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, settings

from tests.conftest import ROOT
from tests.test_project import pyproject, read

# Wherever one of these lies, a tool reads it.
CONFIGURATION = {
    "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", "conftest.py",
    "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", "zizmor.yml", ".coveragerc", "pyproject.toml",
    "GNUmakefile", "makefile", "Makefile", "sitecustomize.py", "usercustomize.py",
}  # fmt: skip
KNOWN = {
    "pyproject.toml", "Makefile", "tests/conftest.py", "book/conftest.py", "book/ruff.toml",
    "book/_ext/ruff.toml", "tools/no_network/sitecustomize.py",
}  # fmt: skip
VARIABLES = {
    "PYTHON", "VENV", "BIN", "INSTALLED", "BUILT", "BOOK_SOURCES", "PATH", "PYTHONDONTWRITEBYTECODE", "NO_TARGET",
}  # fmt: skip
LEFT_OUT = {"test_browser.py": "where there is no browser", "test_colab.py": "with other versions"}


def test_no_other_file_or_variable_configures_the_gate() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = {name for name in run.stdout.splitlines() if Path(name).name in CONFIGURATION}
    assert {name for name in found if not name.startswith("tools/new/")} == KNOWN
    assert not {"PYTEST_ADDOPTS", "PYTEST_PLUGINS"} & set(os.environ)
    makefile = read("Makefile")
    assert set(re.findall(r"(?m)^(?:export +)?(\w+) *[:?+]?=", makefile)) == VARIABLES


def test_tools_have_no_setting_that_is_not_known() -> None:
    tools = pyproject()["tool"]
    assert set(tools["pytest"]["ini_options"]) == {
        "testpaths", "pythonpath", "addopts", "filterwarnings", "markers", "xfail_strict", "empty_parameter_set_mark"
    }  # fmt: skip
    assert set(tools["mypy"]) == {
        "strict", "files", "explicit_package_bases", "mypy_path", "untyped_calls_exclude", "overrides"
    }  # fmt: skip
    assert [set(one) for one in tools["mypy"]["overrides"]] == [
        {"module", "ignore_missing_imports", "follow_untyped_imports"}
    ]
    assert set(tools["ruff"]) == {"line-length", "target-version", "extend-include", "lint"}
    sphinx = yaml.safe_load(read("_config.yml"))["sphinx"]["config"]
    assert sphinx["nitpick_ignore_regex"] == [["py:.*", r"(torch|matplotlib|collections)\..*"]]
    assert not {"suppress_warnings", "nitpick_ignore", "nitpicky"} & set(sphinx)


def test_ci_runs_the_gate_whatever_was_changed() -> None:
    gate = yaml.safe_load(read(".github/workflows/gate.yml"))
    events = gate[True]  # YAML's word for "on"
    assert {"push", "pull_request"} <= set(events)
    assert events["push"] is events["pull_request"] is None, "no branch and no path is left out"
    job = gate["jobs"]["gate"]
    (step,) = (step for step in job["steps"] if step.get("name") == "The gate")
    assert (step["run"], {"if", "continue-on-error"} & {*job, *step}) == (".ci/run", set())
    script = read(".ci/run")
    assert "set -euo pipefail" in script
    assert not re.search(r"\|\| true(?!\)\})|\(\) *\{|\b(?:alias|trap|exit)\b", script)


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("*.py")), ids=lambda path: str(path.stem))
def test_tests_ask_something_and_are_run(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pytest."):
            put_off = node.attr in {"skip", "skipif", "xfail", "importorskip", "exit"}
            assert not put_off or path.name in LEFT_OUT, ast.unparse(node)
        elif isinstance(node, ast.keyword) and node.arg in {"rtol", "atol", "rel", "rel_tol"}:
            loose = isinstance(node.value, ast.Constant) and float(str(node.value.value or 0)) > 0.01
            assert not loose, ast.unparse(node)
        elif isinstance(node, ast.FunctionDef):
            assert not node.name.startswith("pytest_"), f"{node.name} could change what is run"
            parts = [part for line in node.body for part in ast.walk(line)]
            if node.name.startswith("test_"):
                assert any(isinstance(part, (ast.Call, ast.Compare)) for part in parts), node.name
            constant = [p for p in parts if isinstance(p, ast.Assert) and isinstance(p.test, ast.Constant)]
            assert not constant, f"{node.name} asserts what is always so"


def test_hypothesis_tries_as_many_as_ever() -> None:
    gate = settings.get_profile("gate")
    assert gate.max_examples == 100
    assert HealthCheck.filter_too_much not in gate.suppress_health_check


@pytest.mark.parametrize(
    "text",
    [
        "def test_x():\n    assert True\n",
        "def test_x():\n    pass\n",
        "@pytest.mark.skip\ndef test_x():\n    assert f()\n",
        "def test_x():\n    pytest.xfail()\n",
        "def test_x():\n    assert close(f(), 1, rtol=1)\n",
        "def pytest_collection_modifyitems(items):\n    items.clear()\n",
    ],
)
def test_a_test_that_cannot_fail_is_seen(text: str, tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError):
        test_tests_ask_something_and_are_run(path)
