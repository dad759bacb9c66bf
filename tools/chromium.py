"""Where Chromium or Chrome is on this machine."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
MISSING = "no Chromium found: install chromium (or Chrome), or name one in CHROMIUM=/path/to/it"


def chromium_path() -> str | None:
    """Return the browser that CHROMIUM names, else the first that is installed, else None."""
    candidates = [os.environ.get("CHROMIUM", ""), *map(shutil.which, NAMES), *PLACES]
    return next((path for path in candidates if path and Path(path).exists()), None)


if __name__ == "__main__" and chromium_path() is None:
    sys.exit(MISSING) if os.environ.get("CI") else print(f"Skipped: {MISSING}")
