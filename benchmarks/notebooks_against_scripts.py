"""Time the gate's nbval against the same cells as plain scripts, side by side: `make bench`."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from benchmarks.results import Table, store
from tools.notebooks import BOOK, ENVIRONMENT, ROOT

NBVAL = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider"]
WORKERS = {1: ["-n", "1", "--dist", "loadfile"], 2: ["-n", "2", "--dist", "loadfile"]}


def script(path: Path) -> str:
    """Write a notebook's code cells as one program; an error that the notebook means to show is caught."""
    parts = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            code = TransformerManager().transform_cell(cell.source)  # `%pip` in the cell for Colab
            if "raises-exception" in cell.metadata.get("tags", []):
                code = (
                    f"try:\n{textwrap.indent(code, '    ')}\nexcept Exception as error:\n    print(error)\n"
                )
            parts.append(code)
    return "\n".join(parts)


def run(command: Sequence[str], folder: Path = ROOT) -> None:
    """Run one program as the gate's kernels run; stop with its words if it fails."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def run_scripts(notebooks: Sequence[Path]) -> None:
    """Run the notebooks' cells as plain programs, one process each, one after another."""
    with tempfile.TemporaryDirectory() as name:
        for path in notebooks:
            program = Path(name) / f"{path.stem}.py"
            program.write_text(script(path), encoding="utf-8")
            run([sys.executable, str(program)], Path(name))


def run_nbval(notebooks: Sequence[Path], workers: int) -> None:
    """Run the notebooks as the gate does, comparison and tampering included."""
    run([*NBVAL, *WORKERS[workers], *map(str, notebooks)])


def seconds(action: Callable[[], None]) -> float:
    """Time one call by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(notebooks: Sequence[Path], rounds: int) -> dict[str, Table]:
    """Time all ways in turn, round after round, so that a busy minute falls on each of them."""
    ways: dict[str, Callable[[], None]] = {
        "plain scripts, one after another": lambda: run_scripts(notebooks),
        "nbval, two workers: the gate": lambda: run_nbval(notebooks, 2),
        "nbval, one worker": lambda: run_nbval(notebooks, 1),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way in list(ways)[:: -1 if turn % 2 else 1]:
            times[way].append(seconds(ways[way]))
            print(f"{way}: {times[way][-1]:.1f} s", flush=True)
    base = statistics.median(next(iter(times.values())))
    rows = [
        [way, *(f"{f(taken):.1f} s" for f in (statistics.median, min, max)), statistics.median(taken) / base]
        for way, taken in times.items()
    ]
    head = [f"notebooks: {len(notebooks)}, rounds: {rounds}", "median", "fastest", "slowest", "to scripts"]
    return {"times": {"head": head, "rows": rows}}


def main() -> None:
    """Measure all notebooks and store the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    tables = measure(sorted(BOOK.glob("*.ipynb")), parser.parse_args().rounds)
    print(f"stored in {store('notebooks', tables)}")


if __name__ == "__main__":
    main()
