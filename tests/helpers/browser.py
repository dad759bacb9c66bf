"""A visit to a page of the built book in Chromium, and what is looked at there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.serve import Pages

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--single-threaded",  # its helpers would take the core of the other worker
]
ICON = "/_static/favicon.svg"
LOOK = {"media": "screen", "color_scheme": "light", "reduced_motion": "no-preference"}
PHONE = (390, 844)
AXE = ROOT / "tools" / "web" / "node_modules" / "axe-core" / "axe.min.js"
# Sections far away are not laid out (course.css), and what is not laid out cannot be too wide.
DRAW_ALL = """* { content-visibility: visible !important }
.pst-scrollable-table-container { background: none !important } /* axe measures no colours before a gradient */"""
# Most of the work would be the insides of what is one thing to a screen reader: of formulas, whose words are for a
# voice, of their twins for the eye, of drawings, whose words are left. Of these and of code, one piece of each style.
STRIP = """() => {
  for (const twin of document.querySelectorAll(".katex-html")) twin.remove();
  for (const formula of document.querySelectorAll("math")) formula.replaceChildren();
  const styles = new Set();
  for (const piece of document.querySelectorAll("figure svg :not(title, text, g)"))
    piece.remove();
  for (const words of document.querySelectorAll("figure svg text")) {
    const style = words.style.cssText;
    if (styles.has(style)) words.remove(); else styles.add(style);
  }
  for (const group of [...document.querySelectorAll("figure svg g")].reverse()) if (!group.children.length) group.remove();
  const colours = new Set();
  for (const piece of document.querySelectorAll("pre span"))
    if (colours.has(piece.className)) piece.replaceWith(...piece.childNodes); else colours.add(piece.className);
  for (const code of document.querySelectorAll("pre")) code.normalize();
}"""
# What a reader sees and the file does not say: words that a script put there.
REWRITTEN = """(file) => {
  const said = (root) => [...root.querySelectorAll(
    "article :is(p, pre, td, th, li, h1, h2, h3, figcaption, text)")].map((e) => e.textContent.trim());
  const built = new Set(said(new DOMParser().parseFromString(file, "text/html")));
  return said(document).filter((words) => !built.has(words));
}"""
# One of each kind: which colours a thing has depends on what it is and what it stands in. A kind that was looked at
# on a page before is left out too: what is returned are the kinds of this page, as numbers.
THIN = """(known) => {
  const all = document.body, kinds = new Map([[all, 0]]), seen = new Set(known), found = [], kept = new Set();
  const kind = (e) => {
    if (!kinds.has(e)) {
      const own = `${e.tagName}.${e.getAttribute("class")}${e.style.color}${e.style.backgroundColor}${e.style.fill}${e.tagName === "TR" ? e.rowIndex % 2 : ""}`;
      kinds.set(e, [...own].reduce((sum, c) => (sum * 127 + c.charCodeAt(0)) % 2 ** 45, kind(e.parentElement)));
    }
    return kinds.get(e);
  };
  for (let e = document.querySelector("#pst-header"); e && e !== all; e = e.parentElement) kept.add(e); // scripts ask
  for (const part of all.querySelectorAll("*")) {
    if (seen.has(kind(part))) continue;
    seen.add(kind(part));
    found.push(kind(part));
    for (let e = part; e !== all; e = e.parentElement) kept.add(e);
  }
  for (const part of all.querySelectorAll("*")) if (!kept.has(part)) part.remove();
  return found;
}"""
# Two frames later, what watches the sizes of boxes has been told of them.
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Quiet(Pages):
    def log_message(self, *_: Any) -> None:
        pass


class Visit:
    """A window, and everything that the page in it complained of or asked for.

    A reader goes from page to page; a new window would take four times as long as a page.
    """

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.base = "about:"
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.asked: set[str] = set()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self.hear)
        if options.get("java_script_enabled", True):  # else Chromium gives up the scripts it had preloaded
            self.page.on("requestfailed", self.note_failure)
        self.page.on("request", self.note_request)

    def turn_to(self, base: str, name: str, *, size: tuple[int, int] = (1280, 720), **media: Any) -> Any:
        """Open a page as if it were the first, and return it."""
        self.page.goto("about:blank")
        for heard in (self.asked, self.errors, self.strangers):
            heard.clear()
        self.base = base
        self.context.set_offline(False)
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(**LOOK | media)
        self.page.goto(base + name, wait_until="load")
        return self.page

    # Chromium itself fetches the icon when it likes, even after the network went off; another test finds its file.
    def hear(self, said: Any) -> None:
        if said.type == "error" and not said.location.get("url", "").endswith(ICON):
            self.errors.append(said.text)

    def note_request(self, request: Any) -> None:
        if request.url.startswith(self.base):
            self.asked.add(request.url.split("#")[0])
        elif not request.url.startswith("data:"):
            self.strangers.append(request.url)

    def note_failure(self, request: Any) -> None:
        if not request.url.endswith(ICON):
            self.errors.append(f"failed: {request.url}")

    def nothing_wrong(self) -> None:
        """Demand that the page complained of nothing and asked no stranger; forget what it stored."""
        self.page.evaluate("localStorage.clear()")
        assert self.errors == [], self.errors
        assert self.strangers == [], "the book must ask nothing of another origin"


def looks(
    page: Any, themes: tuple[str, ...] = ("light", "dark"), widths: tuple[int, ...] = (1280, 390)
) -> Iterator[tuple[str, int]]:
    """Show a page in each theme and at each width, one after the other; say which is shown."""
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(FRAME)
            yield theme, width


def take_pictures(page: Any, folder: Path) -> None:
    """Photograph a page in every look, in pieces: Chromium cannot paint a whole chapter at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme, width in looks(page):
        height = page.evaluate("document.documentElement.scrollHeight")
        for number, top in enumerate(range(0, height, 6000)):
            piece = {"x": 0, "y": top, "width": width, "height": min(6000, height - top)}
            path = folder / f"{theme}-{width}-{number:02d}.jpeg"
            page.screenshot(path=path, full_page=True, clip=piece, quality=40)


def violations(page: Any, without: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> list[str]:
    """Ask axe-core about the page as it looks now: each rule that is broken, and the first place.

    Without the rules of some of its categories, or with only some rules.
    """
    found: list[str] = page.evaluate(
        """async ([without, only]) => {
          const off = without.length ? axe.getRules(without).map((rule) => [rule.ruleId, {enabled: false}]) : [];
          const options = {preload: false, resultTypes: ["violations"],
            ...(only.length ? {runOnly: {type: "rule", values: only}} : {rules: Object.fromEntries(off)})};
          return (await axe.run(options)).violations.map((rule) =>
            `${rule.id} (${rule.nodes.length}): ${rule.nodes[0].html} ${rule.nodes[0].failureSummary}`) }""",
        [list(without), list(only)],
    )
    return found


def folder_of(name: str) -> Path:
    """Return where the pictures of a page go."""
    return ROOT / "_build" / "screenshots" / Path(name).stem
