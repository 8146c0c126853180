"""The Flask side of the protocol: views read a request, call one thing, answer."""
