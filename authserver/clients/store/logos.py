"""The queries and writes of applications' logos."""


def address_of(application_id: str) -> str | None:
    """Return where the logo of an application is served, None without one."""
    del application_id
    return None
