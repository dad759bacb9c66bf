// How the book's search ranks what it finds: places (a heading, a term of the glossary, a name of the package)
// before whole pages. A term is shown by its name: Sphinx would show the page's. All other values are Sphinx's.
var Scorer = {
  score: (result) => {
    const [page, title, anchor, , score] = result;
    const { docnames, titles, indexentries } = Search._index;
    const here = ([file, id]) => docnames[file] === page && titles[file] === title && `#${id}` === anchor;
    const term = anchor && Object.entries(indexentries).find(([, places]) => places.some(here));
    if (term) result[1] = `${title} > ${term[0]}`;
    const words = Search.context[page + anchor]; // see search_context.py
    if (words) result[3] ??= `<small>${words}</small>`;
    const evidence = page.includes("ledger") ? 4 : 0; // lessons first
    return (anchor ? 100 : 0) + score - evidence;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
