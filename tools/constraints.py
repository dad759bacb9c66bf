"""Derive every pin and every hash, for Python 3.10 to 3.13 on every platform. `make constraints`."""

import re
import subprocess
from pathlib import Path

from tools.notebooks import write_atomically

ROOT = Path(__file__).resolve().parent.parent
BY = "Written by `make constraints` from pyproject.toml and tools/choices.txt.\n"
PINS = f"# Every version the gate was run with. {BY}"
HASHES = f"# The same versions with the hashes of PyPI's files: all but torch's, which differ by index. {BY}"
AUDIT = f"# What `make audit` runs, with hashes. {BY}"
HASH = re.compile(r" \\\n +--hash=\S+")
# torch's index decides which files it is, and whether CUDA's libraries come with it.
OF_TORCH = re.compile(rf"(?m)^(?:torch|triton|cuda-[\w-]+|nvidia-[\w-]+)==[^\\\n]*(?:{HASH.pattern})*\n")


def resolved(*what: str) -> str:
    """Resolve with uv, whose universal mode writes one file for all Pythons; return pins with hashes."""
    command = ["uv", "pip", "compile", *what, "--universal", "--python-version", "3.10", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--quiet", "-c", "tools/choices.txt"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Write all pins without hashes, all but torch's with them, and those of the audit."""
    pins = resolved("pyproject.toml", "--extra", "dev")
    write_atomically(ROOT / "constraints.txt", PINS + HASH.sub("", pins))
    write_atomically(ROOT / "requirements.lock", HASHES + OF_TORCH.sub("", pins))
    write_atomically(ROOT / "tools" / "audit.lock", AUDIT + resolved("--group", "audit"))


if __name__ == "__main__":
    main()
