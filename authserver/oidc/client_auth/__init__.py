"""Who asks: one file per way of proving it, and the rule that there is exactly one (RFC 6749 section 2.3)."""
