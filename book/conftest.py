"""The strict comparison: nbval's own, plus what nbval leaves out (drawings, order and kinds of outputs)."""

import os
from typing import Any

from nbval import plugin
from nbval.plugin import IPyNbCell
from tools.execute_notebooks import OFFLINE, VIEW, coalesce_streams
from tools.svg_compare import max_shift, without_coordinates

os.environ.update(OFFLINE)  # kernels inherit it
_nbval_compare = IPyNbCell.compare_outputs
# nbval joins all pieces of a stream, also across a figure between them; we join neighbours only.
plugin.coalesce_streams = coalesce_streams


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


def compare_strictly(
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
    distance = max_shift(stored, fresh)
    cell.comparison_traceback = [distance]
    return distance is None


IPyNbCell.compare_outputs = compare_strictly


def pytest_configure(config: Any) -> None:
    """Give a cell two minutes, not nbval's half hour: then the report names the cell that hangs or died.

    A kernel has five to start in: on a busy machine nbval's one is over before a CUDA build of torch is loaded.
    """
    if config.getoption("nbval_cell_timeout", 0) == 2000:
        config.option.nbval_cell_timeout = 120
    if config.getoption("nbval_kernel_startup_timeout", 0) == 60:
        config.option.nbval_kernel_startup_timeout = 300


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what to do where a stored output is not what its cell prints now."""
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(
            "Stored outputs are not what the cells print now. If the change is meant: "
            "run `make notebooks`, look at the pages, commit."
        )
