"""A fork says whose it is in one file and one line of each notebook, and merges from upstream stay clean."""

import subprocess
from pathlib import Path

import pytest

from tests.helpers.project import NOTEBOOKS, ROOT, code_cells, load, source
from tools import set_repository
from tools.set_repository import Repository, current, main, parse, point_at, setup_cell

NEW = Repository("https://github.com/owner-of-a-test/my.course", "v2")
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    run = subprocess.run([*GIT, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with the files that `make repository` may write, and one that it may not."""
    folder = tmp_path / "upstream"
    for path in [ROOT / "_config.yml", ROOT / "README.md", *NOTEBOOKS[:2]]:
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "x")
    return folder


def test_a_fork_changes_three_lines_of_the_configuration_and_one_of_each_notebook(upstream: Path) -> None:
    old = current(upstream / "_config.yml")
    changed = point_at(NEW, upstream)
    counts = [line.split() for line in git(upstream, "diff", "--numstat").splitlines()]
    assert {name: int(new) for new, _, name in counts} == {
        path.relative_to(upstream).as_posix(): 3 if path.suffix == ".yml" else 1 for path in changed
    }
    assert len(changed) == 3
    assert current(upstream / "_config.yml") == NEW
    assert source(code_cells(load(changed[1]))[0]).startswith(setup_cell(NEW).partition("runtime.start")[0])
    assert point_at(NEW, upstream) == []
    point_at(old, upstream)
    assert git(upstream, "status", "--porcelain") == ""


def test_a_fork_takes_upstreams_next_text_without_a_conflict(upstream: Path, tmp_path: Path) -> None:
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "-q", str(upstream), str(fork))
    point_at(NEW, fork)
    git(fork, "commit", "-q", "-a", "-m", "Ours")
    path = upstream / NOTEBOOKS[0].relative_to(ROOT)
    words = load(path)["cells"][0]["source"][0].strip()
    path.write_text(path.read_text(encoding="utf-8").replace(words, f"{words}, again"), encoding="utf-8")
    git(upstream, "commit", "-q", "-a", "-m", "Another title")
    git(fork, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    merged = load(fork / NOTEBOOKS[0].relative_to(ROOT))
    assert f"{words}, again" in source(merged["cells"][0])
    assert f"{NEW.url}@{NEW.ref}" in source(code_cells(merged)[0])


@pytest.mark.parametrize("url", ["", "git@github.com:a/b", "https://example.org/a/b", "https://github.com/a",
                                 "https://github.com/under_score/b"])  # fmt: skip
def test_what_is_no_address_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr("sys.argv", ["tools.set_repository", url, "main"])
    with pytest.raises(SystemExit, match=r"^URL must be https://github.com/OWNER/REPOSITORY, got .*$"):
        main()


@pytest.mark.parametrize("ref", ["two words", "-x", ""])
def test_a_malformed_ref_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="REF must be a branch, tag or commit"):
        parse(NEW.url, ref)


def test_a_repository_that_github_does_not_know_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = subprocess.CompletedProcess([], 128, "", "fatal: could not read Username for 'https://github.com'")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)
    monkeypatch.setattr(set_repository, "point_at", lambda new: pytest.fail("it writes"))
    monkeypatch.setattr("sys.argv", ["tools.set_repository", NEW.url, "main"])
    with pytest.raises(SystemExit, match=f"^GitHub knows no public repository {NEW.url}"):
        main()


def test_addresses_are_read_in_the_usual_forms() -> None:
    assert parse(f"{NEW.url}.git/", "v2") == NEW
    assert parse("https://github.com/Ann/ann.github.io", "main").pages == "https://Ann.github.io/"
    assert NEW.pages == "https://owner-of-a-test.github.io/my.course/"
