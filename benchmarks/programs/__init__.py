"""Programs that run in processes of their own beside the server: what it is compared with."""
