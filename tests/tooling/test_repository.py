"""One place for owner, repository and ref; the set-up cell; what a fork's teacher runs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lessons_pkg import __version__
from tests.helpers.project import NOTEBOOKS, ROOT, code_cells, load, source
from tools.set_repository import FILES, PLACEHOLDER, Repository, current, main, parse, point_at, setup_cell

NEW = Repository("owner-of-a-test", "my.course", "v2")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "book").mkdir()
    for path in [*NOTEBOOKS, *(ROOT / "book").glob("*.md")]:
        shutil.copy(path, tmp_path / "book")
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def texts(root: Path) -> dict[Path, str]:
    paths = [root / name for name in FILES] + sorted((root / "book").glob("*.*"))
    return {
        p: p.read_text(encoding="utf-8")
        for p in paths
        if p.suffix in (".md", ".ipynb", ".yml", ".cff", ".toml")
    }


def test_all_places_agree() -> None:
    here = current()
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["html"]["baseurl"] == here.pages
    for path, text in texts(ROOT).items():
        for url in re.findall(r"https://github\.com/([\w-]+/[\w.-]+?)(?=[@/\s\"')\\]|$)", text):
            if url.split("/")[1] == here.name:
                assert url == f"{here.owner}/{here.name}", path
        for ref in re.findall(rf"{here.owner}/{here.name}@([\w./-]+)", text):
            assert ref == here.ref, path
        for ref in re.findall(rf"{here.owner}/{here.name}/blob/([\w.-]+)/", text):
            assert ref == here.ref, path


def test_placeholder_is_an_owner_that_no_one_can_register() -> None:
    assert "_" in PLACEHOLDER
    assert "PLACEHOLDER" in setup_cell(parse(f"https://github.com/{PLACEHOLDER}/x", "main"))
    assert "PLACEHOLDER" not in setup_cell(NEW)


@pytest.mark.parametrize(
    "url",
    ["https://github.com/owner-of-a-test/my.course", "https://github.com/owner-of-a-test/my.course.git/"],
)
def test_addresses_are_read_in_the_usual_forms(url: str) -> None:
    assert parse(url, "v2") == NEW


def test_a_users_own_site_is_published_at_its_root() -> None:
    assert parse("https://github.com/Ann/ann.github.io", "main").pages == "https://Ann.github.io/"


@pytest.mark.parametrize(
    ("url", "ref", "words"),
    [
        ("", "main", "URL must be https://github.com/OWNER/REPOSITORY, got ''"),
        ("git@github.com:a/b", "main", "URL must be"),
        ("https://example.org/a/b", "main", "URL must be"),
        ("https://github.com/a", "main", "URL must be"),
        ("https://github.com/under_score/b", "main", "URL must be"),
        ("https://github.com/a/b", "two words", "REF must be a branch, tag or commit"),
        ("https://github.com/a/b", "-x", "REF must be a branch, tag or commit"),
    ],
)
def test_other_addresses_are_refused(url: str, ref: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(url, ref)


def test_pointing_at_a_fork_changes_every_place_and_nothing_else(copy: Path) -> None:
    before, old = texts(copy), current(copy / "_config.yml")
    changed = point_at(NEW, copy)
    after = texts(copy)
    assert {path for path in before if before[path] != after[path]} == set(changed)
    assert current(copy / "_config.yml") == NEW
    assert not [
        path for path, text in after.items() if old.url in text or old.pages in text or old.colab in text
    ]
    assert "\ncd my.course\n" in after[copy / "README.md"]
    for path in (copy / "book").glob("*.ipynb"):
        notebook, original = load(path), load(ROOT / "book" / path.name)
        assert source(code_cells(notebook)[0]) == setup_cell(NEW)
        assert [c["outputs"] for c in code_cells(notebook)] == [c["outputs"] for c in code_cells(original)]
        assert after[path].count(f"{NEW.pages}book/") == before[path].count(f"{old.pages}book/")
    assert point_at(NEW, copy) == []
    point_at(old, copy)
    assert texts(copy) == before


def test_command_line_names_the_rule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([], ["nonsense", "main"]):
        monkeypatch.setattr(sys, "argv", ["tools.repository", *arguments])
        assert main() == 2
        assert "Example: make repository URL=https://github.com/you/fork REF=main" in capsys.readouterr().out


COLAB = """
import builtins, sys, types
from IPython.core.interactiveshell import InteractiveShell
google, colab = types.ModuleType("google"), types.ModuleType("google.colab")
google.colab = colab
sys.modules.update({"google": google, "google.colab": colab})
shell = InteractiveShell.instance()
asked = []
shell.register_magic_function(lambda line: asked.append(line), "line", "pip")  # as in Colab: never raises
BEFORE
result = shell.run_cell(CELL)
result = shell.run_cell(CELL) if AGAIN else result
print("ASKED", asked)
print("ERROR", type(result.error_in_exec).__name__, result.error_in_exec)
"""


def run_in_fake_colab(before: str = "", *, again: bool = False) -> str:
    cell = setup_cell(NEW)
    program = COLAB.replace("BEFORE", before).replace("CELL", repr(cell)).replace("AGAIN", str(again))
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout


def test_setup_cell_installs_in_colab_without_dependencies_and_twice_is_harmless() -> None:
    said = run_in_fake_colab(again=True)
    address = "git+https://github.com/owner-of-a-test/my.course@v2"
    asked = f'install -q --no-deps "lessons_pkg @ {address}"'
    assert f"ASKED {[asked, asked]!r}" in said
    assert "ERROR NoneType None" in said
    assert f"lessons_pkg {__version__} is ready." in said
    assert "device: " in said


def test_setup_cell_says_what_is_wrong_when_the_install_failed() -> None:
    said = run_in_fake_colab("sys.modules['lessons_pkg'] = None")
    assert "ERROR RuntimeError No lessons_pkg: read pip's message above." in said


def test_setup_cell_notices_an_old_copy_in_memory() -> None:
    said = run_in_fake_colab("from lessons_pkg import runtime; runtime.__version__ = '0.0.1'")
    assert "but 0.0.1 is loaded. In Colab choose Runtime > Restart session" in said


def test_setup_cell_installs_nothing_elsewhere() -> None:
    said = run_in_fake_colab("del sys.modules['google.colab']")
    assert "ASKED []" in said
    assert "ERROR NoneType None" in said
