"""Colab's packages, installed once into `.colab`; for every notebook a fresh, empty layer over them."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.colab.runtimes import NEWEST, pins
from tools.kernels import borrowing

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".colab"
LEFT_OUT = {"torchaudio", "torchvision", "triton", "anywidget", "plotly", "pandas"}  # the course needs none
BORROWED = "torch"  # gigabytes: the one that is installed here, whatever its version
INSTALLED = """
from importlib.metadata import distributions
found = {}
for one in distributions():
    found.setdefault(one.metadata["Name"], one.version)
print(*(f"{name}=={version}" for name, version in sorted(found.items())), sep="\\n")
"""


def _needs(name: str) -> list[str]:
    """List a distribution and everything that it needs here."""
    found: list[str] = []
    todo = [name]
    while todo:
        one = canonicalize_name(todo.pop())
        if one not in found:
            found.append(one)
            wanted = map(Requirement, distribution(one).requires or [])
            todo += [need.name for need in wanted if not need.marker or need.marker.evaluate({"extra": ""})]
    return found


def _borrow(name: str, target: Path) -> None:
    """Link a distribution that is installed here into ``target``, unless Colab's own stands there."""
    here = distribution(name)
    for part in sorted({file.parts[0] for file in here.files or []} - {"..", "__pycache__"}):
        if not (target / part).exists():
            (target / part).symlink_to(Path(str(here.locate_file(part))), target_is_directory=True)


def _install(target: Path) -> None:
    wanted = [str(pin) for pin in pins() if pin.name not in LEFT_OUT | {BORROWED}]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), *wanted]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        sentence = "Colab's versions could not be installed. Is there a network?"
        raise RuntimeError(f"{run.stderr[-2000:].strip()}\n{sentence}")
    for name in _needs(BORROWED):
        try:
            _borrow(name, target)
        except PackageNotFoundError as error:
            raise RuntimeError(f"{name} is missing: run `make book` first") from error


def base() -> Path:
    """Return the folder with Colab's packages; the first time, install them (about half a minute)."""
    if sys.version_info < (3, 11):
        raise RuntimeError(
            "Colab's versions need Python 3.11 or newer: make clean test-colab PYTHON=python3.12"
        )
    key = [NEWEST.read_text(encoding="utf-8"), *sorted(LEFT_OUT), sys.version, version(BORROWED), str(ROOT)]
    target = CACHE / hashlib.sha256("\n".join(key).encode()).hexdigest()[:12]
    if not target.exists():
        shutil.rmtree(CACHE, ignore_errors=True)  # what was made from older lists
        CACHE.mkdir()
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _install(Path(folder, "packages"))
            os.replace(Path(folder, "packages"), target)  # in one step: an interrupted one does not count
    return target


def layer(folder: Path) -> Path:
    """Make an environment that sees Colab's packages and has none of its own; return its Python."""
    return borrowing(folder, base())


def installed(python: Path) -> list[str]:
    """List what a layer's Python would import, as ``name==version``."""
    run = subprocess.run([python, "-I", "-c", INSTALLED], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def main() -> int:
    """Install Colab's packages, so that tests that run side by side find them."""
    try:
        print(f"Colab's versions are in {base().relative_to(ROOT)}.")
    except RuntimeError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
