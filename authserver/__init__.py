"""An identity and single sign-on server: OpenID Connect and OAuth 2, small and fast.

The rooms, top to bottom, are described in docs/architecture.md; a room imports only from below it.
"""
