"""What happened, by whom, when, from where: one event for each write that matters, in the writer's transaction."""
