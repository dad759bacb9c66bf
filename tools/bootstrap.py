"""Make the virtual environment of `make book` and `make test`; say in one sentence what is missing."""

import os
import re
import subprocess
import sys
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SITE = os.path.join(ROOT, "tools", "site")


def stop(sentence: str) -> None:
    """End with one sentence."""
    sys.exit("\n" + sentence)


def run(command: list, sentence: str, **options: Any) -> None:  # type: ignore[type-arg]
    """Run a command; where it fails, its own message stands above our sentence."""
    if subprocess.call(command, **options) != 0:
        stop(sentence)


def uv_alone(lock: str, target: str) -> str:
    """Write the part of ``lock`` that is about uv to ``target``; return its path."""
    with open(lock, encoding="utf-8") as file:
        part = re.findall(r"(?m)^uv==.*(?:\n +--hash=.*)*\n", file.read())
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(part)
    return target


def install_pinned(folder: str, python: str) -> None:
    """Install what requirements.lock has hashes for, then torch and the course itself, by version."""
    network = (
        "Could not install the course's packages: see the lines above. Is there a network? Then run again."
    )
    print("Installing the versions of constraints.txt (the first time takes minutes) …", flush=True)
    # Not compiled in advance: Python does that, once, for the tenth of it that is ever imported.
    pip = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
    # Without the others' dependencies and without building, so that nothing comes in that has no hash.
    hashed = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r"]
    lock = os.path.join(ROOT, "requirements.lock")
    run([*pip, *hashed, uv_alone(lock, os.path.join(folder, "uv.lock"))], network)
    # uv takes an eighth of the time; where it fails, pip may know of an index or a proxy that uv does not.
    uv = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *hashed, lock]
    if subprocess.call(uv, stderr=subprocess.DEVNULL) != 0:
        run([*pip, *hashed, lock], network)
    pinned = ["--no-build-isolation", "-c", os.path.join(ROOT, "constraints.txt")]
    run([*pip, *pinned, "-e", ROOT + "[dev]"], network)


def main(folder: str) -> None:
    """Create ``folder`` and install everything pinned into it."""
    if sys.version_info < (3, 10):
        stop(
            "The course needs Python 3.10 or newer; this is %s. Name another one: make PYTHON=python3.12 …"
            % sys.version.split()[0]
        )
    python = os.path.join(folder, "bin", "python")
    quiet = subprocess.DEVNULL
    # An interrupted first run leaves an environment without pip: make it again.
    if (
        not os.path.exists(python)
        or subprocess.call([python, "-m", "pip", "--version"], stdout=quiet, stderr=quiet) != 0
    ):
        run(
            [sys.executable, "-m", "venv", "--clear", folder],
            "Could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv.",
        )
    install_pinned(folder, python)
    environment = dict(os.environ, PATH=os.path.join(folder, "bin") + os.pathsep + os.environ["PATH"])
    npm = ["npm", "ci", "--silent"]
    run(
        npm,
        "Could not fetch the formulas' fonts (npm). Is there a network? Then run again.",
        cwd=SITE,
        env=environment,
    )


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
