"""Write the notebooks' outputs: fresh kernel, in order, normalised, atomically (`make notebooks`)."""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.svg_compare import max_shift, without_coordinates

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
# The package's own two words, said again: to import it would load torch into each process that only compares.
REPRODUCIBLE = "LESSONS_REPRODUCIBLE"
VIEW = "application/vnd.jupyter.widget-view+json"
# The same in `make notebooks` and in nbval: one thread, so that sums are added in one order.
ENVIRONMENT = {REPRODUCIBLE: "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
NO_NETWORK = str(ROOT / "tools" / "no_network")
_paths = dict.fromkeys([NO_NETWORK, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
OFFLINE = ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(_paths)}
METADATA: dict[str, Any] = {
    "accelerator": "GPU",
    "colab": {"gpuType": "T4", "provenance": []},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("tags", "cellView", "mystnb")  # mystnb: what a fold is called


def _output(output: dict[str, Any]) -> dict[str, Any]:
    output = dict(output)
    if output["output_type"] == "execute_result" and VIEW in output["data"]:
        output = {"output_type": "display_data", "data": output["data"]}
    if "data" in output:
        output["data"] = {kind: content for kind, content in output["data"].items() if kind != VIEW}
        output["metadata"] = {}
    if output["output_type"] == "error":
        # The rest of a traceback holds this machine's paths; name and message are what a reader needs.
        output["traceback"] = [f"{output['ename']}: {output['evalue']}"]
    return output


def coalesce_streams(outputs: list[Any]) -> list[Any]:
    """Copy outputs, neighbouring pieces of a stream joined: where they were cut is a matter of timing."""
    joined: list[Any] = []
    for output in deepcopy(outputs):
        if output["output_type"] == "stream" and joined and joined[-1].get("name") == output["name"]:
            joined[-1]["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def normalised(notebook: Any) -> Any:
    """Copy an executed notebook without anything that depends on when, where or how it was run."""
    copy = nbformat.reads(nbformat.writes(notebook), as_version=4)
    copy.metadata = nbformat.from_dict(METADATA)
    copy.nbformat, copy.nbformat_minor = 4, 5
    for number, cell in enumerate(copy.cells, start=1):
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        cell.setdefault("id", f"cell-{number:03d}")
        if cell.cell_type == "code":
            outputs = coalesce_streams([_output(output) for output in cell.outputs])
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
    return copy


def same_outputs(stored: Any, fresh: Any) -> bool:
    """Hold two cells' outputs equal as the gate does: all words, and coordinates within half a point."""
    old, new = stored.get("outputs", []), fresh.get("outputs", [])
    return without_coordinates(old) == without_coordinates(new) and max_shift(old, new) is None


def keep_if_equal(stored: Any, fresh: Any) -> Any:
    """Keep the stored outputs where the gate sees no difference: another CPU's last bit is no news."""
    old = {cell.get("id"): cell for cell in stored.cells}
    for cell in fresh.cells:
        before = old.get(cell.get("id"), {})
        if cell.cell_type == "code" and before.get("source") == cell.source and same_outputs(before, cell):
            cell.outputs = before.outputs
    return fresh


def different_cells(stored: Any, executed: Any) -> list[str]:
    """Name the code cells whose outputs are not the stored ones."""
    pairs = zip(stored.cells, normalised(executed).cells, strict=True)
    return [f"{old.id}: {old.source[:60]!r}" for old, new in pairs if not same_outputs(old, new)]


def execute(
    notebook: Any, command: Sequence[str] = (), env: Mapping[str, str] = OFFLINE, **options: Any
) -> Any:
    """Run every cell in a fresh kernel, in an empty folder, by default without network.

    ``command`` starts another kernel than this Python's. Raises CellExecutionError where a cell fails.
    """
    manager = AsyncKernelManager(kernel_name="python3")
    if command:
        manager._kernel_spec = KernelSpec(argv=[*command, "-f", "{connection_file}"], language="python")
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=120,  # of a cell, as in nbval
            resources={"metadata": {"path": folder}},
            store_widget_state=True,  # off, Output widgets crash nbclient; normalised() strips it
            **options,
        )
        client.execute(env={**os.environ, **env}, cleanup_kc=True)  # the manager is ours, not nbclient's
    return notebook


def write_atomically(path: Path, text: str) -> None:
    """Replace ``path`` in one step: whoever is interrupted leaves the old file whole."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def text_of(notebook: Any) -> str:
    """Write a notebook the one way it is stored."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def execute_and_store(path: Path, *, check: bool) -> str | None:
    """Execute one notebook; store it unless ``check``. Return what is wrong or would change, or None."""
    untouched = "stopped; the stored file is untouched."
    try:
        stored = nbformat.read(path, as_version=4)
        executed = execute(deepcopy(stored))
    except CellExecutionError as error:
        return f"{untouched} {str(error).strip()}"
    except (DeadKernelError, CellTimeoutError) as error:
        return f"{untouched} The kernel died or hung: {error}"
    except (OSError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        return f"{untouched} It cannot be read as a notebook: {error}"
    fresh = keep_if_equal(stored, normalised(executed))
    text = text_of(fresh)
    if text != path.read_text(encoding="utf-8"):
        if check:
            return f"would change: cells {different_cells(stored, executed)}"
        write_atomically(path, text)
    return None


def main() -> None:
    """Refresh or check the notebooks named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every notebook in book/")
    parser.add_argument("--check", action="store_true", help="write nothing; say what would change")
    arguments = parser.parse_args()
    paths = arguments.notebooks or sorted(BOOK.rglob("*.ipynb"))
    problems = []
    for path in paths:
        before = path.read_bytes() if path.is_file() else b""
        problems.append(execute_and_store(path, check=arguments.check))
        done = "stored" if problems[-1] is None and path.read_bytes() != before else "unchanged"
        print(f"{path.name}: {problems[-1] or done}", flush=True)
    sys.exit(any(problems))


if __name__ == "__main__":
    main()
