// Predictions and exercises, answered on the page: judged as in lessons_pkg.exercises, by what the executed cell put
// into the form. Without this script its text stands there. What was answered is kept in this browser, nowhere else.
{
  const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\/(\d+\.?\d*|\.\d+))?$/i;
  const numberIn = (text) => { const [, top, bottom = 1] = text.match(NUMBER) ?? []; return top / bottom; };
  // 0.5 or 0,5 or -8/3 or 1e-3; where one field takes several numbers, a comma stands between two of them.
  const numbersIn = (text, several) => {
    const plain = text.replace(/[\u2212\u2013]/g, "-").replace(/\s*\/\s*/g, "/").replace(/^\s*[([]|[)\]]\s*$/g, "");
    const parts = several ? plain.split(/[\s,;]+/) : [plain.trim().replace(/^([^.,]*),([^.,]*)$/, "$1.$2")];
    return parts.filter((part) => part).map(numberIn);
  };
  // Whole numbers are stored as numbers and compared exactly, others as strings of nine digits.
  const same = (got, want, rtol) => Math.abs(got - want) <= Math.max(1e-12,
    Math.max(Math.abs(got), Math.abs(want)) * (typeof want === "number" ? 1e-9 : rtol));
  const shorter = (got, want, digits) => [...Array(Math.max(digits, 2)).keys()].slice(1).some((k) => { // 1: four decimals
    const unit = k > 1 ? 10 ** (Math.floor(Math.log10(Math.abs(want))) + 1 - k) : Math.abs(want) < 1e-4 ? 0 : 1e-4;
    return typeof want === "string" && Math.abs(got - want) <= 0.501 * unit && Math.abs(1 - Math.round(got / unit) * unit / got) <= 1e-6;
  });
  const all = (got, wanted, test) => got.length === wanted.length && got.every((a, k) => test(a, wanted[k]));
  const shown = (a) => Number.isInteger(a) && Math.abs(a) < 1e15 ? String(a) : // else as Python's .4g
    Math.abs(a) >= 1e-4 && Math.abs(a) < 1e4 ? String(Number(a.toPrecision(4))) :
    a.toExponential(3).replace(/\.?0*e/, "e").replace(/(?<=e.)(?=\d$)/, "0");
  const verdict = (got, labels, { right, rtol, digits, praise, soFar, mistakes }) => {
    if (all(got, right, (a, b) => same(a, b, rtol))) return `correct. ${praise}`;
    const nearly = (a, b) => same(a, b, rtol) || shorter(a, b, digits);
    for (const test of [(a, b) => same(a, b, 1e-9), nearly]) {
      const mistake = mistakes.find(([wrong]) => all(got, wrong, test));
      if (mistake || all(got, right, nearly)) return mistake ? `not yet. ${mistake[1]}` : soFar;
    }
    if (got.length !== right.length) return right.length < 2 || labels.length > 1 // else their number is part of the answer
      ? `not yet: expected ${right.length} numbers, got ${got.length}.`
      : `not yet: the answer has more or fewer numbers than your ${got.length}. See the hints.`;
    const k = got.findIndex((a, k) => !same(a, right[k], rtol)), label = labels.length > 1 ? labels[k] : `number ${k + 1}`;
    return `not yet: ${right.length > 1 ? `${label}, ${shown(got[k])},` : shown(got[k])} is no answer that we can explain. See the hints.`;
  };
  const judge = (form) => { // what to say, and the field that needs another look
    const known = JSON.parse(form.dataset.answer), fields = [...form.querySelectorAll("input")];
    const labels = fields.map((field) => field.labels[0].firstChild.textContent.trim());
    const got = fields.map((field) => numbersIn(field.value, known.right.length > fields.length));
    const odd = got.map((numbers) => !numbers.length || !numbers.every(Number.isFinite)), k = odd.indexOf(true);
    fields.forEach((field, n) => field.setAttribute("aria-invalid", String(odd[n])));
    if (k < 0) return [verdict(got.flat(), labels, known)];
    const asked = fields[k].value.trim() ? "is no number: write 0.25, -8/3 or 1e-3." : "is still empty.";
    return [`${labels[k]} ${asked}`, fields[k]];
  };
  const stored = (path) => { try { return JSON.parse(localStorage.getItem(`answered ${path}`)) ?? {}; } catch { return {}; } };
  const page = location.pathname, boxes = [...document.querySelectorAll(".lesson-answer, .lesson-predict")];
  const here = stored(page), keyOf = (box) => `${box.tagName} ${box.dataset.name}`;
  const tick = () => document.querySelectorAll(":is(nav.bd-links, table.times) a:not(:has(.lesson-done))").forEach((link) => {
    if (!stored(new URL(link.href).pathname).done) return;
    link.insertAdjacentHTML("beforeend", '<span class="lesson-done"><span class="visually-hidden"> (answered)</span></span>');
  });
  const keep = (box, value) => { // a page is done when each of its boxes was answered
    here[keyOf(box)] = value;
    here.done = boxes.every((other) => keyOf(other) in here);
    try { localStorage.setItem(`answered ${page}`, JSON.stringify(here)); } catch { /* not allowed: forget */ }
    tick();
  };
  for (const box of boxes) {
    const said = box.querySelector("output"), buttons = [...box.querySelectorAll(".lesson-guess button")];
    const before = here[keyOf(box)], guess = (k, words) => {
      said.textContent = `${words}: ${buttons[k].textContent}.`;
      buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(n === k)));
    };
    buttons.forEach((button, k) => button.addEventListener("click", () => {
      guess(k, "Your guess");
      box.querySelector("details").open = true;
      keep(box, k);
    }));
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      const [words, field] = judge(box), right = words.startsWith("correct.");
      said.textContent = `${box.dataset.name}: ${words}`;
      box.classList.toggle("lesson-right", right);
      if (right) keep(box, true); else field?.focus();
    });
    if (buttons[before]) guess(before, "Your guess before"); else if (before) said.textContent = "Answered before.";
    for (const waiting of [box, ...box.children]) waiting.hidden = false;
    (box.closest(".cell") ?? box.parentElement).classList.add("lesson-live");
  }
  tick();
}
