"""Signing keys: the rules of their life, the vault, signatures, rotation, and the published set."""
