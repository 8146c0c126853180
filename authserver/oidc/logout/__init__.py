"""The end of a session: what a request to end it may do, and how applications are told."""
