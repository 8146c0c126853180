"""API clients, their secrets, and API resources: rules, use cases and stores."""
