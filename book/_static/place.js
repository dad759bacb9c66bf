// Where a reader was, and how much of a chapter is left: kept in this browser, nowhere else. answers.js has set ticks.
{
  const root = new URL(document.documentElement.dataset.content_root ?? ".", location.href).pathname;
  const lessons = [...document.querySelectorAll("nav.bd-links a")].filter((link) => /\/\d-[^/]+\.html$/.test(link.pathname));
  const isDone = (element) => Boolean(element.querySelector(".lesson-done"));
  let was;
  try {
    if (lessons.some((link) => link.pathname === location.pathname)) localStorage.setItem(`place ${root}`, location.pathname);
    was = lessons.findIndex((link) => link.pathname === localStorage.getItem(`place ${root}`));
  } catch { was = -1; /* not allowed: nothing is kept */ }

  // On the first page, and in the chapter of that lesson: go on there, or behind it once all is answered.
  const start = document.querySelector(".start, table.times"), next = was >= 0 && lessons[was + isDone(lessons[was])];
  const folder = location.pathname.replace(/[^/]*$/, "");
  if (start && next && (start.matches(".start") || next.pathname.startsWith(folder))) {
    start.insertAdjacentHTML("afterend", '<p class="go-on">Go on: <a></a></p>');
    Object.assign(start.nextElementSibling.lastChild, { href: next.href, textContent: next.firstChild.textContent.trim() });
  }

  for (const table of document.querySelectorAll("table.times")) {
    const rows = [...table.tBodies[0].rows], all = rows.pop().cells[1], left = rows.filter((row) => !isDone(row));
    const minutes = left.map((row) => row.cells[1].textContent.match(/\d+/g).map(Number));
    const sum = (which) => minutes.reduce((total, range) => total + range.at(which), 0);
    if (left.length < rows.length) all.append(left.length ? `; ${sum(0)}\u2013${sum(-1)} left` : "; all done");
  }
}
