"""Published clients and verifiers, unchanged, against a live server over real HTTP."""
