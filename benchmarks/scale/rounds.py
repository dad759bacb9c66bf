"""Time several ways side by side: the first is pytest-benchmark's, the others run between its rounds."""

import math
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

Way = Callable[[], object]


class Effort(NamedTuple):
    """How long to measure one case."""

    budget: float = 3.0  #: seconds for all rounds together
    fewest: int = 3  #: rounds
    most: int = 25  #: rounds
    least: float = 0.005  #: seconds: what takes less is called several times per round


def processor_seconds() -> float:
    """Read the processor time of this process and of the programs it called: others' load is not in it."""
    called = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + called.ru_utime + called.ru_stime


def spent(way: Way, calls: int = 1) -> float:
    """Call a way so many times; return the seconds of one call."""
    start = processor_seconds()
    for _ in range(calls):
        way()
    return (processor_seconds() - start) / calls


def first_call(way: Way, whose: str) -> tuple[float, int, str]:
    """Warm up; return the seconds, the bytes of text that it writes, and the error that it ends with.

    Ours may not end with an error.
    """
    start = processor_seconds()
    try:
        result = way()
    except Exception as error:
        if whose == "ours":
            raise
        return 0.0, 0, type(error).__name__
    return processor_seconds() - start, len(result.encode()) if isinstance(result, str) else 0, ""


def side_by_side(benchmark: Any, ways: dict[str, Way], effort: Effort, **case: Any) -> None:
    """Time all ways in turn, round after round, so that a busy second falls on each of them.

    ``benchmark``: pytest-benchmark's fixture, which times ``"ours"``, the first way. What else was found is
    noted beside its numbers, with the ``case``.
    """
    first = {name: first_call(way, name) for name, way in ways.items()}
    errors = {name: error for name, (_, _, error) in first.items() if error}
    ways = {name: way for name, way in ways.items() if name not in errors}
    once = {name: first[name][0] if first[name][0] > 1 else spent(way) for name, way in ways.items()}
    calls = {name: max(1, math.ceil(effort.least / max(taken, 1e-7))) for name, taken in once.items()}
    times: dict[str, list[float]] = {name: [] for name in ways if name != "ours"}

    def others() -> None:
        for name, taken in times.items():
            taken.append(spent(ways[name], calls[name]))

    rounds = int(effort.budget / sum(once[name] * calls[name] for name in ways))
    rounds = max(effort.fewest, min(effort.most, rounds))
    benchmark.pedantic(ways["ours"], teardown=others, rounds=rounds, iterations=calls["ours"])
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    written = {name: first[name][1] for name in ways}
    benchmark.extra_info.update(others=medians, bytes=written, errors=errors, **case)
