"""The routes by what they are about, a file each; each act reads a call, calls one thing, and replies."""
