"""Attack the gate: change one thing in a copy of the project, run the gate there, demand red (`make attack`).

What no gate can see is not attacked: a test that is deleted or rewritten; a word of running text, its
signs, powers, years and whole numbers below three digits, or a number that becomes another one that its
section shows; the words of a docstring or of an exercise's feedback; a caption that code writes and that
was stored with a wrong formula; a measurement in `benchmarks/results` that agrees with the others; two
places that are changed together, such as a row of the ledger and its digest; an address outside the book; a
hash or a pin of a package that this platform does not install; a gate that is not run. Whoever reviews a
change looks at these.
"""
