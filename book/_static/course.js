// How long each section is, so that the browser can leave those far away undrawn (see course.css) and its
// scroll bar still tells the truth: their heights are nearly proportional to the letters in them.
for (const section of document.querySelectorAll(".bd-article > section > section"))
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
