"""The API resource `kit` that samples of APIs stand for, and a request to one of them."""

import requests

from tests.docs.relying_parties.running import Sample

READ, WRITE = "kit:read", "kit:write"


def asks(api: Sample, bearer: str, path: str = "/orders") -> requests.Response:
    """Ask for orders with an access token, or without one when it is empty."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return requests.get(f"{api.origin}{path}", headers=headers, timeout=10)
