"""The gate's own strictness: who loosens it must do so here too."""

import re
import subprocess

from tests.conftest import ROOT
from tests.test_project import pyproject, read

COMMANDS = (
    "ruff check . && ruff format --check .",
    "check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml",
    "zizmor --offline --quiet --no-progress .github/workflows",
    "mypy",
    "python -m tools.book",
    'pytest -n 2 --dist worksteal -m "not site and not colab and not device" tests',
    "pytest --nbval -n 2 --dist loadfile -p no:cacheprovider book",
    "pytest -n 2 --dist worksteal -m site $(grep -l 'mark\\.site' tests/test_*.py)",
)


def test_make_test_runs_every_part() -> None:
    dry = ["make", "--dry-run", "--always-make", "test"]  # says what it would run, and runs nothing
    said = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    forgiving = re.findall(r"(?m)^\t[@+]*-.*|^\.IGNORE.*|.*\bMAKEFLAGS\b.*", read("Makefile"))
    assert not forgiving, "make test goes on after this has failed"
    assert [command for command in COMMANDS if command not in said] == [], "make test no longer runs this"


def test_settings_are_strict() -> None:
    tools = pyproject()["tool"]
    pytest, mypy = tools["pytest"]["ini_options"], tools["mypy"]
    strict = pytest["filterwarnings"] == ["error"] and mypy.get("strict") is True
    assert strict, "pyproject.toml: warnings are errors, types are strict"
    assert pytest["addopts"] == "-ra --strict-markers --strict-config", "pyproject.toml"
    checked = {"lessons_pkg", "tools", "book/_ext", "book/conftest.py", "benchmarks", "tests"}
    assert set(mypy["files"]) == checked, "pyproject.toml"


def test_a_warning_of_the_build_is_an_error() -> None:
    command = read("tools/book.py")
    assert '"jupyter-book", "build", str(ROOT), "-W", "-n"' in command, (
        "-W: a warning is an error; -n: nitpicky"
    )
