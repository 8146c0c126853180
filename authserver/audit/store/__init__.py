"""The queries and writes of the audit trail: its events, and the chain of their seals."""
