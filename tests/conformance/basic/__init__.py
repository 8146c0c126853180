"""The plan Basic, and Form Post as its repetition: every test here runs in both response modes."""
