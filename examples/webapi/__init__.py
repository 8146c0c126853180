"""An API that trusts access tokens of the server: REST and a realtime hub for one organization at a time."""
