"""The steps of an authorization request: each takes a draft and returns a fuller one, or refuses.

The order is in `endpoints/authorize.py`. Signing in and the pages are elsewhere.
"""
