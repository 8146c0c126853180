"""The machine endpoints, a file each: pure functions from a MachineRequest to an Answer.

URLs are in `vocabulary`.
"""
