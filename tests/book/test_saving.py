"""Lesson 15.4's ``save_safely``: a process that is killed in the middle of it leaves the old file whole."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.project import ROOT, code_cells, load, source

LESSON = ROOT / "book" / "15-the-step-of-today" / "4-stop-and-resume.ipynb"
# One process loads torch, and for each way and moment a child of it saves and dies: by SIGKILL while the
# objects are written down, or by SIGXFSZ once the file has grown to so many bytes.
PROGRAM = """
import json, os, resource, signal, sys
from pathlib import Path
import torch
{save_safely}
class Deadly:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)
folder, found = Path(sys.argv[1]), []
for way in (torch.save, save_safely):
    for most in (0, 1, 1000, 100_000, 399_000, 10**9):
        path = folder / f"{{way.__name__}}-{{most}}.pt"
        torch.save({{"step": 100, "w": torch.ones(100_000)}}, path)
        late = {{"step": 200, "w": torch.zeros(100_000)}}
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if most:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            else:
                late["x"] = Deadly()
            way(late, path)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        try:
            file = torch.load(path)
            step = file["step"] if file["w"].sum() == (100_000 if file["step"] == 100 else 0) else "mixed"
        except Exception as error:
            step = type(error).__name__
        died = os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXFSZ)
        found.append([way.__name__, most, died, step])
print(json.dumps(found))
"""


def save_safely() -> str:
    """The lesson's own function, as it stands there."""
    cells = [source(cell) for cell in code_cells(load(LESSON)) if "def save_safely" in source(cell)]
    [function] = [node for node in ast.parse(cells[0]).body if isinstance(node, ast.FunctionDef)]
    return ast.unparse(function)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork, and no limit on a file's size")
def test_a_process_killed_while_it_saves_leaves_the_old_file_whole(tmp_path: Path) -> None:
    program = PROGRAM.format(save_safely=save_safely())
    command = [sys.executable, "-c", program, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {(way, most): (died, step) for way, most, died, step in json.loads(said)}
    moments = (0, 1, 1000, 100_000, 399_000)
    for most in moments:
        assert found["save_safely", most] == (True, 100), "killed, and the old file is whole"
        died, left = found["save", most]
        assert died
        assert left not in (100, 200), "torch.save alone loses both files, as the lesson says"
    assert found["save_safely", 10**9] == found["save", 10**9] == (False, 200), "nobody killed it"
