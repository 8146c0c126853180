"""Measuring the server beside a peer: `make bench`, or `python -m benchmarks [NAME...]`.

Nothing here decides whether a build is good: machines differ, so figures are reported and ratios compared.
"""
