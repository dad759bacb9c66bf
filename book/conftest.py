"""The gate's comparison: nbval's own, plus what nbval leaves out (drawings, order of outputs, tampering)."""

import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from lessons_pkg.sliders.live import VIEW
from nbval import plugin
from nbval.plugin import IPyNbCell, IPyNbFile
from tools.drawings import moved, without_coordinates
from tools.notebooks import OFFLINE, merged

TAMPERINGS = 25  # per chapter and kind of target
os.environ.update(OFFLINE)  # kernels inherit it
_nbval_compare = IPyNbCell.compare_outputs
# nbval joins all pieces of a stream, also across a figure between them; we join neighbours only.
plugin.coalesce_streams = merged


def _shape(outputs: Any) -> list[tuple[Any, ...]]:
    """Kind, stream name and formats of each output, in order: nbval looks at none of these."""
    return [
        (
            output["output_type"],
            output.get("name"),
            *sorted(set(output.get("data", {})) - {VIEW}),
        )
        for output in outputs
    ]


def gate_compare(
    cell: Any, fresh: Any, stored: Any, skip_compare: Any = None
) -> bool:
    """Compare all words as nbval does, then order and kinds, then coordinates within half a point."""
    if not _nbval_compare(
        cell,
        without_coordinates(fresh),
        without_coordinates(stored),
        skip_compare,
    ):
        return False
    if _shape(fresh) != _shape(stored):
        cell.comparison_traceback = [
            f"kinds or order of outputs differ: {_shape(stored)} {_shape(fresh)}"
        ]
        return False
    distance = moved(stored, fresh)
    cell.comparison_traceback = [distance]
    return distance is None


IPyNbCell.compare_outputs = gate_compare


# ---- The tamper test: change one stored thing, ask the comparison above, demand red. ----

# What to spoil: in which texts, where in them (None: anywhere), and what there.
_TARGETS = {
    "digit": ("printed", None, r"\d"),
    "word": ("printed", None, r"[A-Za-z]{2,}"),
    "caption": (
        "drawing",
        r"(?<=>)[^<>]+(?=</(?:figcaption|td)>)",
        r"[A-Za-z]{2,}|\d",
    ),
    "label": (
        "drawing",
        r"(?<=>)[^<>]+(?=</(?:text|tspan)>)",
        r"[A-Za-z]{2,}|\d",
    ),
    "coordinate": (
        "drawing",
        r"<svg.*</svg>",
        r'(?<= [xy]=")-?[\d.]+(?=")|(?<=[ML] )-?[\d.]+',
    ),
}


def _texts(outputs: Any) -> Iterator[tuple[Any, str, str]]:
    """Everything stored that a reader sees, as (holder, key, kind)."""
    for output in outputs:
        if output["output_type"] == "stream":
            yield output, "text", "printed"
        elif output["output_type"] == "error":
            yield output, "evalue", "printed"
        else:
            for mime, text in output["data"].items():
                kind = "drawing" if "<svg" in "".join(text) else "printed"
                yield output["data"], mime, kind


def _places(cells: list[Any], target: str) -> list[tuple[Any, int, int, int]]:
    """Every place of this target in the stored outputs: cell, which text, start, end."""
    kind, where, what = _TARGETS[target]
    places = []
    for cell in cells:
        for index, (holder, key, held) in enumerate(
            _texts(merged(cell.cell.outputs))
        ):
            text = "".join(holder[key])
            spans = [(0, len(text))]
            if where:
                spans = [m.span() for m in re.finditer(where, text, re.DOTALL)]
            for start, end in spans if held == kind else []:
                found = re.compile(what).finditer(text, start, end)
                places += [(cell, index, *match.span()) for match in found]
    return places


def _spoilt(found: str, target: str, generator: random.Random) -> str:
    if target == "coordinate":
        shift = generator.choice((-1, 1)) * generator.uniform(0.7, 9)
        return f"{float(found) + shift:.2f}"
    if found.isdigit():
        return str((int(found) + generator.randint(1, 9)) % 10)
    return found[:-1] + ("x" if found[-1] != "x" else "y")


class TamperItem(pytest.Item):
    """After a notebook's cells passed: spoil its stored outputs, one place at a time; each must be noticed."""

    def __init__(self, *, kind: str, cells: list[Any], **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.cells = kind, cells

    def runtest(self) -> None:
        """Spoil and compare; the fresh outputs are those of the one execution that just passed."""
        unrun = [cell.name for cell in self.cells if cell.test_outputs is None]
        assert not unrun, (
            f"cells that did not run: {unrun}; is there a skip tag?"
        )
        generator = random.Random(f"{self.path.name} {self.kind}")
        places = _places(self.cells, self.kind)
        assert places, (
            f"no stored {self.kind} to tamper with: is the chapter empty?"
        )
        missed = []
        chosen = generator.sample(places, min(TAMPERINGS, len(places)))
        for cell, index, start, end in chosen:
            stored = merged(cell.cell.outputs)
            holder, key, _ = list(_texts(stored))[index]
            text = "".join(holder[key])
            wrong = _spoilt(text[start:end], self.kind, generator)
            holder[key] = text[:start] + wrong + text[end:]
            if gate_compare(cell, cell.test_outputs, stored):
                missed.append(
                    f"{cell.name}: {text[max(0, start - 30) : end + 30]!r}"
                )
        assert not missed, f"tampering went unnoticed: {missed}"

    def reportinfo(self) -> tuple[Any, int, str]:
        """Name the item in pytest's listing."""
        return self.path, 0, f"{self.path.name}::tampered {self.kind}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Add, after the cells of each notebook, one tamper item per kind of target."""
    files: dict[IPyNbFile, list[Any]] = {}
    for item in items:
        if isinstance(item, IPyNbCell):
            files.setdefault(item.parent, []).append(item)
    for file, cells in files.items():
        chapter = re.match(r"\d\d-", file.path.name)  # each has drawings
        last = items.index(cells[-1])
        items[last + 1 : last + 1] = [
            TamperItem.from_parent(
                file, name=f"tampered {kind}", kind=kind, cells=cells
            )
            for kind, (held, _, _) in _TARGETS.items()
            if held == "printed" or chapter or _places(cells, kind)
        ]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what to do where a stored output is not what its cell prints now."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(
            "Stored outputs are not what the cells print now. If the change is meant: "
            "run `make notebooks`, look at the pages, commit."
        )
