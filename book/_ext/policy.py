"""A Content-Security-Policy in every page: what was not in the book when it was built does not run.

`file:` stands beside 'self' because a book opened from a disk has, by the standard, no origin that 'self'
could match; over the web it allows nothing, since no browser lets a page of the web load a reader's files.
Styles may stand in the page: formulas and drawings carry theirs as attributes. Nothing may be framed, and
nothing fetched from or sent to another site.
"""

import re
from base64 import b64encode
from hashlib import sha256

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
_START = '<meta charset="utf-8" />'  # browsers look for it among a page's first bytes only
_HERE = "'self' file:"
# The theme's button for printing; a script in an attribute would have to be allowed wherever it stood.
_PRINT = ' onclick="window.print()"'
PRINT_MARK = " data-print"
PRINT_SCRIPT = """
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
"""


def hashes(page: str) -> list[str]:
    """Return the hash of each script that stands in the page itself, as the policy names it."""
    inside = [script for attributes, script in _SCRIPT.findall(page) if "src=" not in attributes]
    digests = (b64encode(sha256(script.encode()).digest()).decode() for script in inside)
    return list(dict.fromkeys(f"'sha256-{digest}'" for digest in digests))


def policy(page: str) -> str:
    """Write the policy of one page: its own scripts, named by their hashes, and the book's files."""
    rules = {
        "default-src": "'none'",
        "script-src": " ".join([_HERE, *hashes(page)]),
        "style-src": f"{_HERE} 'unsafe-inline'",
        "img-src": f"{_HERE} data:",
        "font-src": _HERE,
        "connect-src": "'self'",  # nothing here asks; Lighthouse, within a page, asks for robots.txt
        "form-action": _HERE,
        "base-uri": "'none'",
    }
    return ";".join(f"{name} {sources}" for name, sources in rules.items())


def with_policy(page: str) -> str:
    """Return a finished page with its policy, above anything that the policy is about."""
    page = page.replace(_PRINT, PRINT_MARK)
    if _START not in page:
        raise ValueError(f"The theme's pages have changed: there is no {_START} to put the policy below.")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">'
    return page.replace(_START, f"{_START}\n{meta}", 1)
