"""Run one notebook, unchanged and alone in an empty folder, as Colab would."""

import os
import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tools import kernels
from tools.colab.environment import ROOT
from tools.notebooks import ENVIRONMENT
from tools.set_repository import current

KERNEL = str(Path(__file__).with_name("kernel.py"))
PACKAGE = ("lessons_pkg", "pyproject.toml", "README.md")  # what is installed from the repository
Redirection = dict[str, str]


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


def redirected(target: str) -> Redirection:
    """Make git ask ``target`` instead of the repository's address on GitHub: the cell stays as it is."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{target}.insteadOf",
        "GIT_CONFIG_VALUE_0": current().url,
    }


def _environment(redirection: Redirection) -> dict[str, str]:
    """Pass on what this machine needs to reach the network; nothing of the course's own environment."""
    own = ("PYTHON", "VIRTUAL_ENV")
    passed = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**passed, **ENVIRONMENT, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **redirection}


def run(notebook: Any, python: Path, content: Path, redirection: Redirection, **options: Any) -> Any:
    """Run a copy of the notebook by a layer's Python; see `tools.kernels.run`."""
    return kernels.run(notebook, [str(python), KERNEL], content, _environment(redirection), **options)


def talking(python: Path, content: Path, redirection: Redirection) -> AbstractContextManager[Any]:
    """Give a client that talks to an emulated kernel."""
    return kernels.talking([str(python), KERNEL], content, _environment(redirection))
