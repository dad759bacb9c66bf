"""Numbers that a text states: the code and outputs of its section must show them."""

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]*\w)|(?<![\w.])\d{3,}(?![\w.]*\w)")
NO_FACTS = (
    r"(?<=\])\([^)]*\)",  # addresses
    r"(?m)^#+ .*$",  # headings
    r"\((?:\w[^()]*, )?\d{4}\)|, \d{4}\]",  # years of papers
    r"[Ee]xercise \d+\.\d\w?|[Ll]esson \d+\.\d+",
    # Years, 1600 to 2030; before a plural such a number is a count: "of 1797 images".
    r"\b(?i:in|since|of|from|until|before|after|by|the) (?:1[6-9]\d\d|20[0-2]\d|2030)\b(?![.,]\d| [a-z]*s\b)",
)
COUNT = re.compile(r"(?<![\w.,])\d{3} ([a-z]{3,})s\b")
WHOLE = ("", "In one minute", "Keep", "At work")  # sections about the whole lesson; the first has no heading


def words(output: dict[str, Any]) -> str:
    """Everything a reader sees of one output, drawings' markup left out."""
    parts = [output.get("text", ""), output.get("evalue", ""), *output.get("traceback", [])]
    parts += [text for kind, text in output.get("data", {}).items()]
    return re.sub(r"<[^<>]+>", " ", "\n".join("".join(part) for part in parts))


def code_and_outputs(cells: list[dict[str, Any]]) -> str:
    """Everything that code cells show."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(
        part for cell in code for part in ("".join(cell["source"]), *map(words, cell["outputs"]))
    )


def shown(*cells: dict[str, Any]) -> set[str]:
    """Return the numbers in the cells' code and outputs."""
    return set(re.findall(r"\d+(?:\.\d+)?", code_and_outputs(list(cells))))


def is_shown(number: str, known: set[str]) -> bool:
    """Tell whether a number is known, or a known one (or its percentage) rounded to two digits or more."""
    if number in known or len(number.replace(".", "").lstrip("0")) < 2:
        return number in known
    said, places = Decimal(number), len(number.partition(".")[2])
    decimals = [(Decimal(one), len(one.partition(".")[2])) for one in known if len(one) < 25]
    longer = [value for value, its in decimals if its > places]
    if said > 1 and places:  # 98.9 % of 0.98912
        longer += [100 * value for value, its in decimals if its > places + 2]
    return any(one.quantize(said, ROUND_HALF_UP) == said for one in longer)


def facts(text: str, counted: str = "") -> list[str]:
    """Numbers that a text states. Three digits before a noun that no cell has are another's: "152 layers"."""
    for pattern in NO_FACTS:
        text = re.sub(pattern, "", text)
    if counted:
        text = COUNT.sub(lambda found: found[0] if found[1] in counted else "", text)
    return NUMBER.findall(text)


def hardcoded(notebook: dict[str, Any]) -> list[tuple[str, str]]:
    """Name, as (section, number), what its section does not show, nor another one though it is said twice."""
    sections: list[tuple[str, list[dict[str, Any]]]] = [("", [])]
    for cell in notebook["cells"]:
        heading = re.search(r"(?m)^## (.*)$", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and heading:
            sections.append((heading[1].split(":")[0], []))
        sections[-1][1].append(cell)
    everywhere, counted = shown(*notebook["cells"]), code_and_outputs(notebook["cells"]).lower()
    texts = [(title, "".join(cell["source"]), cells) for title, cells in sections for cell in cells
             if cell["cell_type"] == "markdown"]  # fmt: skip
    said, found = Counter(number for _, text, _ in texts for number in facts(text)), []
    for title, text, cells in texts:
        known = everywhere if title in WHOLE or "**Predict.**" in text else shown(*cells)
        found += [(title, n) for n in facts(text, counted)
                  if not is_shown(n, known) and not (said[n] > 1 and is_shown(n, everywhere))]  # fmt: skip
    return found
