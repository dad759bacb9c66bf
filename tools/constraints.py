"""Derive constraints.txt for Python 3.10 to 3.13 on every platform. `make constraints`."""

import subprocess
from pathlib import Path

from tools.notebooks import write_atomically

ROOT = Path(__file__).resolve().parent.parent
HEAD = (
    "# Every version the gate was run with. "
    "Written by `make constraints` from pyproject.toml and tools/choices.txt.\n"
)


def main() -> None:
    """Resolve with uv, whose universal mode writes one file for all Pythons."""
    command = ["uv", "pip", "compile", "pyproject.toml", "--extra", "dev", "--universal"]
    command += [
        "--python-version",
        "3.10",
        "--no-header",
        "--no-annotate",
        "--quiet",
        "-c",
        "tools/choices.txt",
    ]
    pins = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    write_atomically(ROOT / "constraints.txt", HEAD + pins)


if __name__ == "__main__":
    main()
