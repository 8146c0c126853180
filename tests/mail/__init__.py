"""Letters: ledger, delivery, transports."""
