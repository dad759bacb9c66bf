"""What Lighthouse says of every built page, on a slow phone, from a server that compresses: `make pages`.

And of chapter 1 as Jupyter Book builds it by default, for comparison.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median_low
from typing import Any

from benchmarks.results import Table, store
from tools.chromium import chromium_path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
CHAPTER = ROOT / "book" / "01-mse-regression.ipynb"
LIGHTHOUSE = Path(__file__).resolve().parent / "node_modules" / "lighthouse" / "cli" / "index.js"
SCORES = ("performance", "accessibility", "best-practices", "seo")
HEAD = ["page", *SCORES, "kB", "first paint", "blocked", "layout shift", "asked of other sites"]
DEFAULTS = "title: Stock\nonly_build_toc_files: true\nexecute:\n  execute_notebooks: 'off'\n"


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves files as a host of static pages does: gzipped where they are text, and kept for a year."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body, kind = path.read_bytes(), self.guess_type(str(path))
        self.send_response(200)
        if kind.startswith("text/") or path.suffix in (".js", ".svg"):
            body, kind = gzip.compress(body), f"{kind}; charset=utf-8"
            self.send_header("Content-Encoding", "gzip")
        for name, value in (("Type", kind), ("Length", str(len(body)))):
            self.send_header(f"Content-{name}", value)
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; give its address."""
    handler = functools.partial(Compressing, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def report(address: str) -> dict[str, Any]:
    """Run Lighthouse once, in its default setting: a phone of the middle class on slow 4G."""
    command = ["node", str(LIGHTHOUSE), address, "--quiet", "--output=json"]
    command += ["--chrome-flags=--headless=new --no-sandbox"]
    environment = {**os.environ, "CHROME_PATH": chromium_path() or ""}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def performance(found: dict[str, Any]) -> float:
    """Return the score that varies from run to run."""
    return float(found["categories"]["performance"]["score"])


def typical(address: str, runs: int) -> dict[str, Any]:
    """Run Lighthouse several times; return the report with the median performance."""
    found = [report(address) for _ in range(runs)]
    middle = median_low(map(performance, found))
    return next(one for one in found if performance(one) == middle)


def row(name: str, found: dict[str, Any]) -> list[Any]:
    """Take from a report what the page on reproducibility shows."""
    audits = found["audits"]
    weight = round(audits["total-byte-weight"]["numericValue"] / 1000)
    times = [audits[f"{what}"]["displayValue"] for what in ("first-contentful-paint", "total-blocking-time")]
    scores = [f"{found['categories'][score]['score']:.2f}" for score in SCORES]
    home = found["requestedUrl"].split("/book/")[0]
    asked = [request["url"] for request in audits["network-requests"]["details"]["items"]]
    strangers = sum(not url.startswith((home, "data:", "blob:")) for url in asked)
    return [name, *scores, weight, *times, audits["cumulative-layout-shift"]["displayValue"], strangers]


def complaints(found: dict[str, Any]) -> list[str]:
    """Name every audit that costs a category other than performance its full score."""
    parts = [part for score in SCORES[1:] for part in found["categories"][score]["auditRefs"]]
    audits = [found["audits"][part["id"]] for part in parts if part["weight"]]
    return [audit["title"] for audit in audits if audit["score"] not in (None, 1)]


def build_stock(folder: Path) -> Path:
    """Build chapter 1 as Jupyter Book does by default; return its pages."""
    (folder / "book").mkdir()
    shutil.copy(CHAPTER, folder / "book")
    (folder / "_config.yml").write_text(DEFAULTS, encoding="utf-8")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: book/{CHAPTER.stem}\n", encoding="utf-8")
    subprocess.run(["jupyter-book", "build", str(folder)], capture_output=True, check=True)
    return folder / "_build" / "html"


def measure(html: Path, names: list[str], runs: int) -> tuple[list[list[Any]], dict[str, str]]:
    """Measure pages; return a row for each, and the versions of what measured them."""
    rows, tools = [], {}
    with served(html) as base:
        for name in names:
            found = typical(f"{base}book/{name}.html", runs)
            rows.append(row(name, found))
            print(*rows[-1], *complaints(found), sep="  ", flush=True)
            browser = found["environment"]["hostUserAgent"].partition("Chrome/")[2].partition(" ")[0]
            tools = {"Lighthouse": found["lighthouseVersion"], "Chromium": browser, "runs": str(runs)}
    return rows, tools


def main() -> None:
    """Measure chapter 1 as it would be by default, then every page of the book; store the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of Lighthouse for each page (3)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        (before,), _ = measure(build_stock(Path(folder)), [CHAPTER.stem], runs)
    rows, tools = measure(HTML, sorted(page.stem for page in (HTML / "book").glob("*.html")), runs)
    after = next(row for row in rows if row[0] == CHAPTER.stem)
    compared = [["Jupyter Book's defaults", *before[1:]], ["here", *after[1:]]]
    tables: dict[str, Table] = {"before": {"head": ["chapter 1", *HEAD[1:]], "rows": compared},
                                "lighthouse": {"head": HEAD, "rows": rows}}  # fmt: skip
    print(f"stored in {store('pages', tables, tools=tools)}")


if __name__ == "__main__":
    main()
