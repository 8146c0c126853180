"""The rules of the house that no linter knows; each one fails the build."""
