"""Back-channel logout: the ledger, and its delivery."""
