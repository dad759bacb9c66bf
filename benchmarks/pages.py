"""What Lighthouse says of every built page, on a slow phone, from a server that compresses: `make pages`."""

import functools
import gzip
import http.server
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.results import store
from tests.browser import chromium_path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
LIGHTHOUSE = Path(__file__).resolve().parent / "node_modules" / "lighthouse" / "cli" / "index.js"
SCORES = ("performance", "accessibility", "best-practices", "seo")
HEAD = ["page", *SCORES, "kB", "first paint", "blocked", "layout shift"]


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


def row(name: str, found: dict[str, Any]) -> list[Any]:
    """Take from a report what the page on reproducibility shows."""
    audits = found["audits"]
    weight = round(audits["total-byte-weight"]["numericValue"] / 1000)
    times = [audits[f"{what}"]["displayValue"] for what in ("first-contentful-paint", "total-blocking-time")]
    scores = [f"{found['categories'][score]['score']:.2f}" for score in SCORES]
    return [name, *scores, weight, *times, audits["cumulative-layout-shift"]["displayValue"]]


def complaints(found: dict[str, Any]) -> list[str]:
    """Name every audit that costs a category other than performance its full score."""
    parts = [part for score in SCORES[1:] for part in found["categories"][score]["auditRefs"]]
    audits = [found["audits"][part["id"]] for part in parts if part["weight"]]
    return [audit["title"] for audit in audits if audit["score"] not in (None, 1)]


def main() -> None:
    """Measure every page of the book; store the table."""
    rows = []
    with served(HTML) as base:
        for page in sorted((HTML / "book").glob("*.html")):
            found = report(f"{base}book/{page.name}")
            rows.append(row(page.stem, found))
            print(*rows[-1], *complaints(found), sep="  ", flush=True)
    print(f"stored in {store('pages', {'lighthouse': {'head': HEAD, 'rows': rows}})}")


if __name__ == "__main__":
    main()
