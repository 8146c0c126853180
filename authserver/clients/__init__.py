"""What may ask for tokens, and for which: API clients of organizations, API resources and their scopes."""
