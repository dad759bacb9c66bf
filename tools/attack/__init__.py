"""Attack the gate: change one thing in a copy of the project, run the gate there, demand red (`make attack`).

Out of scope: a test that is deleted or rewritten, a word of running text, a number of running text that
becomes another number shown in the same section. No machine knows what a person meant to write.
"""
