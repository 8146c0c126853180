"""Toolbox, driven by people, by programs, and by somebody who means it ill."""
