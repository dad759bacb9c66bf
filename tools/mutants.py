"""Change the package in thousands of small ways, one at a time, and let the tests look for each: mutmut."""

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from tools.kernels import borrowing

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".mutation"
MUTANTS = ROOT / "mutants"  # where mutmut keeps its copies and what it found
MUTMUT = "mutmut==3.8.1"
LIST = """
from pathlib import Path
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name
for path in sorted(Path("lessons_pkg").rglob("*.py")):
    for name in mutate_file_contents(str(path), path.read_text(encoding="utf-8")).mutant_names:
        print(get_mutant_name(path, name))
"""
VERDICTS = {1: "killed", 3: "killed", 0: "survived", 33: "survived", None: "unknown"}  # 33: no test calls it
TIMEOUTS = {24, -24, 36, 152, 255}  # mutmut's numbers for a mutant that ran ten times as long as the original


class Mutant(NamedTuple):
    """One changed line: where it stands, what it was and is, and whether a test failed."""

    name: str  # that mutmut knows it by
    part: str  # of the package: "losses"
    place: str  # module and function: "losses.robust.log_cosh_loss"
    was: str
    now: str
    verdict: str  # "killed", "timeout", "survived" or "unknown"


def environment() -> Path:
    """Return the folder with mutmut's program; the first time, make it (seconds)."""
    program = HOME / MUTMUT / "bin" / "mutmut"
    if not program.exists():
        shutil.rmtree(HOME, ignore_errors=True)
        python = borrowing(program.parents[1], Path(sysconfig.get_path("purelib")))
        install = [
            "uv",
            "pip",
            "install",
            "--quiet",
            "-c",
            "constraints.txt",
            "--python",
            str(python),
            MUTMUT,
        ]
        if subprocess.run(install, cwd=ROOT, check=False).returncode:
            shutil.rmtree(HOME)
            raise SystemExit("mutmut could not be installed. Is there a network?")
    return program


def names() -> list[str]:
    """List all mutants that there are, by the names that mutmut gives them."""
    python = environment().with_name("python")
    listed = subprocess.run([python, "-c", LIST], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def sample(every: int) -> list[str]:
    """Draw one in ``every`` mutants, always the same ones: by a sum over each one's name."""
    return [name for name in names() if crc32(name.encode()) % every == 0]


def look(wanted: Sequence[str] = ()) -> None:
    """Run the tests of the mutants that are wanted; by default, of all of which nothing is known yet."""
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # one thread each: mutants run side by side
    done = subprocess.run([str(environment()), "run", *wanted], cwd=ROOT, env=alone, check=False)
    if done.returncode:
        raise SystemExit("The search was not finished: see the lines above.")


def search(wanted: Sequence[str]) -> None:
    """Make all mutants, and run the tests of those that are wanted.

    Begins anew: mutmut would keep what it found before the tests changed, and which of them call what.
    """
    shutil.rmtree(MUTANTS, ignore_errors=True)
    look(wanted)


def search_again() -> None:
    """Go on from the last search: keep what was found in functions that are the same, look at the others."""
    if not MUTANTS.exists():
        raise SystemExit("There is no earlier count here to go on from: run make mutants without AGAIN.")
    (MUTANTS / "mutmut-stats.json").unlink(missing_ok=True)  # which tests call what: found anew
    look()


def _function(name: str) -> str:
    """Give back the name that mutmut mangled: "x_f__mutmut_3" was f, "xǁAǁf__mutmut_3" was A.f."""
    return name.rpartition("__mutmut_")[0][2:].replace("ǁ", ".")


def _lines(source: Sequence[str], span: Sequence[int], name: str) -> list[str]:
    """Cut one generated function out of its file, without comments, under its own name."""
    own = _function(name).rpartition(".")[2]
    lines = source[span[0] - 1 : span[1]]
    return [line.partition("  # ")[0].strip().replace(name, own) for line in lines]


def _change(source: Sequence[str], spans: dict[str, list[int]], name: str) -> tuple[str, str]:
    original = name.rpartition("_")[0] + "_orig"
    old, new = (_lines(source, spans[one], one) for one in (original, name))
    changed = [line for line in unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]
    was, now = (" ".join(line[1:] for line in changed if line[0] == sign) for sign in "-+")
    return was, now


def verdict(exit_code: int | None) -> str:
    """Say what a mutant's tests came to; a crash of the process is one that was noticed."""
    return "timeout" if exit_code in TIMEOUTS else VERDICTS.get(exit_code, "killed")


def mutants(folder: Path = MUTANTS) -> Iterator[Mutant]:
    """Read what mutmut left: every mutant, in the order of the files."""
    for meta in sorted((folder / "lessons_pkg").rglob("*.py.meta")):
        path = meta.with_suffix("")
        source = path.read_text(encoding="utf-8").splitlines()
        spans = json.loads(path.with_suffix(".py.spans").read_text(encoding="utf-8"))["spans"]
        module = path.relative_to(folder / "lessons_pkg").with_suffix("").parts
        for key, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            name = key.rpartition(".")[2]
            place = ".".join([*(part for part in module if part != "__init__"), _function(name)])
            yield Mutant(key, module[0], place, *_change(source, spans, name), verdict(code))
