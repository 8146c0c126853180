"""For which organization the person shall act."""

import re

from authserver.oidc.authorization.draft import Draft
from authserver.oidc.errors import Redirected
from authserver.oidc.vocabulary import ORGANIZATION

_ID = re.compile(r"[A-Za-z0-9-]{1,36}")


def organization(draft: Draft) -> Draft:
    """Take the organization that the client names. Raises Redirected.

    Whether the person belongs to it is judged when it is known who the person is.
    """
    wanted = draft[ORGANIZATION]
    if wanted and not _ID.fullmatch(wanted):
        raise Redirected("invalid_request", "The organization is not an id.")
    if wanted and ORGANIZATION not in draft.request.agreed:
        raise Redirected("invalid_request", "The organization parameter needs the scope organization.")
    return draft.having(organization=wanted)
