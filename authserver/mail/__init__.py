"""The ledger of letters and their delivery. It knows no domain: who wants a letter, composes it."""
