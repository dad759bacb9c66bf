"""The files around the course: pins, make, the workflows."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.helpers.project import PROJECT, ROOT, pins

EXPORT = ("uv", "export", "--frozen", "--all-extras", "--all-groups", "--no-hashes", "--no-annotate", "--no-emit-project", "--quiet")  # fmt: skip


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_lock_and_export_say_the_same() -> None:
    exported = subprocess.run(EXPORT, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert exported == read("constraints.txt"), f"{' '.join(EXPORT)} --output-file constraints.txt"
    locked = set(re.findall(r'(?m)^name = "(.+)"\nversion = "(.+)"$', read("uv.lock")))
    for pin in pins():
        assert (pin.name, next(iter(pin.specifier)).version) in locked


def test_what_runs_here_is_what_is_pinned() -> None:
    another = Path(sys.prefix).parent == ROOT / ".torch"  # make test-torch
    for pin in [*pins(), *([] if another else map(Requirement, read("torch.txt").splitlines()))]:
        try:
            here = version(pin.name)
        except PackageNotFoundError:
            continue  # of another platform, or of the audit
        fits = pin.specifier.contains(here.split("+")[0], prereleases=True)
        assert fits or pin.name == "pip" or (pin.marker and not pin.marker.evaluate()), f"{pin}, not {here}"


def test_torch_floor_is_one() -> None:
    (floor,) = [text for text in PROJECT["dependencies"] if text.startswith("torch")]
    written = re.search(r"_TORCH_FLOOR = \((\d+), (\d+)\)", read("lessons_pkg/__init__.py"))
    assert written
    assert floor == f"torch>={written[1]}.{written[2]}"


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("python9.9", "There is no python9.9. Install Python 3.10 or newer, or name one: make PYTHON="),
        (
            "old",
            "The course needs Python 3.10 or newer; this is Python 3.9.1. Name another one: make PYTHON=",
        ),
        ("bare", "Could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv."),
        pytest.param(
            "alone",
            "Could not install uv: see the lines above. Is there a network? Then run again.",
            marks=pytest.mark.colab,
        ),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(python: str, sentence: str, tmp_path: Path) -> None:
    does = {
        "old": '[ "$1" = --version ] && echo Python 3.9.1; exit 1',
        "bare": '[ "$1" = -c ]',  # and no venv
        "alone": f'[ "$1" = -c ] || {sys.executable} "$@"',
    }
    program = tmp_path / python
    if python in does:
        program.write_text(f"#!/bin/sh\n{does[python]}\n", encoding="utf-8")
        program.chmod(0o755)
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = ["sh", "tools/install.sh", str(tmp_path / "venv"), python]
    run = subprocess.run(command, cwd=ROOT, env=nowhere, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert sentence in run.stderr.splitlines()[-1]


def test_workflows_ask_for_little() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            rights = {right for right, kind in job["permissions"].items() if kind == "write"}
            assert rights <= {"publish": {"pages", "id-token"}, "notebooks": {"contents"}, "newest": {"issues"}}.get(name, set())  # fmt: skip
