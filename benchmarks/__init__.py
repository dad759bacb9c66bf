"""Measurements that the page on reproducibility shows: `make bench`. Never part of the gate."""
