// How long each section is, so that the browser can leave those far away undrawn (see course.css) and its
// scroll bar still tells the truth: their heights are nearly proportional to the letters in them.
const SECTION = ".bd-article > section > section";
for (const section of document.querySelectorAll(`${SECTION}, dl.py`))
  section.style.setProperty("--letters", section.textContent.length);

// What scrolls sideways can be reached by keyboard. The theme asks every box for its width at once, which makes
// the browser lay out the whole page; here each is looked at when it gets its size, and again when that changes.
const fitted = new ResizeObserver((boxes) => {
  for (const { target } of boxes)
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
});
for (const box of document.querySelectorAll("pre, div.math, .cell_output > .output, .pst-scrollable-table-container"))
  fitted.observe(box);

// The contents follow the reader. Bootstrap's way loses its place where sections are undrawn, and does not scroll.
{
  document.body.removeAttribute("data-bs-spy");
  const sidebar = document.querySelector(".bd-sidebar-secondary");
  const entries = [...sidebar?.querySelectorAll('.page-toc a[href^="#"]') ?? []];
  const places = entries.map((entry) => document.getElementById(decodeURIComponent(entry.hash.slice(1))));
  const above = (place) => place?.getBoundingClientRect().top < innerHeight / 3;
  const follow = () => { // a place within a section that is undrawn has none: asking for it would draw the section
    const k = places.findLastIndex((place) => above(place?.closest(SECTION) ?? place) && above(place));
    entries.forEach((entry, n) => entry.classList.toggle("active", n === k || (n < k && !!entry.parentElement?.contains(entries[k]))));
    if (k < 0) return;
    const [box, line] = [sidebar, entries[k]].map((element) => element.getBoundingClientRect());
    if (line.top < box.top || line.bottom > Math.min(box.bottom, innerHeight)) sidebar.scrollTop += line.top - box.top - box.height / 3;
  };
  let waiting = false;
  if (entries.length) addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; follow(); });
    waiting = true;
  }, { passive: true });
  if (entries.length) requestAnimationFrame(follow); // when the page is laid out anyway
}
