"""Organizations: names, slugs, and the directory."""
