"""The register of subjects: each identifier is given out once and for ever."""
