"""How many small changes of the package the tests notice, and why the rest is left."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.results import Table, store
from tools.mutants import MUTMUT, Mutant, look, mutants, sample, search, search_again

REASONS = Path(__file__).resolve().parents[1] / "tests" / "survivors.yaml"
LEAST = 90  # per cent
HEAD = ["part of the package", "mutants", "noticed", "of these: ran on and on", "not noticed", "score"]


class Reason(NamedTuple):
    """Why mutants of one line may live: those with a text in ``now``, or all of them if it is None."""

    why: str
    place: str
    was: str
    now: list[str] | None

    def covers(self, mutant: Mutant) -> bool:
        """Say whether it is about this mutant."""
        same_line = (self.place, self.was) == (mutant.place, mutant.was)
        return same_line and (self.now is None or mutant.now in self.now)


def reasons(path: Path = REASONS) -> list[Reason]:
    """Read the list of survivors: under each reason functions, under each of these lines."""
    return [
        Reason(entry["why"], place, was, now)
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        for place, lines in entry["where"].items()
        for was, now in lines.items()
    ]


def percent(noticed: int, total: int) -> str:
    """Write a share, rounded down: 89.99 % is not 90."""
    return f"{1000 * noticed // total / 10} %" if total else "-"


def table(found: Sequence[Mutant]) -> Table:
    """Count by part of the package, then in all."""
    rows = []
    for part in [*sorted({mutant.part for mutant in found}), "all"]:
        count = Counter(mutant.verdict for mutant in found if part in (mutant.part, "all"))
        noticed = count["killed"] + count["timeout"]
        total = count.total()
        rows.append([part, total, noticed, count["timeout"], total - noticed, percent(noticed, total)])
    return {"head": HEAD, "rows": rows}


def unexplained(found: Iterable[Mutant], known: Sequence[Reason]) -> list[Mutant]:
    """List what survived and has no reason."""
    lived = [mutant for mutant in found if mutant.verdict == "survived"]
    return [mutant for mutant in lived if not any(reason.covers(mutant) for reason in known)]


def outdated(found: Sequence[Mutant], known: Iterable[Reason]) -> list[Reason]:
    """List reasons for certain mutants of which some were looked at, and none survived."""
    old = []
    for reason in known:
        verdicts = {mutant.verdict for mutant in found if reason.covers(mutant)}
        if reason.now is not None and verdicts and "survived" not in verdicts:
            old.append(reason)
    return old


def as_listed(found: Iterable[Mutant]) -> str:
    """Write mutants the way the list has them, to be copied there."""
    places: dict[str, dict[str, list[str]]] = {}
    for mutant in found:
        places.setdefault(mutant.place, {}).setdefault(mutant.was, []).append(mutant.now)
    entry = {"why": "", "where": places}
    return yaml.safe_dump([entry], width=10_000, sort_keys=False, allow_unicode=True)


def report(found: Sequence[Mutant], known: Sequence[Reason]) -> int:
    """Print the table and what is missing; return 0 if all is well."""
    for row in [HEAD, *table(found)["rows"]]:
        print(*row, sep="\t")
    new, old = unexplained(found, known), outdated(found, known)
    if new:
        print(f"\nThese {len(new)} survive without a reason in {REASONS.name}:\n{as_listed(new)}")
    for reason in old:
        print(f"Survives no more, take it out of {REASONS.name}: {reason.place}: {reason.was}")
    noticed = sum(mutant.verdict in ("killed", "timeout") for mutant in found)
    enough = 100 * noticed >= LEAST * len(found)
    if not enough:
        print(f"The tests notice fewer than {LEAST} % of the mutants.")
    return int(bool(new) or not enough)


def main() -> int:
    """Search among one in so many mutants, store the table, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="look at one mutant in so many")
    parser.add_argument("--again", action="store_true", help="only what changed since the last count here")
    asked = parser.parse_args()
    every = asked.every
    if every < 1:
        parser.error(f"--every must be 1 or more, got {every}")
    if asked.again and every > 1:
        parser.error("--again goes on from a count of all: leave out --every")
    wanted = set(sample(every))
    if not asked.again:
        search(sorted(wanted))
    else:
        search_again()
        if left := unexplained(mutants(), reasons()):  # a test may have come for them
            look([mutant.name for mutant in left])
    found = [mutant for mutant in mutants() if mutant.name in wanted]
    tools = {"mutmut": MUTMUT.partition("==")[2], "sample": f"one mutant in {every}" if every > 1 else "all"}
    print(f"stored in {store('mutants', {'parts': table(found)}, tools=tools)}")
    return report(found, reasons())


if __name__ == "__main__":
    sys.exit(main())
