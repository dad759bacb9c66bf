"""The set-up cell where Colab is, where it is not, and where its installation failed."""

import subprocess
import sys

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
cell = CELL
BEFORE = (
    "",
    "",
    "del sys.modules['google.colab']",
    "runtime = sys.modules['lessons_pkg.runtime']; runtime.__version__ = '0.0.1'",
    "sys.modules['lessons_pkg'] = None",
)
for before in BEFORE:
    exec(before)
    asked.clear()
    result = shell.run_cell(cell)
    print("ASKED", asked, "ERROR", result.error_in_exec)
    print("NEXT")
"""
ASKED = ['install -q --no-deps "lessons_pkg @ git+https://github.com/a/b@v2"']


def test_set_up_in_colab_and_elsewhere() -> None:
    program = PROGRAM.replace("CELL", repr(CELL))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    once, twice, elsewhere, old, missing, _ = run.stdout.split("NEXT\n")
    for said in (once, twice):
        assert f"lessons_pkg {__version__} is ready." in said
        assert f"ASKED {ASKED} ERROR None" in said
    assert "device: " in once
    assert "ASKED [] ERROR None" in elsewhere
    assert "but 0.0.1 is loaded. In Colab choose Runtime > Restart session" in old
    assert "ERROR No lessons_pkg: read pip's message above." in missing
