"""The audit trail: one event for each write that matters, in the writer's transaction."""
