"""The documents say what is so: settings, links, samples, the image."""
