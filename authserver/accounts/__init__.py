"""People: addresses, passwords, sessions, devices, and the pages on which they register and sign in.

What they belong to is `organizations`; what they see of their account is `console`; letters go out by `mail`.
"""
