"""From pytest-benchmark's file to the tables of the page."""

import math
import statistics
from typing import Any, NamedTuple

from benchmarks.results import Table
from benchmarks.scale import drawings, optimizers


class Case(NamedTuple):
    """What was found at one size."""

    table: str
    name: str
    size: Any
    seconds: dict[str, float]  #: of each way, the median of its rounds
    bytes: dict[str, int]  #: of text that it wrote
    missing: dict[str, str]  #: why a way has no seconds


def cases(report: dict[str, Any]) -> list[Case]:
    """Read what ``--benchmark-json`` wrote."""
    found = []
    for one in report["benchmarks"]:
        noted = one["extra_info"]
        seconds = {"ours": one["stats"]["median"], **noted["others"]}
        missing = {**noted["errors"], **noted.get("reasons", {})}
        found.append(Case(noted["table"], noted["name"], noted["size"], seconds, noted["bytes"], missing))
    return found


def exponent(sizes: list[int], costs: list[float]) -> float:
    """Return the k of cost ~ size^k: the slope of the line through the logarithms of the last three sizes."""
    logs = [[math.log(value) for value in values[-3:]] for values in (sizes, costs)]
    return statistics.linear_regression(*logs).slope


def ratio(case: Case, above: str, below: str) -> str:
    """Divide the times of two ways, or say why there is none."""
    for way in (above, below):
        if way not in case.seconds:
            return case.missing.get(way, "none")
    return f"{case.seconds[above] / case.seconds[below]:.2f}"


def by_name(found: list[Case], table: str) -> dict[str, list[Case]]:
    """Group a table's cases, the smallest size first."""
    mine = [case for case in found if case.table == table]
    return {
        name: [case for case in mine if case.name == name] for name in dict.fromkeys(c.name for c in mine)
    }


def growth(group: list[Case], way: str) -> str:
    """Write a way's microseconds per unit of the largest size, and the exponent; or why there are none."""
    last = group[-1]
    if way not in last.seconds:
        return last.missing[way]
    costs = [case.seconds[way] for case in group]
    return f"{1e6 * costs[-1] / last.size:.1f} ({exponent([case.size for case in group], costs):.2f})"


def graph_table(found: list[Case]) -> Table:
    """Microseconds per node, and how they grow."""
    parts = {
        "torch builds it": "build",
        "walk": "ours",
        "walk, collector on": "walk, collector on",
        "tree": "tree",
    }
    groups = by_name(found, "graphs")
    rows = [[name, *(growth(group, way) for way in parts.values())] for name, group in groups.items()]
    return {"head": [f"{next(iter(groups.values()))[-1].size:,} nodes", *parts], "rows": rows}


def drawing_table(found: list[Case]) -> Table:
    """Seconds and kilobytes of each way."""
    ways = ["ours", *drawings.NEEDS]
    rows = []
    for case in by_name(found, "drawings")[""]:
        written = {way: f"{case.seconds[way]:.2f} s, {case.bytes[way] / 1e3:,.0f} kB" for way in case.seconds}
        rows.append([f"{case.size:,}", *(written.get(way, case.missing.get(way)) for way in ways)])
    return {"head": ["nodes", *ways], "rows": rows}


def loss_table(found: list[Case]) -> Table:
    """Ratios at both ends, and how both twins grow."""
    rows = []
    groups = by_name(found, "losses")
    for name, group in groups.items():
        sizes = [case.size for case in group]
        slopes = (exponent(sizes, [case.seconds[who] for case in group]) for who in ("ours", "torch"))
        ends = [ratio(case, "ours", "torch") for case in (group[0], group[-1])]
        compiled = ratio(group[-1], "ours, compiled", "torch, compiled")
        rows.append([f"`{name}`", *ends, compiled, " / ".join(f"{slope:.2f}" for slope in slopes)])
    first, last = (f"{size:,}" for size in (sizes[0], sizes[-1]))
    head = ["loss", first, last, f"{last}, both compiled", "exponent, ours / torch's"]
    return {"head": head, "rows": rows}


def optimizer_table(found: list[Case]) -> Table:
    """Ratios to each of torch's ways, for one large tensor and for many small ones."""
    rows = []
    for case in (case for case in found if case.table == "optimizers"):
        tensors, numbers = case.size
        ratios = [ratio(case, "ours", way) for way in optimizers.WAYS]
        rows.append([case.name, f"{tensors:,} of {numbers:,}", *ratios])
    return {"head": ["step", "tensors of numbers", *optimizers.WAYS], "rows": rows}


def slider_table(found: list[Case]) -> Table:
    """Seconds and bytes per frame, and how both grow."""
    group = by_name(found, "sliders")[""]
    rows: list[list[Any]] = []
    for case in group:
        ms, kB = 1e3 * case.seconds["ours"], case.bytes["ours"] / 1e3
        rows.append([case.size, f"{ms / 1e3:.2f} s", f"{ms / case.size:.1f} ms", f"{kB / case.size:.2f} kB"])
    sizes = [case.size for case in group]
    time = exponent(sizes, [case.seconds["ours"] for case in group])
    size = exponent(sizes, [case.bytes["ours"] for case in group])
    rows.append(["exponent", "", f"{time:.2f}", f"{size:.2f}"])
    return {"head": ["frames", "time", "per frame", "text per frame"], "rows": rows}


def tables(report: dict[str, Any]) -> dict[str, Table]:
    """Write all tables."""
    makers = {
        "graphs": graph_table,
        "drawings": drawing_table,
        "losses": loss_table,
        "optimizers": optimizer_table,
        "sliders": slider_table,
    }
    found = cases(report)
    return {name: make(found) for name, make in makers.items()}
