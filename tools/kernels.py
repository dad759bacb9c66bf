"""Run notebooks in kernels other than one's own: Colab's, or one with a second device."""

import json
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient

from tools.notebooks import normalised, same_outputs

Command = Sequence[str]  # that starts a kernel, but for its connection file


def borrowing(folder: Path, lender: Path) -> Path:
    """Make an environment with nothing of its own that sees the packages in ``lender``; return its Python.

    A folder that a .pth file names lends its packages, but not the .pth files in it: what is installed there
    for editing stays out.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = (folder / "lib").glob("python3*/site-packages")
    (site / "borrowed.pth").write_text(f"{lender}\n", encoding="utf-8")
    return folder / "bin" / "python"


@contextmanager
def _manager(kind: Any, command: Command) -> Iterator[Any]:
    """Give a manager of the kernel that ``command`` starts."""
    with TemporaryDirectory() as folder:
        home = Path(folder, "python3")
        home.mkdir()
        argv = [*command, "-f", "{connection_file}"]
        words = {"argv": argv, "display_name": "Python 3", "language": "python"}
        (home / "kernel.json").write_text(json.dumps(words), encoding="utf-8")
        known = KernelSpecManager(kernel_dirs=[folder], ensure_native_kernel=False)
        yield kind(kernel_name="python3", kernel_spec_manager=known)


def run(notebook: Any, command: Command, content: Path, env: Mapping[str, str], **options: Any) -> Any:
    """Run a copy of the notebook; raises CellExecutionError where a cell fails and is not meant to."""
    content.mkdir(exist_ok=True)
    copy = deepcopy(notebook)
    where = {"metadata": {"path": str(content)}}
    with _manager(AsyncKernelManager, command) as manager:
        client = NotebookClient(
            copy, km=manager, timeout=300, resources=where, store_widget_state=True, **options
        )
        client.execute(env=dict(env), cleanup_kc=True)  # not ours to keep
    return copy


@contextmanager
def talking(command: Command, content: Path, env: Mapping[str, str]) -> Iterator[Any]:
    """Give a client that talks to a running kernel; end the kernel afterwards."""
    content.mkdir(exist_ok=True)
    with _manager(KernelManager, command) as manager:
        manager.start_kernel(env=dict(env), cwd=str(content))
        client = manager.blocking_client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=60)
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def different(stored: Any, executed: Any) -> list[str]:
    """Name the code cells whose outputs are not the stored ones, by the gate's comparison."""
    fresh = normalised(executed)
    return [
        f"{old.id}: {old.source[:60]!r}"
        for old, new in zip(stored.cells, fresh.cells, strict=True)
        if old.cell_type == "code" and not same_outputs(old, new)
    ]
