"""Tests of the examples, as separate processes over HTTP."""
