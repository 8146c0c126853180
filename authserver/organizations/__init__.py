"""Organizations: the tenants that own API clients and to which people belong.

Clients live next door, in `clients`.
"""
