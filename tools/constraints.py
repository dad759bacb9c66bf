"""Derive every pin and every hash, for Python 3.10 to 3.13 on every platform. `make constraints`."""

import os
import re
import subprocess
from pathlib import Path

from tools.notebooks import write_atomically

ROOT = Path(__file__).resolve().parent.parent
TEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis")  # what the package's tests need beside the package
HERE_ONLY = {"UV_FIND_LINKS", "UV_TORCH_BACKEND"}
BY = "Written by `make constraints` from pyproject.toml and tools/choices.txt.\n"
PINS = f"# Every version the gate was run with. {BY}"
HASHES = f"# The same versions with the hashes of PyPI's files: all but torch's, which differ by index. {BY}"
AUDIT = f"# What `make audit` runs, with hashes. {BY}"
LOWEST = f"# The oldest versions that the package is meant for, with hashes: `make matrix`. {BY}"
HASH = re.compile(r" \\\n +--hash=\S+")
# torch's index decides which files it is, and whether CUDA's libraries come with it.
OF_TORCH = re.compile(rf"(?m)^(?:torch|triton|cuda-[\w-]+|nvidia-[\w-]+)==[^\\\n]*(?:{HASH.pattern})*\n")


def resolved(*what: str, given: str = "") -> str:
    """Resolve with uv, whose universal mode writes one file for all Pythons; return pins with hashes."""
    command = ["uv", "pip", "compile", *what, "--universal", "--python-version", "3.10", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--quiet"]
    # Whatever torch this machine prefers: the pins are for every machine.
    env = {name: value for name, value in os.environ.items() if name not in HERE_ONLY}
    run = subprocess.run(command, cwd=ROOT, env=env, input=given, capture_output=True, text=True, check=True)
    return run.stdout


def without_hashes(pins: re.Match[str]) -> str:
    """Return the pins alone."""
    return HASH.sub("", pins[0])


def floors() -> str:
    """Resolve what the package needs to the oldest; what that and the tests need in turn, to the newest."""
    only = ("--only-binary", ":all:")
    oldest = HASH.sub("", resolved("pyproject.toml", "--resolution", "lowest-direct", *only))
    pins = resolved("-", *only, given=oldest + "\n".join(TEST_TOOLS))
    return OF_TORCH.sub(without_hashes, pins)


def main() -> None:
    """Write all pins without hashes, all but torch's with them, those of the audit and the floors."""
    choices = ("-c", "tools/choices.txt")
    pins = resolved("pyproject.toml", "--extra", "dev", *choices)
    write_atomically(ROOT / "constraints.txt", PINS + HASH.sub("", pins))
    write_atomically(ROOT / "requirements.lock", HASHES + OF_TORCH.sub("", pins))
    write_atomically(ROOT / "tools" / "audit.lock", AUDIT + resolved("--group", "audit", *choices))
    write_atomically(ROOT / "tools" / "floors.lock", LOWEST + floors())


if __name__ == "__main__":
    main()
