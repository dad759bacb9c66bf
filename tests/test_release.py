"""What `make release` checks before it builds, and of the wheel that it built."""

import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from lessons_pkg import __version__
from tests.conftest import ROOT
from tools import release


def test_files_that_name_the_version_agree() -> None:
    changelog, citation = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CITATION.cff")
    )
    assert release.disagreements(__version__, changelog, citation) == []


@pytest.mark.parametrize(
    ("changelog", "citation", "words"),
    [
        ("# Changelog\n\n## 0.3.0 (unreleased)\n\n## 0.2.0\n", "version: 0.2.0\n", "CHANGELOG.md names version 0.3.0"),
        ("## 0.2.0 (2026-01-01)\n", "cff-version: 0.2.0\nversion: 0.1.0\n", "CITATION.cff names version 0.1.0"),
        ("# Changelog\n", "version: 0.2.0\n", "CHANGELOG.md names version none"),
    ],
    ids=["heading", "citation", "no heading"],
)  # fmt: skip
def test_a_version_that_differs_is_named(changelog: str, citation: str, words: str) -> None:
    (problem,) = release.disagreements("0.2.0", changelog, citation)
    assert problem.startswith(f"{words}, lessons_pkg/_version.py 0.2.0")


def test_a_file_that_a_wheel_forgot_is_named(tmp_path: Path) -> None:
    wheel, inside = tmp_path / "x.whl", "lessons_pkg-0.dist-info/licenses/"
    listed = ["git", "ls-files", "lessons_pkg"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "lessons_pkg/sliders/slider.js" in files
    with ZipFile(wheel, "w") as archive:
        for name in [*files, f"{inside}LICENSE", f"{inside}LICENSE-CONTENT"]:
            if name not in ("lessons_pkg/sliders/slider.js", f"{inside}LICENSE"):
                archive.writestr(name, "")
    assert release.forgotten(wheel) == ["LICENSE", "lessons_pkg/sliders/slider.js"]


def test_the_environment_elsewhere_borrows_packages_but_not_the_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **options: None)
    python = release.environment(tmp_path / "there", tmp_path / "nothing.whl")
    monkeypatch.undo()
    program = (
        "import importlib.util as u; print([u.find_spec(n) is not None for n in ('nbclient', 'lessons_pkg')])"
    )
    asked = subprocess.run(
        [python, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert asked.stdout == "[True, False]\n"
