"""The application: its core (`core`), the core with routes (`factory`), and the web server around it."""
