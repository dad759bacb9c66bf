"""The set-up cell where Colab is, where it is not, and where its installation failed."""

import subprocess
import sys

import pytest

from lessons_pkg import __version__
from tools.set_repository import Repository, setup_cell

CELL = setup_cell(Repository("https://github.com/a/b", "v2"), f'"{__version__}"')
PROGRAM = """
import sys, types
from IPython.core.interactiveshell import InteractiveShell
google, colab = types.ModuleType("google"), types.ModuleType("google.colab")
google.colab = colab
sys.modules.update({"google": google, "google.colab": colab})
shell, asked = InteractiveShell.instance(), []
shell.register_magic_function(lambda line: asked.append(line), "line", "pip")  # as in Colab: never raises
BEFORE
for _ in range(2):
    result = shell.run_cell(CELL)
print("ASKED", asked)
print("ERROR", result.error_in_exec)
"""
ASKED = 'install -q --no-deps "lessons_pkg @ git+https://github.com/a/b@v2"'


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", [f"ASKED {[ASKED, ASKED]!r}", "ERROR None", f"lessons_pkg {__version__} is ready.", "device: "]),
        ("del sys.modules['google.colab']", ["ASKED []", "ERROR None"]),
        ("sys.modules['lessons_pkg'] = None", ["ERROR No lessons_pkg: read pip's message above."]),
        ("from lessons_pkg import runtime; runtime.__version__ = '0.0.1'",
         ["but 0.0.1 is loaded. In Colab choose Runtime > Restart session"]),
    ],
    ids=["in Colab, twice", "elsewhere", "not installed", "an old copy in memory"],
)  # fmt: skip
def test_set_up(before: str, expected: list[str]) -> None:
    program = PROGRAM.replace("BEFORE", before).replace("CELL", repr(CELL))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for words in expected:
        assert words in run.stdout
