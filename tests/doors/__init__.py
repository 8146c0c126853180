"""One contract for both doors, Flask's view and the lean one, on both databases."""
