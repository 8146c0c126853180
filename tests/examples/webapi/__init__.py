"""`examples/webapi`: published clients are served, bad tokens are refused, and who is revoked has to go."""
