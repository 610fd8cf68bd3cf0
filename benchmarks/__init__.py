"""Measures pmbridge beside its peers, in one run on one machine: ``python -m benchmarks --help``.

Ratios mean something elsewhere, seconds do not. Nothing here asserts a time.
"""
