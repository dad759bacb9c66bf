"""Attack a copy of the project, one change at a time, and demand that the gate notices. `make attack`."""

import argparse
import re
import sys
import tempfile
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path
from random import Random

from tools.attack import cells, files, formulas, outputs, rows, sources
from tools.attack.change import Attack, Change
from tools.attack.gate import ask, copied, restored

ROOT = Path(__file__).resolve().parents[2]
ATTACKS: dict[str, Attack] = {
    **outputs.ATTACKS,
    **cells.ATTACKS,
    **sources.ATTACKS,
    **rows.ATTACKS,
    **files.ATTACKS,
    **formulas.ATTACKS,
}


def made(kind: str, seed: str, copy: Path) -> tuple[Change, tuple[str, ...]]:
    """Make an attack; return what was changed, and what to ask. The same seed makes the same one.

    What nbval is asked has one seed for all kinds, and so one notebook, which takes long to run.
    """
    attack = ATTACKS[kind]
    try:
        change = attack.change(copy, Random(seed if attack.part == "nbval" else f"{kind} {seed}"))
    except IndexError:
        raise SystemExit(f"{kind}: there is nothing of this kind any more. Look into tools/attack.") from None
    return change, change.asked or attack.asked


def control(kinds: list[str], seeds: list[str], copy: Path) -> list[str]:
    """Ask the untouched copy everything that the attacked ones will be asked; return what is red."""
    asked: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        for seed in seeds:
            asked[ATTACKS[kind].part].update(made(kind, seed, copy)[1])
            restored(copy)
    red = []
    for part, names in asked.items():
        green, said = ask(part, names, copy)
        print(
            f"control: make {part}, {len(names)} of its tests or files: {'green' if green else 'RED'}",
            flush=True,
        )
        red += [] if green else [said]
    return red


def outcome(kind: str, seed: str, copy: Path) -> tuple[str, str, str]:
    """Attack, ask, restore; return what was changed, who noticed, and what is wrong (or nothing)."""
    part = ATTACKS[kind].part
    change, asked = made(kind, seed, copy)
    green, said = ask(part, asked, copy)
    restored(copy)
    noticed = re.findall(r"(?m)^(?:FAILED|ERROR) (\S+(?: \d+| [a-z]+)?)|^.*(WARNING: .*)$", said)
    by = ", ".join(dict.fromkeys(first or second for first, second in noticed)) or f"make {part}"
    if green:
        return change.said, "nobody", "survived"
    return change.said, by, "" if change.name in said else f"the message does not name {change.name}"


def row(kind: str, said: str, by: str, wrong: str) -> str:
    """Write one line of the table."""
    return f"| {kind} | {said} | {by[:160]}{' …' * (len(by) > 160)} | {wrong or 'noticed'} |".replace(
        "\n", " "
    )


def attack_all(kinds: list[str], seeds: list[str], copy: Path) -> int:
    """Print the table; return how many attacks went wrong."""
    print("| kind | what was changed | who noticed | |\n| --- | --- | --- | --- |")
    wrong = 0
    for kind in kinds:
        for seed in seeds:
            result = outcome(kind, seed, copy)
            print(row(kind, *result), flush=True)
            wrong += bool(result[2])
    return wrong


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.attack", description=__doc__)
    parser.add_argument("--seed", default="1", help="another seed makes other changes")
    parser.add_argument("--attacks", default="1", help="how many of each kind")
    parser.add_argument("--kinds", default="*", help="a pattern: ledger*, or 'stored digit'")
    given = parser.parse_args()
    chosen = [kind for kind in ATTACKS if fnmatch(kind, given.kinds)]
    if not chosen or re.fullmatch(r"[1-9]\d*", given.attacks) is None:
        print(f"No attack: KINDS must fit one of {', '.join(ATTACKS)}; ATTACKS must be 1 or more.")
        return 2
    seeds = [f"{given.seed} {number}" for number in range(int(given.attacks))]
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(ROOT, Path(folder).resolve() / "course")
        if red := control(chosen, seeds, copy):
            print(red[0][-6000:], "\nThe gate is red before any attack: see the lines above.")
            return 1
        wrong = attack_all(chosen, seeds, copy)
    print(f"{len(chosen) * len(seeds)} attacks with seed {given.seed}: {wrong} not noticed, or not named.")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
