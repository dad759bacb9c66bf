"""The files around the course: pins, make targets, the gate, the workflows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.project import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


PROJECT: dict[str, Any] = pyproject()["project"]


def pins() -> list[Requirement]:
    """What constraints.txt holds."""
    lines = read("constraints.txt").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


PINS = pins()


def test_every_requirement_has_an_exact_pin_that_satisfies_it() -> None:
    wanted = [Requirement(r) for r in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
    for requirement in wanted:
        pins = [p for p in PINS if canonicalize_name(p.name) == canonicalize_name(requirement.name)]
        assert pins, f"{requirement.name} has no pin: run `make constraints`"
        for pin in pins:
            (exact,) = pin.specifier
            assert exact.operator == "=="
            assert requirement.specifier.contains(exact.version)


def test_every_pin_is_exact() -> None:
    assert [str(pin) for pin in PINS if [s.operator for s in pin.specifier] != ["=="]] == []


def requirements(distribution: str, extras: set[str]) -> list[Requirement]:
    """What an installed package asks for, here and with these extras."""
    from importlib.metadata import requires

    wanted = [Requirement(text) for text in requires(distribution) or []]
    return [r for r in wanted if not r.marker or any(r.marker.evaluate({"extra": e}) for e in extras | {""})]


def test_everything_that_is_installed_for_the_course_is_pinned() -> None:
    pinned = {canonicalize_name(pin.name) for pin in PINS}
    left = [Requirement(r) for r in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while left:
        one = left.pop()
        if (one.name, frozenset(one.extras)) not in seen:
            seen.add((one.name, frozenset(one.extras)))
            left += requirements(one.name, one.extras)
    missing = {name for name, _ in seen if canonicalize_name(name) not in pinned}
    assert not missing, "run `make constraints`"


def test_what_runs_here_is_what_is_pinned() -> None:
    from importlib.metadata import PackageNotFoundError, version

    differ = []
    for pin in PINS:
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:
            continue  # a dependency of another platform
        if not pin.specifier.contains(installed.split("+")[0], prereleases=True):
            differ.append(f"{pin} but {installed} is installed")
    assert not differ


def test_choices_are_in_the_constraints() -> None:
    for line in read("tools/choices.txt").splitlines():
        if line and not line.startswith("#"):
            choice = Requirement(line.split("#")[0].strip())
            pins = [p for p in PINS if canonicalize_name(p.name) == canonicalize_name(choice.name)]
            assert pins, choice
            assert all(choice.specifier.contains(next(iter(p.specifier)).version) for p in pins)


def test_environment_draws_on_the_same_pins() -> None:
    environment = yaml.safe_load(read("environment.yml"))
    (pip,) = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert "--constraint constraints.txt" in pip
    assert "--editable .[dev]" in pip
    rest = [part for part in environment["dependencies"] if isinstance(part, str)]
    assert [part.split("=")[0] for part in rest] == ["python", "pip"], "versions belong in constraints.txt"


def test_the_container_is_set_up_by_readmes_commands() -> None:
    container = json.loads(read(".devcontainer/devcontainer.json"))
    assert re.fullmatch(r"[\w./-]+:\d+-3\.\d+-\w+", container["image"]), "a version, not whatever is newest"
    readme = read("README.md")
    assert container["postCreateCommand"] in re.findall(r"(?m)^make \w+$", readme)
    for name, value in container["containerEnv"].items():
        assert f"export {name}={value}\n" in readme


def test_what_is_too_long_for_the_gate_runs_every_week() -> None:
    weekly = yaml.safe_load(read(".github/workflows/weekly.yml"))
    targets = weekly["jobs"]["elsewhere"]["strategy"]["matrix"]["where"]
    assert targets == ["test-colab", "test-device"]
    others = weekly["jobs"]["versions"]["strategy"]["matrix"]
    assert (others["what"], others["python"]) == (["audit", "release"], ["3.10", "3.13"])
    (attack,) = [step["run"] for step in weekly["jobs"]["attack"]["steps"] if "run" in step]
    assert attack == 'make attack SEED="$GITHUB_RUN_NUMBER"', "another seed every week"
    assert weekly["jobs"]["mutants"]["steps"][-1]["run"] == "make mutants"
    for target in [*targets, *others["what"], "attack", "matrix", "mutants"]:
        assert f"  make {target} " in make("help").stdout
    assert {"schedule", "workflow_dispatch"} == set(weekly[True])  # YAML reads the key `on` as true
    makefile = read("Makefile")
    assert '-m "not site and not colab and not device" tests' in makefile
    assert "-m colab tests" in makefile
    assert "-m device tests" in makefile


def test_torch_floor_is_one() -> None:
    (floor,) = [Requirement(r) for r in PROJECT["dependencies"] if r.startswith("torch")]
    written = re.search(r"_TORCH_FLOOR = \((\d+), (\d+)\)", read("lessons_pkg/__init__.py"))
    assert written
    assert str(floor.specifier) == f">={written[1]}.{written[2]}"


def test_pythons_are_the_same_everywhere() -> None:
    assert PROJECT["requires-python"] == ">=3.10"
    workflow = yaml.safe_load(read(".github/workflows/gate.yml"))
    assert workflow["jobs"]["gate"]["strategy"]["matrix"]["python"] == ["3.10", "3.11", "3.12", "3.13"]


def test_ci_runs_the_readmes_test_command() -> None:
    assert "make test" in re.findall(r"(?m)^make \w+$", read("README.md"))
    assert read(".ci/run").rstrip().endswith("\nmake test")
    assert "run: .ci/run" in read(".github/workflows/gate.yml")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_help_lists_the_targets() -> None:
    listed = make("help").stdout
    for target in ("book", "test", "notebooks", "serve", "repository", "clean"):
        assert re.search(rf"(?m)^  make {target}\b +\w", listed)


@pytest.mark.parametrize("name", ["bok", "tests", "lessons_pkg"])
def test_a_missing_target_says_which_there_are(name: str) -> None:
    run = make(name)
    assert run.returncode == 2
    assert f"There is no target '{name}'. The targets are:" in run.stdout
    assert "make book" in run.stdout


def test_a_missing_python_is_named(tmp_path: Path) -> None:
    run = make(f"VENV={tmp_path}", "PYTHON=python9.9", f"{tmp_path}/.installed")
    assert "There is no python9.9. Install Python 3.10 or newer" in run.stdout


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "requirements.lock"])
def test_packages_are_installed_again_when_a_version_changed(name: str) -> None:
    assert "tools/bootstrap.py" in make("-n", "-W", name, ".venv/.installed").stdout


def test_bootstrap_refuses_an_old_python(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'tools'); sys.version_info = (3, 9, 1); sys.version = '3.9.1 x'\n"
        f"import bootstrap; bootstrap.main({str(tmp_path / 'venv')!r})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert (
        "The course needs Python 3.10 or newer; this is 3.9.1. Name another one: make PYTHON=" in run.stderr
    )
    assert not (tmp_path / "venv").exists()


def test_bootstrap_says_when_there_is_no_network(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'tools'); import bootstrap\n"
        "bootstrap.subprocess.call = lambda command, **options: int('install' in command)\n"
        f"bootstrap.main({str(tmp_path)!r})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "Could not install the course's packages: see the lines above. Is there a network?" in run.stderr


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: str(p.name))
def test_workflows_pin_actions_and_ask_for_little(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    for use in re.findall(r"uses: (\S+)", text):
        assert use.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use), use
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        granted = job.get("permissions", {})
        assert set(granted) <= {"contents", "pages", "id-token"}
        assert granted.get("contents", "read") == "read"
    assert "secrets." not in text
    assert "continue-on-error" not in text, f"{path.name}: what is red must be red"
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")


def test_the_page_is_published_from_the_tested_build() -> None:
    workflow = yaml.safe_load(read(".github/workflows/gate.yml"))
    assert workflow["jobs"]["publish"]["needs"] == "gate"
    assert "make repository" in read(".github/workflows/gate.yml")


def test_no_path_of_one_machine_in_the_project() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in listed:
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace") if (ROOT / name).is_file() else ""
        assert not re.search(r"(?<![\w./])/(?:root|work|home)/\w", text) or name.startswith("tests/"), name
