"""The commands: in this process where that is as good, as real processes where it is not."""
