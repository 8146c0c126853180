"""The protocol: OAuth 2 and OpenID Connect.

Pure rooms, which know neither Flask nor SQLAlchemy, and two that do: `views`, `store`.
"""
