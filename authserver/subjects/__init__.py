"""The register of subjects: every `sub` ever given out, to a person or to a machine, once and for ever."""
