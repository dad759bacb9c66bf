"""Photograph the built first page: what link previews and README show. `make preview`."""

import hashlib
import io
import re
import sys
from pathlib import Path

from tools.chromium import MISSING, chromium_path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "book" / "_static" / "preview.png"
SIZE = (1200, 630)  # what link previews cut to
_SCALE = 0.86  # so that the whole first screen is in the picture
_CALM = """
.bd-sidebar-primary, .bd-header-article { display: none !important }
.bd-main .bd-content .bd-article-container { margin: 0 auto; padding-top: 0 }
"""


def shown() -> str:
    """Name what the picture shows, from its sources: the first screen's words and the slider."""
    page = (ROOT / "book" / "index.md").read_text(encoding="utf-8").partition("\n## ")[0]
    page = re.sub(r"\]\([^)]*\)", "]", page)  # the same in every fork
    slider = (ROOT / "book" / "01-mse-regression.ipynb").read_text(encoding="utf-8")
    slider = slider.partition("lesson-slider")[2].partition("</figure>")[0]
    return hashlib.sha256((page + slider).encode()).hexdigest()[:16]


def photograph(chromium: str) -> bytes:
    """Return a screenshot of the first page, without what stands around it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=_SCALE, color_scheme="light")
        width, height = (round(side / _SCALE) for side in SIZE)
        page.set_viewport_size({"width": width, "height": height})
        page.goto((ROOT / "_build" / "html" / "book" / "index.html").as_uri())
        page.add_style_tag(content=_CALM)
        picture: bytes = page.screenshot()
        browser.close()
    return picture


def main() -> int:
    """Write the picture, with the name of what it shows."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    chromium = chromium_path()
    if chromium is None:
        print(MISSING)
        return 1
    image = Image.open(io.BytesIO(photograph(chromium))).convert("RGB").crop((0, 0, *SIZE))
    note = PngInfo()
    note.add_text("shows", shown())
    image.save(PICTURE, optimize=True, pnginfo=note)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
