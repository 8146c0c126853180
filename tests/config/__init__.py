"""The settings: where they come from, what production refuses, and what is shown of them."""
