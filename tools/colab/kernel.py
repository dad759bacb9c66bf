"""A kernel that looks like Colab's, without any of Google's code. Run by the Python of a layer."""

import sys
import types
from typing import Any

del sys.path[0]  # this file's folder: Colab's kernel sees nothing of the repository

from ipykernel.kernelapp import IPKernelApp  # noqa: E402


class Refusing(types.ModuleType):
    """A module of Colab that needs a person at the keyboard, or one whose use would break the sliders."""

    def __getattr__(self, name: str) -> Any:
        """Refuse everything but what Python itself looks for in a module."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise AssertionError(f"{self.__name__}.{name} is used: the course must not need it")


def pretend(shell: Any) -> None:
    """Put in place what a notebook meets in Colab before its first cell."""
    colab = types.ModuleType("google.colab")
    sys.modules.setdefault("google", types.ModuleType("google")).colab = colab  # type: ignore[attr-defined]
    sys.modules["google.colab"] = colab
    for name in ("drive", "files", "output", "userdata"):
        module = Refusing(f"google.colab.{name}")
        setattr(colab, name, module)
        sys.modules[module.__name__] = module
    import ipywidgets  # noqa: F401  # Colab has these loaded: to replace them takes a restart
    import numpy  # noqa: F401
    import PIL  # noqa: F401

    def pip(line: str) -> None:  # as in Colab: through the shell, and a failed install does not raise
        shell.system(f'"{sys.executable}" -m pip {line}')

    shell.register_magic_function(pip, "line", "pip")


def main() -> None:
    """Start."""
    app = IPKernelApp.instance()
    app.initialize()
    pretend(app.shell)
    app.start()


if __name__ == "__main__":
    main()
