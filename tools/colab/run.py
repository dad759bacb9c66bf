"""Run one notebook, unchanged and alone in an empty folder, as Colab would."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from tools.colab.environment import ROOT, base
from tools.notebooks import ENVIRONMENT, normalised, same_outputs
from tools.repository import Repository, current

KERNEL = Path(__file__).with_name("kernel.py")
PACKAGE = ("lessons_pkg", "pyproject.toml", "README.md")  # what is installed from the repository
Redirection = Mapping[str, str]


def repository(folder: Path, ref: str, version: str | None = None) -> Path:
    """Make a git repository that holds the package as it is now; ``version``: pretend that it is older."""
    for name in PACKAGE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    if version:
        (folder / "lessons_pkg" / "_version.py").write_text(f'__version__ = "{version}"\n', encoding="utf-8")
    (folder / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    person = ["-c", "user.name=course", "-c", "user.email=course@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*person, "commit", "-q", "-m", "x"], ["tag", ref]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder


def redirected(target: str, here: Repository | None = None) -> Redirection:
    """Make git ask ``target`` instead of the repository's address on GitHub: the cell stays as it is."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{target}.insteadOf",
        "GIT_CONFIG_VALUE_0": (here or current()).url,
    }


def _specification(python: Path, folder: Path) -> KernelSpecManager:
    home = folder / "kernels" / "python3"
    home.mkdir(parents=True, exist_ok=True)
    argv = [str(python), str(KERNEL), "-f", "{connection_file}"]
    words = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (home / "kernel.json").write_text(json.dumps(words), encoding="utf-8")
    return KernelSpecManager(kernel_dirs=[str(home.parent)], ensure_native_kernel=False)


def _environment(redirection: Redirection) -> dict[str, str]:
    """Pass on what this machine needs to reach the network; nothing of the course's own environment."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return mine | ENVIRONMENT | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"} | redirection


def client(notebook: Any, python: Path, content: Path) -> NotebookClient:
    """Prepare a notebook's run by a layer's Python, in the folder ``content``."""
    content.mkdir(exist_ok=True)
    kernels = _specification(python, python.parents[1])
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    where = {"metadata": {"path": str(content)}}
    return NotebookClient(notebook, km=manager, timeout=300, resources=where, store_widget_state=True)


def run(notebook: Any, python: Path, content: Path, redirection: Redirection) -> Any:
    """Run a copy of the notebook; raises CellExecutionError where a cell fails and is not meant to."""
    copy = deepcopy(notebook)
    client(copy, python, content).execute(env=_environment(redirection), cleanup_kc=True)  # not ours to keep
    return copy


@contextmanager
def running(python: Path, content: Path, redirection: Redirection) -> Iterator[Any]:
    """Give a blocking client of an emulated kernel that is running; end the kernel afterwards."""
    from jupyter_client.manager import KernelManager

    content.mkdir(exist_ok=True)
    kernels = _specification(python, python.parents[1])
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    manager.start_kernel(env=_environment(redirection), cwd=str(content))
    try:
        talk = manager.blocking_client()
        talk.start_channels()
        talk.wait_for_ready(timeout=60)
        yield talk
        talk.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)


def different(stored: Any, executed: Any) -> list[str]:
    """Name the code cells whose outputs are not the stored ones, by the gate's comparison."""
    fresh = normalised(executed)
    return [
        f"{old.id}: {old.source[:60]!r}"
        for old, new in zip(stored.cells, fresh.cells, strict=True)
        if old.cell_type == "code" and not same_outputs(old, new)
    ]


def main() -> int:
    """Install Colab's packages, so that tests that run side by side find them."""
    try:
        print(f"Colab's versions are in {base().relative_to(ROOT)}.")
    except RuntimeError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
