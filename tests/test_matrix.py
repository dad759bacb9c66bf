"""The package's tests elsewhere: which they are, with which versions, and what is said of a row."""

import json
import sys
from pathlib import Path
from sysconfig import get_paths

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks import matrix
from tests.conftest import ROOT
from tests.test_project import PROJECT
from tools import package_tests
from tools.kernels import borrowing

NOT_RUN = {
    "test_attacked": "make attack",
    "test_benchmarks": "the measurements",
    "test_colab_runs": "runs in the emulation of Colab",
    "test_new_chapter": "make chapter",
    "test_notebooks": "the notebooks",
    "test_release": "make release",
    "test_repository": "make repository",
    "test_said": "the notebooks",
    "test_tools": "make notebooks",
}


def test_every_test_of_the_package_is_run_or_left_out_for_a_reason() -> None:
    files = {path.stem: package_tests.reached(path) for path in (ROOT / "tests").glob("test_*.py")}
    about = {name for name, modules in files.items() if "lessons_pkg" in modules}
    run = {path.stem for path in package_tests.package_tests()}
    assert about - run == set(NOT_RUN)
    assert {"test_losses", "test_sliders", "test_checks_chapter06", "test_security"} <= run


def test_imports_are_found_through_helpers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package_tests, "TESTS", tmp_path)
    test, helper = tmp_path / "test_x.py", tmp_path / "helper.py"
    test.write_text("from tests.helper import what\nfrom tests.conftest import ROOT\n", encoding="utf-8")
    helper.write_text("def what():\n    import lessons_pkg.losses, torch\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("import tools.chromium\n", encoding="utf-8")
    assert package_tests.reached(test) == {"tests", "lessons_pkg", "torch"}
    assert package_tests.package_tests() == [test]
    helper.write_text("import lessons_pkg\nfrom tools import kernels\n", encoding="utf-8")
    assert package_tests.package_tests() == []


def test_the_floors_are_what_the_project_says() -> None:
    lines = (ROOT / "tools" / "floors.lock").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[0] not in "# "]
    for floor in map(Requirement, PROJECT["dependencies"]):
        (oldest,) = (pin for pin in pins if canonicalize_name(pin.name) == canonicalize_name(floor.name))
        (one,), (other,) = oldest.specifier, floor.specifier
        assert Version(one.version) == Version(other.version), "run `make constraints`"


def test_every_row_that_is_stored_passed_whole() -> None:
    rows = json.loads((ROOT / "benchmarks/results/matrix.json").read_text(encoding="utf-8"))["tables"]["rows"]
    assert rows["head"] == matrix.HEAD
    assert {row[2] for row in rows["rows"]} == set(matrix.LOCKS)
    for row in rows["rows"]:
        passed, ran = row[0].split(" of ")
        assert passed == ran != "0"


def test_the_workflows_run_every_row() -> None:
    gate, weekly = (
        yaml.safe_load((ROOT / f".github/workflows/{n}.yml").read_text()) for n in ("gate", "weekly")
    )
    pythons = [
        job["strategy"]["matrix"]["python"] for job in (gate["jobs"]["gate"], weekly["jobs"]["matrix"])
    ]
    assert pythons == [list(matrix.PYTHONS)] * 2
    assert weekly["jobs"]["matrix"]["steps"][-1]["run"] == 'make matrix PYTHONS="$PYTHON_VERSION"'


THREE = """
import warnings
def test_good(): pass
def test_wrong(): assert 1 == 2
def test_old(): warnings.warn("what is newer than the floors is written otherwise", DeprecationWarning)
"""


def test_what_passes_and_what_fails_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = tmp_path / "test_three.py"
    test.write_text(THREE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    monkeypatch.setattr(matrix, "package_tests", lambda: [test])
    python = borrowing(tmp_path / "env", Path(get_paths()["purelib"]))
    assert matrix.tested(python, "floors") == "2 of 3"
    assert "assert 1 == 2" in capsys.readouterr().out


def test_a_row_that_cannot_be_run_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def find(*words: str) -> None:
        if words[-1] == "3.12":
            raise RuntimeError("No interpreter found")

    def row(python: str, versions: str) -> list[str]:
        if python == "3.11":
            raise RuntimeError("no network")
        return [{"3.10": "3 of 3", "3.13": "2 of 3"}[python], versions]

    monkeypatch.setattr(matrix, "uv", find)
    monkeypatch.setattr(matrix, "row", row)
    assert matrix.run(["3.10", "3.12"], ["pinned"]) == ([["3 of 3", "pinned"]], True)
    assert capsys.readouterr().out.splitlines() == [
        "Python 3.10, pinned versions: 3 of 3 tests passed",
        "Python 3.12, pinned versions: skipped, this Python is not installed here",
    ]
    assert matrix.run(["3.11", "3.10"], ["pinned"]) == ([["3 of 3", "pinned"]], False)
    assert "Python 3.11, pinned versions: not run\nno network" in capsys.readouterr().out
    assert matrix.run(["3.13"], ["pinned"])[1] is False
    assert matrix.run(["3.13"], ["floors"]) == ([], True)
    assert "were never built for this Python" in capsys.readouterr().out


def test_a_row_replaces_the_one_of_the_same_place() -> None:
    old = [
        ["1 of 1", "before", "pinned", "Linux", "3.10.1"],
        ["1 of 1", "before", "floors", "Linux", "3.10.1"],
    ]
    new = ["2 of 2", "now", "pinned", "Linux", "3.10.13"]
    assert matrix.joined(old, [new]) == [old[1], new]


@pytest.mark.parametrize("words", [["--pythons", "3.9"], ["--versions", "newest"]])
def test_other_words_are_refused(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["matrix", *words])
    with pytest.raises(SystemExit, match="2"):
        matrix.main()
    assert f"invalid choice: '{words[1]}'" in capsys.readouterr().err


def test_a_failing_uv_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"No interpreter found|not found"):
        matrix.uv("python", "find", "no-such-python")
