"""Measurements that the reference pages show: `make bench`. Never part of the gate."""
