"""Attack the gate: change one thing in a copy of the project, run the gate there, demand red (`make attack`).

What no gate can see is not attacked: a test that is deleted or rewritten; a word of running text; a number of
it that becomes another one that its section shows; a measurement in `benchmarks/results`, which only another
measurement could contradict;
an address outside the book; a pin of a package that this platform does not install.
"""
