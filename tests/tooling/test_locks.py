"""Which files may be installed: versions and hashes of Python's and npm's packages."""

import json
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.project import ROOT
from tools import bootstrap


@pytest.mark.parametrize("folder", ["tools/site", "benchmarks"])
def test_every_npm_package_is_installed_by_hash(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert str(package.get("integrity", "")).startswith("sha512-"), name


def pins(name: str | Path) -> Iterator[tuple[str, list[str]]]:
    """Each pin of a file, and the hashes that are allowed for its files."""
    text = (ROOT / name).read_text(encoding="utf-8").replace(" \\\n", "")
    for line in text.splitlines():
        if line[0] != "#":
            pin, *hashes = line.split(" --hash=")
            yield re.sub(" +", " ", pin).strip(), [one.strip() for one in hashes]


OF_TORCH = re.compile(r"torch|triton|cuda-.*|nvidia-.*")  # its index decides which files these are


def test_every_python_package_but_torchs_is_installed_by_hash() -> None:
    wanted = [pin for pin, _ in pins("constraints.txt") if not OF_TORCH.fullmatch(Requirement(pin).name)]
    assert [pin for pin, _ in pins("requirements.lock")] == wanted, "run `make constraints`"


@pytest.mark.parametrize("name", ["requirements.lock", "tools/audit.lock"])
def test_every_pin_of_a_lock_is_exact_and_has_hashes(name: str) -> None:
    locked = list(pins(name))
    assert len(locked) > 20
    for pin, hashes in locked:
        assert [one.operator for one in Requirement(pin).specifier] == ["=="]
        assert hashes, pin
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes), pin


def needed(name: str, extra: str = "") -> set[str]:
    """A distribution and everything that it needs here."""
    found, todo = set(), [(name, extra)]
    while todo:
        name, extra = todo.pop()
        found.add((name, extra))
        for need in map(Requirement, requires(name) or []):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                wanted = {(canonicalize_name(need.name), one) for one in ("", *need.extras)}
                todo += sorted(wanted - found)
    return {name for name, _ in found}


def test_nothing_is_needed_here_that_has_no_hash() -> None:
    locked = {canonicalize_name(Requirement(pin).name) for pin, _ in pins("requirements.lock")}
    here = needed("lessons-pkg", "dev") - {"lessons-pkg"}
    assert "pytest" in here
    assert not [name for name in here - locked if not OF_TORCH.fullmatch(name)]


@pytest.mark.parametrize("uv_works", [True, False], ids=["uv", "pip, where uv fails"])
def test_hashes_are_demanded_before_anything_else_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uv_works: bool
) -> None:
    commands: list[str] = []

    def called(command: list[str], **_: object) -> int:
        commands.append(" ".join(command))
        return int("-m uv" in commands[-1] and not uv_works)

    monkeypatch.setattr(subprocess, "call", called)
    bootstrap.install_pinned(str(tmp_path), "python")
    uv, *hashed, pinned = commands
    assert len(hashed) == (1 if uv_works else 2)
    for command in (uv, *hashed):
        assert "--require-hashes --no-deps --only-binary :all: -r" in command
    assert uv.endswith(f"-r {tmp_path / 'uv.lock'}")
    assert [pin for pin, hashes in pins(tmp_path / "uv.lock") if hashes] == [f"uv=={version('uv')}"]
    assert all(command.endswith("requirements.lock") for command in hashed)
    assert "--no-build-isolation" in pinned, "building would fetch setuptools, whichever is newest"
    assert "constraints.txt -e" in pinned


@pytest.mark.parametrize("folder", ["benchmarks", "tools/site"])
def test_npm_asks_for_no_version_that_is_another_one_tomorrow(folder: str) -> None:
    """Npm refuses a lock once "latest" means more than it did; an override holds it."""
    packages = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    held = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8")).get("overrides", {})
    moving = {
        name
        for one in packages.values()
        for name, wanted in one.get("dependencies", {}).items()
        if wanted == "latest"
    }
    assert {name: packages[f"node_modules/{name}"]["version"] for name in moving} == held
