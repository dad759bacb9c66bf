"""The search for mutants, without searching: what is read, counted, listed and refused."""

import importlib
import inspect
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks import mutants as benchmark
from benchmarks.mutants import Reason, as_listed, outdated, reasons, report, table, unexplained
from tests.test_project import make
from tools import mutants as tool
from tools.mutants import Mutant

GENERATED = """\
class A:
    def xǁAǁtwice__mutmut_orig(self, x):
        return 2 * x  # as its name says
    def xǁAǁtwice__mutmut_1(self, x):
        return 3 * x  # as its name says
    def xǁAǁtwice__mutmut_2(self, x):
        return 2 / x  # as its name says
def x__sign__mutmut_orig(x=1):
    return x > 0
def x__sign__mutmut_1(x=2):
    return x > 0
"""
SPANS = {"xǁAǁtwice__mutmut_orig": [2, 3], "xǁAǁtwice__mutmut_1": [4, 5], "xǁAǁtwice__mutmut_2": [6, 7],
         "x__sign__mutmut_orig": [8, 9], "x__sign__mutmut_1": [10, 11]}  # fmt: skip
CODES = {"lessons_pkg.part.mod.xǁAǁtwice__mutmut_1": 1, "lessons_pkg.part.mod.xǁAǁtwice__mutmut_2": 0,
         "lessons_pkg.part.mod.x__sign__mutmut_1": None}  # fmt: skip


def test_what_mutmut_leaves_is_read(tmp_path: Path) -> None:
    home = tmp_path / "lessons_pkg" / "part"
    home.mkdir(parents=True)
    (home / "mod.py").write_text(GENERATED, encoding="utf-8")
    (home / "mod.py.spans").write_text(json.dumps({"spans": SPANS}), encoding="utf-8")
    (home / "mod.py.meta").write_text(json.dumps({"exit_code_by_key": CODES}), encoding="utf-8")
    assert [mutant[1:] for mutant in tool.mutants(tmp_path)] == [
        ("part", "part.mod.A.twice", "return 2 * x", "return 3 * x", "killed"),
        ("part", "part.mod.A.twice", "return 2 * x", "return 2 / x", "survived"),
        ("part", "part.mod._sign", "def _sign(x=1):", "def _sign(x=2):", "unknown"),
    ]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (0, "survived"),
        (33, "survived"),
        (1, "killed"),
        (-11, "killed"),
        (36, "timeout"),
        (-24, "timeout"),
        (None, "unknown"),
    ],
)
def test_verdicts(code: int | None, word: str) -> None:
    assert tool.verdict(code) == word


def found(*verdicts: str) -> list[Mutant]:
    return [
        Mutant(f"n{k}", "part", "part.f", f"x = {k}", f"x = {k + 1}", word) for k, word in enumerate(verdicts)
    ]


def test_the_table_counts_and_rounds_down() -> None:
    rows = table(found(*["killed"] * 1798, "timeout", *["survived"] * 201))["rows"]
    assert rows[0] == ["part", 2000, 1799, 1, 201, "89.9 %"]
    assert rows[1] == ["all", *rows[0][1:]]


def test_a_survivor_needs_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    several = found(*["killed"] * 28, "survived", "survived")
    assert report(several, []) == 1
    printed = capsys.readouterr().out
    assert "These 2 survive without a reason in survivors.yaml:" in printed
    listed = tmp_path / "listed.yaml"
    listed.write_text(as_listed(unexplained(several, [])), encoding="utf-8")
    known = reasons(listed)
    assert known == [Reason("", "part.f", f"x = {k}", [f"x = {k + 1}"]) for k in (28, 29)]
    assert report(several, known) == 0
    assert (
        unexplained(several, [Reason("", "part.f", "x = 28", None), known[1]._replace(place="g")])
        == several[29:]
    )


def test_too_low_a_score_fails_whatever_the_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    several = found(*["killed"] * 8, "survived")
    assert report(several, [Reason("", "part.f", "x = 8", None)]) == 1
    assert "The tests notice fewer than 90 % of the mutants." in capsys.readouterr().out


def test_reasons_that_are_no_longer_needed_are_named() -> None:
    killed, alive, elsewhere = (Reason("", "part.f", f"x = {k}", [f"x = {k + 1}"]) for k in (0, 1, 7))
    assert outdated(found("killed", "survived"), [killed, alive, elsewhere]) == [killed]


def function(place: str) -> Any:
    """Find what a listed place means: the last part of its module that can be imported, then its names."""
    parts = place.split(".")
    for end in range(len(parts) - 1, -1, -1):
        try:
            thing = importlib.import_module(".".join(["lessons_pkg", *parts[:end]]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            thing = getattr(thing, name)
        return thing
    raise AssertionError(place)


@pytest.mark.parametrize("reason", reasons(), ids=lambda reason: f"{reason.place}: {reason.was[:30]}")
def test_listed_survivors_stand_in_the_package_and_have_a_reason(reason: Reason) -> None:
    lines = [
        line.partition("  # ")[0].strip() for line in inspect.getsource(function(reason.place)).splitlines()
    ]
    assert reason.was in lines or reason.was in " ".join(lines)
    assert len(reason.why.split()) >= 4


def test_no_two_reasons_for_one_mutant() -> None:
    text = benchmark.REASONS.read_text(encoding="utf-8")
    listed: dict[tuple[str, str], list[str | None]] = {}
    for reason in reasons():
        listed.setdefault((reason.place, reason.was), []).extend(reason.now or [None])
    for line, now in listed.items():
        assert now == [None] or None not in now, f"{line}: all of its mutants and certain ones"
        assert len(set(now)) == len(now), line
    assert all(set(entry) == {"why", "where"} for entry in yaml.safe_load(text))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--every", "0"], "--every must be 1 or more, got 0"),
        (["--again", "--every", "8"], "--again goes on from a count of all: leave out --every"),
    ],
)
def test_the_command_refuses_what_is_no_count(
    options: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mutants", *options])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert words in capsys.readouterr().err


def test_going_on_keeps_verdicts_and_asks_anew_which_tests_call_what(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[list[str]] = []

    def run(command: list[Any], **_: Any) -> Any:
        ran.append([str(word) for word in command[1:]])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(tool, "environment", lambda: Path("mutmut"))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(tool, "MUTANTS", tmp_path / "mutants")
    with pytest.raises(SystemExit, match="no earlier count here"):
        tool.search_again()
    verdicts, calls = (tmp_path / "mutants" / name for name in ("f.py.meta", "mutmut-stats.json"))
    verdicts.parent.mkdir()
    verdicts.touch()
    calls.touch()
    tool.search_again()
    assert (verdicts.exists(), calls.exists(), ran.pop()) == (True, False, ["run"])
    tool.look(["a"])
    assert (verdicts.exists(), ran.pop()) == (True, ["run", "a"])
    tool.search(["a"])
    assert (verdicts.exists(), ran.pop()) == (False, ["run", "a"])


def test_going_on_looks_once_more_at_survivors_without_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rounds = iter([found("killed", "survived"), found("killed", "killed")])
    monkeypatch.setattr("sys.argv", ["mutants", "--again"])
    monkeypatch.setattr(benchmark, "sample", lambda every: ["n0", "n1"])
    monkeypatch.setattr(benchmark, "search", lambda wanted: asked.append("all anew"))
    monkeypatch.setattr(benchmark, "search_again", lambda: asked.append("what changed"))
    monkeypatch.setattr(benchmark, "look", asked.extend)
    monkeypatch.setattr(benchmark, "mutants", lambda: next(rounds))
    monkeypatch.setattr(benchmark, "store", lambda *_, **__: "nowhere")
    assert benchmark.main() == 0
    assert asked == ["what changed", "n1"]


def test_all_mutants_of_a_line_are_excused_only_where_it_holds_numbers_to_try_or_names() -> None:
    freely = {reason.place for reason in reasons() if reason.now is None}
    assert {one for one in freely if not one.startswith("checks.")} == {"plotting.images._Numbers.draw"}


def test_it_is_a_target_and_no_part_of_the_gate() -> None:
    assert "  make mutants " in make("help").stdout
    assert "mutants" not in make("--dry-run", "test").stdout
