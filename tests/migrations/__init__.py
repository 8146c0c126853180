"""Migrations: they agree with the models, run once, and leave nothing half done."""
