"""Toolbox: a web application that signs people in with OpenID Connect; its README says what is where."""
