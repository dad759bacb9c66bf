"""Serve the built book as GitHub Pages does: a wrong address shows its own page. `make serve`."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BOOK = Path(__file__).resolve().parent.parent / "_build" / "html"


class Pages(SimpleHTTPRequestHandler):
    """The files of a folder, and ``404.html`` for what it does not have."""

    error_content_type = "text/html; charset=utf-8"

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the page, whose percent signs are no places for words."""
        page = Path(self.directory) / "404.html"
        if code == 404 and page.exists():
            self.error_message_format = page.read_text(encoding="utf-8").replace("%", "%%")
        super().send_error(code, message, explain)


def main(asked: str) -> None:
    """Serve until someone interrupts."""
    try:
        port = int(asked)
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, directory=str(BOOK)))
    except (ValueError, OverflowError, OSError) as error:
        sys.exit(f"Port {asked} cannot be used ({error}). Name another one: make serve PORT=8001")
    with server:
        print(f"The book: http://127.0.0.1:{port} (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main(sys.argv[1])
