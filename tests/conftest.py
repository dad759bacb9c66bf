import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.helpers.browser import FLAGS, Quiet, Visit
from tests.helpers.project import HTML, NOTEBOOKS, PAGES, load, name_of
from tools.chromium import MISSING, chromium_path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is loaded: each worker has one core

# A slow machine is no failure, and a gate that passed once must pass again.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only the built book is tested, leave alone files without such tests: they would load torch."""
    if config.option.markexpr != "site" or not collection_path.match("test_*.py"):
        return None
    return "mark.site" not in collection_path.read_text(encoding="utf-8") or None


@pytest.fixture(params=NOTEBOOKS, ids=name_of)
def notebook(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each notebook: what holds for it is that it was executed, compared, and runs in Colab."""
    return load(request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium_path()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def window(browser: Any) -> Visit:
    return Visit(browser, has_touch=True)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


@pytest.fixture
def base(request: pytest.FixtureRequest, server: str) -> str:
    return server if getattr(request, "param", "file") == "http" else HTML.as_uri() + "/"


@pytest.fixture
def visit(window: Visit, base: str) -> Iterator[Any]:
    def open_page(name: str, **options: Any) -> Any:
        if name.startswith("book/") and name.split("?")[0].split("#")[0] not in PAGES:
            pytest.skip(f"{name} is not in this edition")
        return window.turn_to(base, name, **options)

    yield open_page
    window.nothing_wrong()
