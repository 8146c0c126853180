"""The site map of the Flask application."""

from flask import Flask

from authserver.config import Settings
from authserver.web.health import health_blueprint


def register(app: Flask, settings: Settings) -> None:
    """Register every blueprint."""
    app.register_blueprint(health_blueprint(settings))
