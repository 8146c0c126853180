"""Invitations whose inviter lost what they give: gone, and not back when the right is."""

from authserver.audit.log import SYSTEM
from authserver.organizations import directory
from authserver.organizations.authority import OPERATOR
from authserver.organizations.permissions import AUDIT, Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import INVITED, accept, invite, token
from tests.organizations.workspace import Workspace, somebody
from tests.support.people import Post


def test_an_operators_invitation_is_accepted_where_members_may_not_invite(
    acme: Workspace, post: Post
) -> None:
    with UnitOfWork(acme.app):
        directory.limit("acme", [AUDIT], SYSTEM)
    wanted = Rights("member", frozenset({AUDIT}))
    invite(acme, OPERATOR, wanted)
    assert accept(acme.app, somebody(acme.app, INVITED), token(post)).granted == wanted
