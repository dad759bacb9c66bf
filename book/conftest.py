"""The gate's comparison: nbval's own, plus what nbval leaves out (drawings, order of outputs, tampering)."""

import os
import random
import re
from typing import Any

import pytest
from nbval import plugin
from nbval.plugin import IPyNbCell, IPyNbFile
from tools.drawings import moved, without_coordinates
from tools.notebooks import OFFLINE, VIEW, merged
from tools.spoiling import TARGETS, Place, places, spoil

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


def _places(cell: Any, kind: str) -> list[Place]:
    return places(merged(cell.cell.outputs), kind)


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
        found = [
            (c, place) for c in self.cells for place in _places(c, self.kind)
        ]
        assert found, (
            f"no stored {self.kind} to tamper with: is the chapter empty?"
        )
        missed = []
        chosen = generator.sample(found, min(TAMPERINGS, len(found)))
        assert chosen, "nothing is tampered with"
        for cell, place in chosen:
            stored = merged(cell.cell.outputs)
            said = spoil(stored, place, self.kind, generator)
            if IPyNbCell.compare_outputs(cell, cell.test_outputs, stored):
                missed.append(f"{cell.name}: {said}")
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
            for kind, (held, _, _) in TARGETS.items()
            if held == "printed"
            or chapter
            or any(_places(cell, kind) for cell in cells)
        ]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what to do where a stored output is not what its cell prints now."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(
            "Stored outputs are not what the cells print now. If the change is meant: "
            "run `make notebooks`, look at the pages, commit."
        )
