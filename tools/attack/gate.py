"""A copy of the project, and the gate's parts there, run by the Makefile's own commands."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

BORROWED = (".venv", "tools/site/node_modules")  # ignored by git, and not changed by any part
INSTALLED = "--old-file=.venv/.installed"  # a changed pin must not install anything
WHERE = {  # how a part's command ends
    "unit": "tests",
    "nbval": "book",
    "browser": r"$(grep -l 'mark\.site' tests/test_*.py)",
}


def _run(command: list[str], copy: Path) -> tuple[bool, str]:
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "COLUMNS": "200",
    }  # .venv has the package of the original
    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stdout + run.stderr


def copied(root: Path, target: Path) -> Path:
    """Copy everything that git knows or would add; what it ignores is borrowed or left out."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    for name in BORROWED:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).symlink_to(root / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)
    return target


def restored(copy: Path) -> None:
    """Undo an attack."""
    subprocess.run(["git", "checkout", "--quiet", "--", "."], cwd=copy, check=True)
    subprocess.run(["git", "clean", "-dfq"], cwd=copy, check=True)


def command(part: str, asked: Iterable[str], copy: Path) -> list[str]:
    """Return the Makefile's command for a part, with what is asked in place of all its files."""
    if not (names := sorted(set(asked))):
        raise ValueError(f"nothing is asked of `make {part}`, which would run all of it")
    dry = ["make", "--dry-run", "--always-make", INSTALLED, part]
    said = subprocess.run(dry, cwd=copy, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("pytest ")]
    if not line.endswith(WHERE[part]):
        raise ValueError(f"`make {part}` runs {line!r}, which does not end in {WHERE[part]}")
    return [*shlex.split(line.removesuffix(WHERE[part])), "-n", "0", *names]


def ask(part: str, asked: Iterable[str], copy: Path) -> tuple[bool, str]:
    """Run a part of the gate over some of its files; return whether it is green, and what it says."""
    if part == "browser":
        green, said = _run(["make", "--no-print-directory", INSTALLED, "_build/.built"], copy)
        if not green:
            return green, said
    return _run(command(part, asked, copy), copy)
