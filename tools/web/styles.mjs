// One style sheet for the whole book: the rules that its pages use, and no others.
// node styles.mjs BOOK SHEET... < extra.css > book.css   (SHEETs relative to BOOK, in the order of the cascade)
import { readFileSync } from "node:fs";
import path from "node:path";
import { PurgeCSS } from "purgecss";
import { transform } from "lightningcss";

const [book, ...sheets] = process.argv.slice(2);

// A sheet with its imports in their place. Addresses in it are relative to it; in the one sheet, to _static.
const whole = (sheet) =>
  readFileSync(path.join(book, sheet), "utf8")
    .replace(/@import "([^"]+)";/g, (_, other) => whole(path.posix.join(path.posix.dirname(sheet), other)))
    .replace(/@font-face\s*\{[^}]*fontawesome[^}]*\}/g, "")
    .replace(/url\((['"]?)(?!data:|#|[a-z]+:)([^)'"]+)\1\)/g, (_, quote, target) => {
      const from = path.posix.dirname(path.posix.relative("_static", sheet));
      return `url(${path.posix.join(from, target)})`;
    });

const all = [...sheets.map(whole), readFileSync(0, "utf8")].join("\n");
const [purged] = await new PurgeCSS().purge({
  content: [`${book}/**/*.html`, `${book}/_static/book.js`, `${book}/_static/searchtools.js`],
  css: [{ raw: all }],
  keyframes: true,
  // Attributes and states that scripts set while a page is read.
  dynamicAttributes: ["data-theme", "data-mode", "data-bs-theme", "aria-expanded", "aria-current", "open", "hidden"],
  safelist: { standard: [/^show$/, /^collapsing$/, /^modal/, /^tooltip/, /^dropdown-menu/, /^pst-squeeze$/] },
});
process.stdout.write(transform({ filename: "book.css", code: Buffer.from(purged.css), minify: true }).code);
