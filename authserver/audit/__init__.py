"""What happened, by whom, when, from where.

One event for each write that matters, in the writer's transaction.
"""
