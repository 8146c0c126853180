"""What happened, by whom, when, from where.

One event for each write that matters, in the writer's transaction; sealed later, so that changes show. Who
may read whose events is decided above, in organizations.
"""
