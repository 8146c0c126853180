"""The queries and writes of organizations and of the people in them."""
