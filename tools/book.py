"""Build the book; a warning is an error. `make book`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARK = ROOT / "_build" / ".built"
LOG = ROOT / "_build" / "build.log"


def main() -> int:
    """Run Jupyter Book over the stored outputs; show its log only where something is wrong."""
    command = ["jupyter-book", "build", str(ROOT), "-W", "-n", "--keep-going"]
    log = subprocess.run(command, capture_output=True, text=True, check=False)
    if log.returncode:
        print(
            log.stdout[-6000:], log.stderr[-6000:], "The book was not built: see the lines above.", sep="\n"
        )
        return 1
    MARK.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
