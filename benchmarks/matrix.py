"""Run the package's tests with each Python, with the pinned versions and with the floors: `make matrix`."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.results import RESULTS, provenance, store
from tools.colab.environment import installed
from tools.constraints import TEST_TOOLS
from tools.package_tests import ROOT, package_tests

HOME = ROOT / ".matrix"  # an environment for each row
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
LOCKS = {"pinned": ("constraints.txt", "requirements.lock"), "floors": ("tools/floors.lock",)}
FLOORS_END = "3.13"  # numpy 1.26 and matplotlib 3.8 were never built for it
OLD_ONES_WARN = ["-W", "default::DeprecationWarning"]  # of what is newer than they are
SHOWN = ("torch", "numpy", "matplotlib", "ipython", "ipywidgets", "scikit-learn")
HEAD = ["tests passed", "on", "versions", "system", "Python", *SHOWN]


def uv(*arguments: str) -> None:
    """Run uv, which must not fetch a Python; where it fails, its last lines are the reason."""
    env = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    run = subprocess.run(["uv", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.strip()[-1500:])


def skipped(python: str, versions: str) -> str:
    """Say why a row cannot be run here; empty where it can."""
    if versions == "floors" and python == FLOORS_END:
        return "the oldest versions that the package is meant for were never built for this Python"
    try:
        uv("python", "find", "--system", python)
    except RuntimeError:
        return "this Python is not installed here"
    return ""


def environment(python: str, versions: str) -> Path:
    """Make the row's environment anew, with the package, what it needs and pytest; return its Python."""
    folder = HOME / f"{python}-{versions}"
    uv("venv", "--quiet", "--clear", "--python", python, str(folder))
    held = [word for lock in LOCKS[versions] for word in ("--constraint", lock)]
    held += ["--build-constraint", "requirements.lock"]
    uv("pip", "install", "--quiet", "--python", str(folder), *held, "--editable", ".", *TEST_TOOLS)
    return folder / "bin" / "python"


def tested(python: Path, versions: str) -> str:
    """Run the package's tests there; return how many of them passed. What failed is printed."""
    report = python.parents[1] / "report.xml"
    command = [str(python), "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", "-p", "no:cacheprovider"]
    command += OLD_ONES_WARN if versions == "floors" else []
    command += [f"--junitxml={report}", *map(str, package_tests())]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        print(run.stdout[-5000:] + run.stderr[-1000:])
    if not report.exists():
        raise RuntimeError("pytest did not come to an end")
    suite = ElementTree.parse(report).getroot()[0]
    ran, failures, errors, left_out = (
        int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")
    )
    return f"{ran - failures - errors - left_out} of {ran}"


def row(python: str, versions: str) -> list[str]:
    """Run one row; say how many tests passed, where, and with what."""
    where = environment(python, versions)
    found = {name.lower(): version for name, version in (pin.split("==") for pin in installed(where))}
    exact = subprocess.run([where, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    here = {"Python": exact, "versions": versions, "tests passed": tested(where, versions)}
    return [(provenance() | found | here)[name] for name in HEAD]


def joined(stored: Sequence[list[Any]], fresh: Sequence[list[Any]]) -> list[list[Any]]:
    """Put rows in place of those for the same versions, system and Python, or beside the others."""

    def key(row: list[Any]) -> tuple[str, ...]:
        return (row[2], row[3], row[4].rpartition(".")[0])

    rows = {key(row): row for row in (*stored, *fresh)}
    return [rows[one] for one in sorted(rows)]


def run(pythons: Sequence[str], kinds: Sequence[str]) -> tuple[list[list[str]], bool]:
    """Run what can be run and say what cannot; return the rows, and whether nothing failed."""
    rows, good = [], True
    for versions, python in ((kind, one) for kind in kinds for one in pythons):
        name = f"Python {python}, {versions} versions"
        if reason := skipped(python, versions):
            print(f"{name}: skipped, {reason}", flush=True)
            continue
        try:
            rows.append(row(python, versions))
            print(f"{name}: {rows[-1][0]} tests passed", flush=True)
        except RuntimeError as error:
            print(f"{name}: not run\n{error}", flush=True)
            good = False
    return rows, good and all(len(set(one[0].split(" of "))) == 1 for one in rows)


def main() -> int:
    """Run the rows that are asked for; print one table and store it."""
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--pythons", nargs="+", choices=PYTHONS, default=PYTHONS)
    parser.add_argument("--versions", nargs="+", choices=LOCKS, default=tuple(LOCKS))
    asked = parser.parse_args()
    rows, good = run(asked.pythons, asked.versions)
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    for line in (HEAD, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    path = RESULTS / "matrix.json"
    old = json.loads(path.read_text(encoding="utf-8"))["tables"]["rows"]["rows"] if path.exists() else []
    if rows:
        print(f"stored in {store('matrix', {'rows': {'head': HEAD, 'rows': joined(old, rows)}})}")
    return 0 if rows and good else 1


if __name__ == "__main__":
    sys.exit(main())
