"""Google Colab without Google: its newest recorded versions, and a kernel that behaves as its kernel does.

`make test-colab` runs each student notebook in it, alone in an empty folder. Colab's packages are installed
once into `.colab`; each notebook has an empty environment over them, which its set-up cell's pip fills.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import types
import venv
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LISTED = sorted(Path(__file__).parent.glob("colab-versions-*.txt"))[-1]
LEFT_OUT = {"torchaudio", "torchvision", "triton", "anywidget", "plotly", "pandas"}  # the course needs none
# torch is gigabytes: the one that is installed here, whatever its version, with what it needs.
BORROWED = ("torch", "filelock", "fsspec", "networkx", "sympy", "mpmath", "typing_extensions", "setuptools")


def pins() -> list[str]:
    """Read Colab's list."""
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _borrow(name: str, target: Path) -> None:
    """Link an installed distribution into ``target``, unless Colab's own stands there."""
    here = distribution(name)
    for part in sorted({file.parts[0] for file in here.files or []} - {"..", "__pycache__"}):
        if not (target / part).exists():
            (target / part).symlink_to(Path(str(here.locate_file(part))))


def installed() -> Path:
    """Return the folder with Colab's packages; the first time, install them (half a minute)."""
    if sys.version_info < (3, 11):
        raise RuntimeError("Colab's versions need Python 3.11 or newer: make clean, then PYTHON=python3.12")
    key = [*pins(), *LEFT_OUT, sys.version, version("torch"), str(ROOT)]
    target = ROOT / ".colab" / hashlib.sha256("\n".join(sorted(key)).encode()).hexdigest()[:12]
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(folder, "packages")
            wanted = [pin for pin in pins() if pin.partition("==")[0] not in LEFT_OUT | set(BORROWED)]
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(made), *wanted]
            if subprocess.call(command):
                raise RuntimeError("Colab's versions could not be installed. Is there a network?")
            for name in BORROWED:
                _borrow(name, made)
            os.replace(made, target)  # in one step: an interrupted one does not count
    return target


def environment(folder: Path) -> Path:
    """Make an environment that has nothing of its own and sees Colab's packages; return its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = (folder / "lib").glob("python3*/site-packages")
    (site / "colab.pth").write_text(f"{installed()}\n", encoding="utf-8")
    return folder / "bin" / "python"


def redirected(url: str) -> dict[str, str]:
    """Make git take this clone for the repository at ``url``: the set-up cell stays as it is."""
    key = f"url.file://{ROOT}.insteadOf"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": url}


class Refusing(types.ModuleType):
    """A module of Colab that needs a person at the keyboard, or whose use would break the sliders."""

    def __getattr__(self, name: str) -> Any:
        """Refuse everything but what Python itself looks for in a module."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise AssertionError(f"{self.__name__}.{name} is used: the course must not need it")


def pretend(shell: Any) -> None:
    """Put in place what a notebook meets in Colab before its first cell."""
    colab = types.ModuleType("google.colab")
    sys.modules |= {"google": types.ModuleType("google"), "google.colab": colab}
    for name in ("drive", "files", "output", "userdata"):
        sys.modules[f"google.colab.{name}"] = Refusing(f"google.colab.{name}")
        setattr(colab, name, sys.modules[f"google.colab.{name}"])
    import ipywidgets  # noqa: F401  # Colab has these loaded: to replace them takes a restart
    import numpy  # noqa: F401

    def pip(line: str) -> None:  # as in Colab: through the shell, and a failed install does not raise
        shell.system(f'"{sys.executable}" -m pip {line}')

    shell.register_magic_function(pip, "line", "pip")


def main() -> None:
    """Start a kernel that looks like Colab's."""
    del sys.path[0]  # this file's folder: Colab's kernel sees nothing of the repository
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize()
    pretend(app.shell)
    app.start()


if __name__ == "__main__":
    main()
