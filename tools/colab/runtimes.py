"""What Colab has installed, and whether our floors hold there."""

from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIMES = sorted(Path(__file__).parent.glob("runtime-*.txt"))
NEWEST = RUNTIMES[-1]


def pins(runtime: Path = NEWEST) -> list[Requirement]:
    """Read a runtime's list."""
    lines = runtime.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and line[0] != "#"]


def unmet(wanted: Sequence[str], runtime: Path) -> list[str]:
    """Return which of our requirements the runtime, as it is, does not satisfy; best: none."""
    installed = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins(runtime)}
    problems = []
    for requirement in map(Requirement, wanted):
        version = installed.get(canonicalize_name(requirement.name))
        if version is None:
            problems.append(f"{requirement}: Colab does not have it")
        elif not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement}: Colab has {version}")
    return problems
