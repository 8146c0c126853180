"""Products that rely on the server: small ones, to be tried with a mouse and read as templates."""
