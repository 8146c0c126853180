"""The tests: sentences that state the behaviour, in folders that mirror what they prove."""
