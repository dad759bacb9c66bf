"""How cost grows with size, beside torch's own and the usual alternatives: `make scale`."""
