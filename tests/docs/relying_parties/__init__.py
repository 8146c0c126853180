"""The relying parties' kit: what its pages show runs as it stands."""
