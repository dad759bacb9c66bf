// How the book's search ranks what it finds: places (a heading, a term of the glossary, a name of the package)
// before whole pages. The other values are Sphinx's own.
var Scorer = {
  score: ([page, title, anchor, described, score]) => (anchor ? 100 : 0) + score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
