"""The benchmarks of scale run, on something tiny and without pytest-benchmark: `make scale` measures."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from benchmarks.differences import INPUTS
from benchmarks.scale import __main__ as command
from benchmarks.scale import drawings, graphs, losses, optimizers, rounds, suite, tables
from benchmarks.scale.rounds import spent

TINY = rounds.Effort(budget=0, fewest=1, most=1, least=0)


class Stopwatch:
    """Does what the cases ask of pytest-benchmark's fixture."""

    def __init__(self) -> None:
        self.extra_info: dict[str, Any] = {}
        self.seconds: list[float] = []

    def pedantic(self, way: rounds.Way, *, teardown: rounds.Way, rounds: int, iterations: int) -> None:
        for _ in range(rounds):
            self.seconds.append(spent(way, iterations))
            teardown()

    def report(self) -> dict[str, Any]:
        median = sorted(self.seconds)[len(self.seconds) // 2]
        return {"extra_info": self.extra_info, "stats": {"median": median}}


def timed(case: Callable[..., None], *args: Any) -> dict[str, Any]:
    stopwatch = Stopwatch()
    case(stopwatch, *args)
    return stopwatch.report()


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "Effort", lambda **_: TINY)
        found = [timed(suite.test_graph, shape, size) for shape in graphs.SHAPES for size in (10, 30)]
        found += [timed(suite.test_drawing, 10)]
        found += [timed(suite.test_slider, frames) for frames in (2, 3)]
        found += [timed(suite.test_optimizer, name, 2, 3) for name in optimizers.NAMES]
        found += [timed(suite.test_loss, name, size) for name in INPUTS for size in (60, 120)]
    written: dict[str, Any] = json.loads(json.dumps({"benchmarks": found}))
    return written


def test_every_case_becomes_a_row(report: dict[str, Any]) -> None:
    found = tables.tables(report)
    assert [row[0] for row in found["graphs"]["rows"]] == ["chain", "wide", "diamonds"]
    assert [row[0] for row in found["losses"]["rows"]] == [f"`{name}`" for name in INPUTS]
    assert [row[0] for row in found["optimizers"]["rows"]] == [
        "SGD, momentum 0.9",
        "Adam",
        "AdamW",
        "RMSprop",
    ]
    assert [row[0] for row in found["sliders"]["rows"]] == [2, 3, "exponent"]
    assert found["optimizers"]["rows"][-1][-1] == "none", "torch has no fused RMSprop"
    assert all(row[3] == "none" for row in found["losses"]["rows"]), "nothing is compiled here"
    for table in found.values():
        assert len(table["head"]) <= 5, "no more fits on a phone"
        assert all(len(row) == len(table["head"]) and None not in row for row in table["rows"])


def test_the_stored_tables_are_those_that_the_suite_makes(report: dict[str, Any]) -> None:
    stored = json.loads((results.RESULTS / "scale.json").read_text(encoding="utf-8"))["tables"]
    made = tables.tables(report)
    assert stored.keys() == made.keys()
    for name in ("graphs", "losses", "optimizers"):
        assert len(stored[name]["head"]) == len(made[name]["head"])
        assert {row[0] for row in stored[name]["rows"]} == {row[0] for row in made[name]["rows"]}


def test_growth_is_seen() -> None:
    sizes = [10, 100, 1000, 10_000]
    assert tables.exponent(sizes, [3.0 * size for size in sizes]) == pytest.approx(1)
    assert tables.exponent(sizes, [7, 1e4, 1e6, 1e8]) == pytest.approx(2), "the last three count"


def test_a_ratio_or_why_there_is_none() -> None:
    case = tables.Case("losses", "x", 1, {"ours": 3.0, "torch": 2.0}, {}, {"dot": "no dot here"})
    assert tables.ratio(case, "ours", "torch") == "1.50"
    assert tables.ratio(case, "ours", "dot") == "no dot here"
    assert tables.ratio(case, "fused", "torch") == "none"


def test_a_way_that_fails_is_named_and_ours_may_not_fail() -> None:
    def fails() -> None:
        raise RecursionError

    stopwatch = Stopwatch()
    rounds.side_by_side(stopwatch, {"ours": lambda: "é", "other": fails}, TINY)
    assert stopwatch.extra_info == {"others": {}, "bytes": {"ours": 2}, "errors": {"other": "RecursionError"}}
    with pytest.raises(RecursionError):
        rounds.side_by_side(Stopwatch(), {"ours": fails}, TINY)


def test_what_is_not_at_hand_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(drawings, "find_spec", lambda name: None if name == "torchviz" else name)
    assert drawings.reason("torchviz + dot", 10) == "no torchviz here"
    assert drawings.reason("networkx + dot", 10) == "no dot here"
    assert drawings.reason("networkx + matplotlib", 10) == ""
    assert drawings.reason("networkx + matplotlib", 5000) == drawings.NOT_TRIED
    stopwatch = Stopwatch()
    losses.measure(stopwatch, "mse_loss", 10, TINY, compiled=True)
    (case,) = tables.cases({"benchmarks": [stopwatch.report()]})
    assert tables.ratio(case, "ours, compiled", "torch, compiled") == losses.NO_COMPILER


def test_a_failure_stops_with_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        SystemExit, match=r"^Nothing was stored: a case failed; what stands above says why\.$"
    ):
        command.run(["false"], "a case failed")


def test_the_command_installs_measures_and_stores(
    report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[str] = []

    def run(line: list[str], _: str) -> None:
        ran.append(" ".join(line))
        for target in (word.partition("=")[2] for word in line if word.startswith("--benchmark-json=")):
            Path(target).write_text(json.dumps(report), encoding="utf-8")

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(command, "version", lambda name: f"{name}'s")
    monkeypatch.setattr(command, "store", functools.partial(results.store, folder=tmp_path))
    command.main()
    assert "requirements.txt" in ran[0]
    assert ran[1].endswith("suite.py")
    stored = json.loads((tmp_path / "scale.json").read_text(encoding="utf-8"))
    assert stored["provenance"]["pytest-benchmark"] == "pytest-benchmark's"
    assert stored["tables"].keys() == tables.tables(report).keys()
