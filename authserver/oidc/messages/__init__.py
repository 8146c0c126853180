"""Frozen requests and answers: parsed once, at the door; nothing behind it sees a form or an environment."""
