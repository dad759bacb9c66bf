// What the pages share, and what is theirs alone, made small: node styles.mjs BOOK SHEET... > book.css
// (SHEETs relative to BOOK, in the order of the cascade)
// - One style sheet: the rules that the pages use, and no others; the theme's icons, a font of its own, as masks.
// - KaTeX's fonts, with the characters that the book's formulas have, and no instructions for screens of old.
// - Drawings' paths from point to point, to a tenth of a point: a third of their letters.
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { transform } from "lightningcss";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";
import svgpath from "svgpath";

const [book, ...sheets] = process.argv.slice(2);
const [katex, icons] = ["katex/dist", "bootstrap-icons/icons"].map((part) => path.join(import.meta.dirname, "node_modules", part));
const ICONS = { // the theme's name: Bootstrap's
  "angle-left": "chevron-left",
  "angle-right": "chevron-right",
  bars: "list",
  "chevron-down": "chevron-down",
  "circle-half-stroke": "circle-half",
  github: "github",
  lightbulb: "lightbulb",
  list: "list-ul",
  "magnifying-glass": "search",
  moon: "moon-fill",
  "pencil-alt": "pencil",
  sun: "sun",
};
const icon = ([name, file]) => {
  const drawing = readFileSync(path.join(icons, `${file}.svg`), "utf8").replace(/\s+(?:class|width|height|fill)="[^"]*"|\n\s*/g, "");
  return `.fa-${name}{--icon:url("data:image/svg+xml,${drawing.replaceAll('"', "'").replace(/[<>#]/g, encodeURIComponent)}")}`;
};
const drawn = `:is(.fas,.fab,.fa-solid){display:inline-block;width:1em;height:1em;vertical-align:-.125em;
background:currentColor;mask:var(--icon) center/contain no-repeat}
:is(.fas,.fab,.fa-solid)::before{content:none!important}
@media(forced-colors:active){:is(.fas,.fab,.fa-solid){background:ButtonText}}
.fa-lg{font-size:1.1em}${Object.entries(ICONS).map(icon).join("")}`;

// A sheet with its imports in their place. Addresses in it are relative to it; in the one sheet, to _static.
const whole = (sheet) =>
  readFileSync(path.basename(sheet) === "katex.min.css" ? path.join(katex, "katex.min.css") : path.join(book, sheet), "utf8")
    .replace(/@import "([^"]+)";/g, (_, other) => whole(path.posix.join(path.posix.dirname(sheet), other)))
    .replace(/@font-face\s*\{[^}]*fontawesome[^}]*\}/g, "")
    .replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "") // every browser takes woff2
    .replace(/url\((['"]?)(?!data:|#|[a-z]+:)([^)'"]+)\1\)/g, (_, quote, target) => {
      const from = path.posix.dirname(path.posix.relative("_static", sheet));
      return `url(${path.posix.join(from, target)})`;
    });

const pages = new Map(globSync(`${book}/**/*.html`).map((file) => [file, readFileSync(file, "utf8")]));

// Words in a page's text, or in a title, are no names of classes.
const tags = new Set([...pages.values()].flatMap((page) => page.match(/<[a-z][^>]*>/g) ?? []));
const names = [...tags].join("").replace(/ (?:content|title|alt|d|placeholder|aria-label|data-answer)="[^"]*"/g, "");
const [purged] = await new PurgeCSS().purge({
  content: [{ raw: names, extension: "html" }, ...["book.js", "search.js"].map((script) => path.join(book, "_static", script))],
  css: [{ raw: [...sheets.map(whole), drawn].join("\n") }],
  keyframes: true,
  variables: true,
  dynamicAttributes: ["data-theme", "aria-expanded", "aria-current", "open", "hidden"], // set while a page is read
  safelist: { variables: [/^--figure-/, "--icon"] }, // drawings have those, and the rule above
  blocklist: [/version-?(?:switcher|warning)/, /header-announcement/, /tooltip/], // the theme's script knows more than we have
});
process.stdout.write(transform({ filename: "book.css", code: Buffer.from(purged.css), minify: true }).code);

// What the eye sees of a formula is spans within a span.
const formulas = [...pages.values()].flatMap((page) => page.split('<span class="katex-html"').slice(1)).map((rest) => {
  let depth = 1;
  const end = rest.matchAll(/<(\/?)span\b/g).find(([, closes]) => !(depth += closes ? -1 : 1));
  return rest.slice(0, end.index).replace(/<[^>]*>/g, "");
});
const characters = [...new Set(formulas.join(""))].join("") + "&<>";
const fonts = path.join(book, "_static/katex/fonts");
mkdirSync(fonts, { recursive: true });
for (const font of readdirSync(path.join(katex, "fonts")).filter((name) => name.endsWith(".woff2"))) {
  const all = readFileSync(path.join(katex, "fonts", font));
  writeFileSync(path.join(fonts, font), await subsetFont(all, characters, { targetFormat: "woff2", noHinting: true }));
}

const shorter = (drawing) => drawing.replace(/(?<= d=")[^"]+/g, (line) => svgpath(line).round(1).rel().round(1).toString());
for (const [file, page] of pages) writeFileSync(file, page.replace(/<svg\b[^>]* role="img".*?<\/svg>/gs, shorter));
