"""The application: `create_app(settings)`, and the WSGI composition with the lean door in front."""

from authserver.app.factory import create_app

__all__ = ["create_app"]
