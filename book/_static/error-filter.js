// The page of error messages: a box that finds the entry for a pasted line. Nothing is sent anywhere.
// A line is compared without capitals, numbers (#) and quoted words (…), which are the reader's own; what counts
// is which words of an entry it has, a rare word more than one of many entries.
{
  const page = document.querySelector("#from-error-message-to-lesson");
  const words = (text) => new Set(
    text.toLowerCase().replace(/(^|\W)(["'`])[^"'`]*\2(?!\w)/g, "$1 … ").replace(/\d+/g, "#").match(/[\p{L}_#]+/gu));
  const entries = [...(page?.querySelectorAll("h3") ?? [])].map((heading) => {
    const title = heading.textContent.replace(/#$/, "");
    const named = [...heading.parentElement.querySelectorAll("p code")].map((code) => code.textContent);
    const all = words([title.replace(/["'`]/g, " "), ...named].join(" "));
    return { title, all, id: heading.parentElement.id, pattern: words(title.replace(/^[\w.]+: /, "")) };
  });
  const rarity = (word) => Math.log((entries.length + 1) / (1 + entries.filter((entry) => entry.pattern.has(word)).length));
  const share = (some, has) => {
    let sum = 0, found = 0;
    for (const word of some) {
      sum += rarity(word);
      if (has(word)) found += rarity(word);
    }
    return sum && found / sum;
  };
  const begun = (all, word) => all.has(word) || (word.length > 2 && [...all].some((other) => other.startsWith(word)));
  const best = (line) => {
    const typed = words(line);
    const rated = entries.map((entry) => {
      const few = share(typed, (word) => begun(entry.all, word)); // some words of a message
      const whole = share(entry.pattern, (word) => typed.has(word)); // a message and more
      return { ...entry, rate: Math.max(few, whole), order: few + whole };
    });
    return rated.filter((entry) => entry.rate > 0.7).sort((a, b) => b.order - a.order).slice(0, 5);
  };
  if (entries.length) {
    const box = document.createElement("div");
    box.className = "error-filter";
    box.innerHTML =
      '<label for="error-line">Or paste the last line of your traceback here, or some words of it:</label>' +
      '<input id="error-line" type="search" autocomplete="off" spellcheck="false"><div aria-live="polite"></div>';
    page.querySelector(":scope > p:not(.run-it)").after(box);
    const [, input, answer] = box.children;
    input.addEventListener("input", () => {
      const found = best(input.value).map(({ title, id }) => {
        const item = document.createElement("li");
        item.append(Object.assign(document.createElement("a"), { href: `#${id}`, textContent: title }));
        return item;
      });
      const list = document.createElement("ol");
      list.append(...found);
      const none = input.value.trim() && "No entry here. Try fewer words, or the search of the book.";
      answer.replaceChildren(found.length ? list : none);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") answer.querySelector("a")?.click();
    });
  }
}
